"""The one table of an incident's moves, and the one way to make one: a conditional update that a colleague can win."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db.models import F

from audit.actors import Actor
from audit.services import record
from audit.store.ids import as_id
from audit.store.transactions import require_transaction
from safety.models import Incident, IncidentStatus


class Move(StrEnum):
    """What can happen to an incident's status."""

    CLAIM = "claim"
    RELEASE = "release"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class Transition:
    """From where to where a move leads."""

    before: IncidentStatus
    after: IncidentStatus


TRANSITIONS: Final[dict[Move, Transition]] = {
    Move.CLAIM: Transition(IncidentStatus.OPEN, IncidentStatus.CLAIMED),
    Move.RELEASE: Transition(IncidentStatus.CLAIMED, IncidentStatus.OPEN),
    Move.RESOLVE: Transition(IncidentStatus.CLAIMED, IncidentStatus.RESOLVED),
}


class IncidentNotFound(Exception):
    """No incident of that id."""


class IncidentMoved(Exception):
    """The incident is no longer as it was seen: somebody, or a further message, was first.

    Args:
        incident: as it is now.
    """

    def __init__(self, incident: Incident) -> None:
        super().__init__(f"incident is {incident.status} at version {incident.version}")
        self.incident = incident


class ClaimedByOther(IncidentMoved):
    """A colleague has claimed it."""

    @property
    def owner(self) -> str:
        """The colleague's name."""
        return self.incident.claimed_by_name


class AlreadyResolved(IncidentMoved):
    """It is over."""


def incident_of(incident_id: str) -> Incident:
    """The incident as it is now.

    Raises:
        IncidentNotFound: there is none.
    """
    key = as_id(incident_id)
    incident: Incident | None = Incident.objects.filter(pk=key).first() if key else None
    if incident is None:
        raise IncidentNotFound
    return incident


def make_move(
    move: Move, *, incident: Incident, version: int, staff_id: str, changes: dict[str, object]
) -> Incident:
    """Make a move, if the incident still is where the move begins and at the version that was seen.

    Args:
        move: which.
        incident: as it was read.
        version: the version that whoever asks for the move has seen.
        staff_id: who moves it.
        changes: further fields to set.

    Raises:
        IncidentMoved: or one of its kinds, naming what happened.
    """
    require_transaction("make_move")
    transition = TRANSITIONS[move]
    here = Incident.objects.filter(pk=incident.pk, version=version, status=transition.before)
    moved = here.update(status=transition.after, version=F("version") + 1, **changes)
    if not moved:
        raise what_happened(incident.pk, staff_id=staff_id)
    return incident_of(incident.pk)


def bump(
    *, incident: Incident, version: int, staff_id: str, changes: dict[str, object]
) -> Incident:
    """Change an incident where it stands, if it is still at the version that was seen.

    Raises:
        IncidentMoved: or one of its kinds.
    """
    require_transaction("bump")
    here = Incident.objects.filter(pk=incident.pk, version=version, status=incident.status)
    if not here.update(version=F("version") + 1, **changes):
        raise what_happened(incident.pk, staff_id=staff_id)
    return incident_of(incident.pk)


def what_happened(incident_id: str, *, staff_id: str) -> IncidentMoved:
    """Name why an incident is not as it was seen."""
    incident = incident_of(incident_id)
    if incident.is_resolved:
        return AlreadyResolved(incident)
    if incident.claimed_by and incident.claimed_by != staff_id:
        return ClaimedByOther(incident)
    return IncidentMoved(incident)


def record_on_incident(
    verb: str, incident: Incident, actor: Actor, now: datetime, **details: str | int
) -> None:
    """Put on record what was done with an incident, as it stood then."""
    record(
        f"moderation.incident:{verb}",
        actor=actor,
        target=("incident", incident.pk),
        person_id=incident.person_id,
        now=now,
        details={
            "session_id": incident.session_id,
            "severity": str(incident.severity),
            "version": incident.version,
            **details,
        },
    )
