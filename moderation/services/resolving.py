"""How an incident ends: with an outcome, a judgement of the detection, and the conversation back with the AI."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit.actors import Actor
from audit.leaves import rfc3339
from audit.services import record
from audit.store.transactions import transactional
from chat.services.control import hand_to_ai
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
class Judgement:
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
    judgement: Judgement,
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
    _check(judgement)
    incident = incident_of(incident_id)
    if incident.status == IncidentStatus.RESOLVED:
        raise what_happened(incident_id, staff_id=staff.pk)
    check_can_work_on(staff, incident)
    resolved = make_move(
        Move.RESOLVE,
        incident=incident,
        version=version,
        staff_id=staff.pk,
        changes={
            "open_key": incident.pk,
            "resolved_at": now,
            "resolution": _resolution(judgement, staff, now),
        },
    )
    _write_judgement(resolved, judgement, staff, now)
    hand_to_ai(session_id=resolved.session_id, actor=actor, now=now)
    if judgement.outcome not in STILL_AT_RISK:
        clear_person_risk(person_id=resolved.person_id, actor=actor, now=now)
    _record(resolved, judgement, actor, now)
    return resolved


def _check(judgement: Judgement) -> None:
    if judgement.detection is Detection.WRONG_SEVERITY and not judgement.right_severity:
        raise SeverityMissing


def _resolution(judgement: Judgement, staff: StaffUser, now: datetime) -> dict[str, str]:
    """The brief's own fields."""
    return {
        "status": "resolved",
        "resolved_by": "human_moderator",
        "resolved_by_id": staff.pk,
        "resolution_time": rfc3339(now),
        "outcome": judgement.outcome.value,
    }


def _write_judgement(
    incident: Incident, judgement: Judgement, staff: StaffUser, now: datetime
) -> None:
    Label.objects.create(
        incident_id=incident.pk,
        labelled_by=staff,
        detection=judgement.detection,
        right_severity=judgement.right_severity,
        outcome=judgement.outcome,
        created_at=now,
    )
    if judgement.note:
        note = Note(incident_id=incident.pk, author=staff, text=judgement.note, created_at=now)
        note.save(force_insert=True)


def _record(incident: Incident, judgement: Judgement, actor: Actor, now: datetime) -> None:
    record(
        "moderation.incident:resolved",
        actor=actor,
        target=("incident", incident.pk),
        person_id=incident.person_id,
        now=now,
        details={
            "session_id": incident.session_id,
            "severity": str(incident.severity),
            "outcome": judgement.outcome.value,
            "detection": judgement.detection.value,
            "right_severity": judgement.right_severity,
            "version": incident.version,
        },
    )
