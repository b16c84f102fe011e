"""The console's pages and the fragments that its script fetches. Reading only; what acts is in `actions`."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.actors import Actor
from chat.resources import resources_for
from moderation.console.forms import ResolveForm
from moderation.console.presenting import (
    ShownQueue,
    lines_of,
    reasons_of,
    shown_queue,
    words_of,
)
from moderation.console.problems import ANTICIPATED, problem_response
from moderation.models import LookReason, StaffUser
from moderation.permissions import check_can_open_console, holds, reading_ground
from moderation.queries import (
    COUNT_TO,
    earlier_incidents,
    erased_sessions,
    is_handled_by_human,
    queue,
    session_of,
    session_stamp,
)
from moderation.screener import screened
from moderation.services.moves import incident_of
from moderation.services.reading import read_transcript
from moderation.wording import KINDS, SEVERITIES, clock, due_words, since_words
from safety.models import Incident
from safety.queries import assessments_of

FRAGMENT_HEADER = "X-Vigil-Fragment"
"""Tells the script that it got what it asked for, and not the sign-in page it was sent to instead."""
LINES_SHOWN = 3

View = Callable[..., HttpResponseBase]


def told(view: View) -> View:
    """For who may open the console; anticipated errors become a page or JSON."""

    @wraps(view)
    def tell(request: HttpRequest, **captured: str) -> HttpResponseBase:
        try:
            check_can_open_console(staff_of(request))
            return view(request, **captured)
        except ANTICIPATED as error:
            return problem_response(request, error, captured.get("incident_id", ""))

    return tell


def staff_of(request: HttpRequest) -> StaffUser:
    """Who is signed in; `admin_view` let nobody else through."""
    return cast("StaffUser", request.user)


def actor_of(request: HttpRequest) -> Actor:
    """The same as an actor on the record."""
    return Actor.staff(staff_of(request).pk, getattr(request, "request_id", ""))


@require_safe
@told
def queue_page(request: HttpRequest) -> HttpResponse:
    """The queue."""
    now = timezone.now()
    context = {**page_context(request, "Queue"), **_queue_context(request, now)}
    return TemplateResponse(request, "moderation/queue.html", context)


@require_safe
@told
def queue_fragment(request: HttpRequest) -> HttpResponse:
    """The part of the queue that changes."""
    context = _queue_context(request, timezone.now())
    return _fragment(request, "moderation/queue_rows.html", context)


def page_context(request: HttpRequest, title: str) -> dict[str, Any]:
    """What every page of the console has."""
    return {**admin.site.each_context(request), "title": title, "is_nav_sidebar_enabled": False}


def _queue_context(request: HttpRequest, now: datetime) -> dict[str, Any]:
    return {"queue": _queue_for(request, now), "now": now, "may": _may(staff_of(request))}


def _queue_for(request: HttpRequest, now: datetime) -> ShownQueue:
    found = queue()
    erased = erased_sessions(row.session_id for row in (*found.waiting, *found.claimed))
    return shown_queue(found, erased=erased, staff_id=staff_of(request).pk, now=now, limit=COUNT_TO)


def _may(staff: StaffUser) -> dict[str, bool]:
    return {
        "take": staff.has_perm("moderation.take_incident"),
        "lead": staff.has_perm("moderation.lead_queue"),
        "look": staff.has_perm("moderation.open_unclaimed"),
    }


def _fragment(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    response = TemplateResponse(request, template, context)
    response.headers[FRAGMENT_HEADER] = "1"
    return response


@require_safe
@told
def incident_page(request: HttpRequest, incident_id: str) -> HttpResponse:
    """One incident: transcript, why it fired, and what can be done."""
    now = timezone.now()
    incident = incident_of(incident_id)
    context = {
        **page_context(request, f"{SEVERITIES[incident.severity]} incident"),
        **_incident_context(request, incident, now),
        **_rail_context(incident, now),
    }
    return TemplateResponse(request, "moderation/incident.html", context)


@require_safe
@told
def transcript_fragment(request: HttpRequest, incident_id: str) -> HttpResponse:
    """The transcript again, because something was said. A reading like any other, on the record."""
    incident = incident_of(incident_id)
    context = _incident_context(request, incident, timezone.now())
    return _fragment(request, "moderation/transcript.html", context)


def _incident_context(request: HttpRequest, incident: Incident, now: datetime) -> dict[str, Any]:
    staff = staff_of(request)
    ground = reading_ground(staff, incident, now=now)
    session = session_of(incident.session_id)
    return {
        "incident": incident,
        "now": now,
        "stamp": session_stamp(incident.session_id),
        "lines": _lines(request, incident, now) if ground else None,
        "ground": ground,
        "may": _may(staff),
        "is_mine": holds(staff, incident),
        "is_handled_by_human": is_handled_by_human(incident.session_id),
        "session": session,
        "is_erased": session is None,
    }


def _lines(request: HttpRequest, incident: Incident, now: datetime) -> list[Any]:
    transcript = read_transcript(
        incident_id=incident.pk, staff=staff_of(request), actor=actor_of(request), now=now
    )
    return lines_of(transcript, incident)


def _rail_context(incident: Incident, now: datetime) -> dict[str, Any]:
    found = resources_for(incident.country)
    assessment = assessments_of([incident.message_id]).get(incident.message_id)
    return {
        "severity": SEVERITIES[incident.severity],
        "kind": KINDS[incident.kind],
        "triggers": words_of(incident.triggers),
        "due": due_words(incident.due_at, now=now),
        "age": since_words(incident.created_at, now=now),
        "claimed_for": clock(int((now - (incident.claimed_at or now)).total_seconds())),
        "assessment": assessment,
        "reasons": reasons_of(assessment),
        "answers": screened(incident.triggers),
        "earlier": [_earlier(other, now) for other in earlier_incidents(incident)],
        "help": found,
        "crisis_lines": found.crisis_lines[:LINES_SHOWN],
        "resolve_form": ResolveForm(initial={"version": incident.version}),
        "look_reasons": LookReason.choices,
    }


def _earlier(incident: Incident, now: datetime) -> dict[str, str]:
    return {
        "pk": incident.pk,
        "severity": SEVERITIES[incident.severity],
        "age": since_words(incident.created_at, now=now),
        "outcome": str(incident.resolution.get("outcome", incident.status)).replace("_", " "),
    }
