"""One table from named errors to what staff are told: a page, or JSON for a script."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse

from chat.limits import TooManyRequests
from chat.services.control import NotHandledByHuman
from chat.services.sessions import SessionClosed
from moderation.permissions import Denied, NotClaimed
from moderation.services.claims import HoldsCrisis, NothingToTake
from moderation.services.erased import PersonErased
from moderation.services.moves import (
    AlreadyResolved,
    ClaimedByOther,
    IncidentMoved,
    IncidentNotFound,
)
from moderation.services.reading import ExplanationMissing
from moderation.services.resolving import SeverityMissing


class NotUnderstood(Exception):
    """A form was not filled in as it must be.

    Args:
        errors: by field, in words.
    """

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("form is not valid")
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Kind:
    """How an error is told.

    Args:
        status: HTTP status.
        code: stable name.
        title: what happened, in words.
        advice: what to do now.
    """

    status: int
    code: str
    title: str
    advice: str


PROBLEMS: Final[dict[type[Exception], Kind]] = {
    IncidentNotFound: Kind(
        404, "incident_not_found", "There is no such incident.", "Go to the queue."
    ),
    ClaimedByOther: Kind(
        409,
        "claimed_by_other",
        "A colleague was first.",
        "Take the next one; this one is in good hands.",
    ),
    AlreadyResolved: Kind(
        409, "already_resolved", "This incident is resolved.", "Nothing is left to do here."
    ),
    IncidentMoved: Kind(
        409,
        "incident_moved",
        "The incident changed while you looked at it.",
        "Nothing was done. Open it again, see what changed, and decide anew.",
    ),
    HoldsCrisis: Kind(
        409,
        "holds_crisis",
        "You hold a crisis that is not resolved.",
        "One crisis at a time: finish or release it first, or say that you can carry both.",
    ),
    NothingToTake: Kind(
        409, "nothing_to_take", "Nobody waits now.", "New incidents appear by themselves."
    ),
    NotHandledByHuman: Kind(
        409,
        "not_handled_by_human",
        "The AI answers in this conversation.",
        "Take over first, then send it again.",
    ),
    SessionClosed: Kind(
        409,
        "session_closed",
        "The conversation has ended.",
        "The person can no longer read what you write here.",
    ),
    PersonErased: Kind(
        409,
        "person_erased",
        "The person has erased their data.",
        "Nothing can be read or written to them. Resolve the incident, or release it.",
    ),
    NotClaimed: Kind(403, "not_claimed", "You have not claimed this incident.", "Claim it first."),
    Denied: Kind(403, "denied", "Your role does not allow that.", "Ask your shift lead."),
    ExplanationMissing: Kind(
        400, "explanation_missing", "Explain the reason.", "Go back and add it."
    ),
    SeverityMissing: Kind(
        400, "severity_missing", "The right severity is missing.", "Go back and choose it."
    ),
    NotUnderstood: Kind(
        400, "not_understood", "Something in the form is missing.", "Go back and complete it."
    ),
    TooManyRequests: Kind(
        429, "too_many_requests", "Too many at once.", "Wait a moment and try again."
    ),
}
"""From the error's class, or its nearest ancestor."""

ANTICIPATED: Final = tuple(PROBLEMS)


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def problem_response(request: HttpRequest, error: Exception, incident_id: str) -> HttpResponse:
    """Tell an anticipated error."""
    kind = _kind_of(error)
    if wants_json(request):
        return JsonResponse(_document(kind, error), status=kind.status)
    page = {
        **admin.site.each_context(request),
        "title": kind.title,
        "kind": kind,
        "is_nav_sidebar_enabled": False,
        "particulars": _particulars(error),
        "incident_id": incident_id,
        "unsent": request.POST.get("text") or request.POST.get("note") or "",
        "offers_confirmation": isinstance(error, HoldsCrisis),
    }
    return TemplateResponse(request, "moderation/problem.html", page, status=kind.status)


def _kind_of(error: Exception) -> Kind:
    return next(PROBLEMS[ancestor] for ancestor in type(error).__mro__ if ancestor in PROBLEMS)


def _document(kind: Kind, error: Exception) -> dict[str, Any]:
    document: dict[str, Any] = {"status": kind.status, "code": kind.code, "detail": kind.title}
    if isinstance(error, ClaimedByOther):
        document["owner"] = error.owner
    if isinstance(error, IncidentMoved):
        document["version"] = error.incident.version
    if isinstance(error, NotUnderstood):
        document["errors"] = error.errors
    return document


def _particulars(error: Exception) -> list[str]:
    """What happened here in particular, one sentence each."""
    if isinstance(error, ClaimedByOther):
        return [f"{error.owner} has claimed it."]
    if isinstance(error, AlreadyResolved):
        return [f"{error.incident.claimed_by_name or 'Somebody'} resolved it."]
    if isinstance(error, IncidentMoved):
        return [f"It is now {error.incident.status}, severity {error.incident.severity}."]
    if isinstance(error, NotUnderstood):
        return [f"{name}: {' '.join(words)}" for name, words in error.errors.items()]
    return []
