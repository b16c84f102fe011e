"""What the console does: each action is one form, one service call, and a page to go to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from audit.actors import Actor
from moderation.console.forms import (
    ClaimForm,
    LookForm,
    NoteForm,
    ReplyForm,
    ResolveForm,
    TakeNextForm,
    VersionForm,
)
from moderation.console.pages import actor_of, staff_of, told
from moderation.console.problems import NotUnderstood, wants_json
from moderation.models import Detection, LookReason, Outcome, StaffUser
from moderation.services.claims import (
    HoldsCrisis,
    NothingToTake,
    claim_incident,
    release,
    take_next,
)
from moderation.services.conversations import (
    add_note,
    escalate,
    give_back,
    reply_as_human,
    take_over,
)
from moderation.services.moves import incident_of
from moderation.services.reading import look
from moderation.services.resolving import Conclusion, resolve
from safety.models import Incident


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to act.

    Args:
        incident_id: on which incident; empty where the action finds it.
        data: the form as it was sent.
        staff: who asks.
        actor: the same, for the record.
        now: when.
    """

    incident_id: str
    data: QueryDict
    staff: StaffUser
    actor: Actor
    now: datetime

    def who(self) -> dict[str, Any]:
        """Who acts and when, as every service wants it."""
        return {"staff": self.staff, "actor": self.actor, "now": self.now}

    def which(self) -> dict[str, Any]:
        """The same, and on what."""
        return {"incident_id": self.incident_id, **self.who()}


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it.

    Args:
        words: told to who did it.
        incident: as it is now; None where there is none to go to.
        stays: whether to go on to the incident's page, or back to the queue.
    """

    words: str
    incident: Incident | None
    stays: bool = True


Action = Callable[[Asked], Done]


def _valid(form: forms.Form) -> dict[str, Any]:
    if not form.is_valid():
        raise NotUnderstood({name: list(map(str, found)) for name, found in form.errors.items()})
    return form.cleaned_data


def _take_next(asked: Asked) -> Done:
    confirmed = _valid(TakeNextForm(asked.data))["confirmed"]
    return Done("You have claimed this incident.", take_next(confirmed=confirmed, **asked.who()))


def _claim(asked: Asked) -> Done:
    version = _valid(ClaimForm(asked.data))["version"]
    claimed = claim_incident(version=version, **asked.which())
    return Done("You have claimed this incident.", claimed)


def _release(asked: Asked) -> Done:
    version = _valid(VersionForm(asked.data))["version"]
    released = release(version=version, **asked.which())
    return Done("The incident waits in the queue again.", released, stays=False)


def _take_over(asked: Asked) -> Done:
    version = _valid(VersionForm(asked.data))["version"]
    return Done("You answer now.", take_over(version=version, **asked.which()))


def _give_back(asked: Asked) -> Done:
    version = _valid(VersionForm(asked.data))["version"]
    return Done("The AI answers again.", give_back(version=version, **asked.which()))


def _escalate(asked: Asked) -> Done:
    version = _valid(VersionForm(asked.data))["version"]
    return Done("The alarm is raised again.", escalate(version=version, **asked.which()))


def _note(asked: Asked) -> Done:
    add_note(text=_valid(NoteForm(asked.data))["text"], **asked.which())
    return Done("Note kept, for staff only.", incident_of(asked.incident_id))


def _reply(asked: Asked) -> Done:
    reply_as_human(text=_valid(ReplyForm(asked.data))["text"], **asked.which())
    return Done("Sent to the person.", incident_of(asked.incident_id))


def _look(asked: Asked) -> Done:
    given = _valid(LookForm(asked.data))
    look(reason=LookReason(given["reason"]), explanation=given["explanation"], **asked.which())
    return Done("Open for 15 minutes; it is on the record.", incident_of(asked.incident_id))


def _resolve(asked: Asked) -> Done:
    given = _valid(ResolveForm(asked.data))
    conclusion = Conclusion(
        outcome=Outcome(given["outcome"]),
        detection=Detection(given["detection"]),
        right_severity=given["right_severity"],
        note=given["note"],
    )
    resolved = resolve(version=given["version"], conclusion=conclusion, **asked.which())
    if given["then"] == "next":
        return _and_next(asked)
    return Done("Resolved.", resolved, stays=False)


def _and_next(asked: Asked) -> Done:
    try:
        following = take_next(confirmed=False, **asked.who())
    except NothingToTake:
        return Done("Resolved. Nobody else waits now.", None)
    except HoldsCrisis as held:
        return Done("Resolved. You still hold this crisis.", held.incident)
    return Done("Resolved. You have claimed this next one.", following)


ACTIONS: Final[dict[str, Action]] = {
    "claim": _claim,
    "release": _release,
    "take-over": _take_over,
    "give-back": _give_back,
    "escalate": _escalate,
    "note": _note,
    "reply": _reply,
    "look": _look,
    "resolve": _resolve,
}
"""By the last part of the path, which is the button's `data-action` too."""


@require_POST
@told
def take_next_view(request: HttpRequest) -> HttpResponse:
    """Claim the most urgent incident and open it."""
    return _answer(request, _take_next(_asked(request, "")))


@require_POST
@told
def act(request: HttpRequest, incident_id: str, action: str) -> HttpResponse:
    """Do one of the ACTIONS."""
    if action not in ACTIONS:
        raise Http404
    incident = incident_of(incident_id)
    return _answer(request, ACTIONS[action](_asked(request, incident.pk)))


def _asked(request: HttpRequest, incident_id: str) -> Asked:
    return Asked(incident_id, request.POST, staff_of(request), actor_of(request), timezone.now())


def _answer(request: HttpRequest, done: Done) -> HttpResponse:
    url = _next_page(done)
    if wants_json(request):
        return JsonResponse({"next": url, "words": done.words, **_state(done.incident)})
    messages.success(request, done.words)
    return redirect(url)


def _next_page(done: Done) -> str:
    if done.incident is None or not done.stays:
        return reverse("admin:console")
    return reverse("admin:console_incident", kwargs={"incident_id": done.incident.pk})


def _state(incident: Incident | None) -> dict[str, Any]:
    if incident is None:
        return {}
    return {
        "incident_id": incident.pk,
        "status": incident.status,
        "version": incident.version,
        "claimed_by": incident.claimed_by_name,
    }
