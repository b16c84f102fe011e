"""How an incident ends: with an outcome, a judgement of the detection, and the conversation back with the AI."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit.actors import Actor
from audit.leaves import rfc3339
from audit.services import record
from audit.store.touching import touch
from audit.store.transactions import transactional
from chat.models import ChatSession
from chat.services.control import clear_level, hand_to_ai
from moderation.models import Detection, Label, Note, Outcome, StaffUser
from moderation.permissions import check_can_work_on
from moderation.services.moves import Move, incident_of, make_move, what_happened
from safety.models import Incident, IncidentStatus
from safety.services.incidents import clear_person_risk

STILL_AT_RISK: Final = frozenset({Outcome.EMERGENCY, Outcome.LEFT, Outcome.AT_RISK})
"""Outcomes after which what was said still counts: the arc goes on."""


class SeverityMissing(Exception):
    """The severity was judged wrong, and the right one was not told."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a moderator says at the end.

    Args:
        outcome: how it ended.
        detection: whether the detection was right.
        right_severity: a level's name, only where the severity was wrong.
        note: for colleagues; may be empty.
    """

    outcome: Outcome
    detection: Detection
    right_severity: str = ""
    note: str = ""


@transactional
def resolve(
    *,
    incident_id: str,
    version: int,
    conclusion: Conclusion,
    staff: StaffUser,
    actor: Actor,
    now: datetime,
) -> Incident:
    """End the work on an incident.

    Raises:
        NotClaimed: they do not hold it.
        IncidentMoved: or one of its kinds, among them that it was raised since they looked.
        SeverityMissing: which severity would have been right?
    """
    _check(conclusion)
    incident = incident_of(incident_id)
    if incident.status == IncidentStatus.RESOLVED:
        raise what_happened(incident_id, staff_id=staff.pk)
    check_can_work_on(staff, incident)
    # Against a message that is heard right now: had it found the case open, it would tell nobody else.
    touch(ChatSession.objects.filter(pk=incident.session_id))
    resolved = make_move(
        Move.RESOLVE,
        incident=incident,
        version=version,
        staff_id=staff.pk,
        changes={
            "open_key": incident.pk,
            "resolved_at": now,
            "resolution": _resolution(conclusion, staff, now),
        },
    )
    _write_label(resolved, conclusion, staff, now)
    hand_to_ai(session_id=resolved.session_id, actor=actor, now=now)
    if conclusion.outcome not in STILL_AT_RISK:
        clear_person_risk(person_id=resolved.person_id, actor=actor, now=now)
        clear_level(person_id=resolved.person_id)
    _record(resolved, conclusion, actor, now)
    return resolved


def _check(conclusion: Conclusion) -> None:
    if conclusion.detection is Detection.WRONG_SEVERITY and not conclusion.right_severity:
        raise SeverityMissing


def _resolution(conclusion: Conclusion, staff: StaffUser, now: datetime) -> dict[str, str]:
    """The brief's own fields."""
    return {
        "status": "resolved",
        "resolved_by": "human_moderator",
        "resolved_by_id": staff.pk,
        "resolution_time": rfc3339(now),
        "outcome": conclusion.outcome.value,
    }


def _write_label(
    incident: Incident, conclusion: Conclusion, staff: StaffUser, now: datetime
) -> None:
    Label.objects.create(
        incident_id=incident.pk,
        labelled_by=staff,
        detection=conclusion.detection,
        right_severity=conclusion.right_severity,
        outcome=conclusion.outcome,
        created_at=now,
    )
    if conclusion.note:
        note = Note(incident_id=incident.pk, author=staff, text=conclusion.note, created_at=now)
        note.save(force_insert=True)


def _record(incident: Incident, conclusion: Conclusion, actor: Actor, now: datetime) -> None:
    record(
        "moderation.incident:resolved",
        actor=actor,
        target=("incident", incident.pk),
        person_id=incident.person_id,
        now=now,
        details={
            "session_id": incident.session_id,
            "severity": str(incident.severity),
            "outcome": conclusion.outcome.value,
            "detection": conclusion.detection.value,
            "right_severity": conclusion.right_severity,
            "version": incident.version,
        },
    )
