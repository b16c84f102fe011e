"""Who works on an incident: claimed once, by one conditional update; released back to the queue."""

from datetime import datetime

from audit.actors import Actor
from audit.store.touching import touch
from audit.store.transactions import transactional
from chat.services.control import hand_to_ai, tell_seen
from moderation.models import StaffUser
from moderation.permissions import Denied, check_can_claim, check_can_release
from moderation.queries import crisis_held_by, most_urgent_unclaimed
from moderation.services.moves import (
    IncidentMoved,
    Move,
    incident_of,
    make_move,
    record_on_incident,
)
from safety.models import Incident, IncidentStatus

TRIES = 5
"""How often taking the next one tries again when a colleague was faster."""


class NothingToTake(Exception):
    """No incident waits."""


class HoldsCrisis(Exception):
    """Somebody who holds an unresolved crisis wants another incident and has not said that they mean it.

    Args:
        incident: the crisis they hold.
    """

    def __init__(self, incident: Incident) -> None:
        super().__init__("one crisis at a time")
        self.incident = incident


@transactional
def claim_incident(
    *, incident_id: str, version: int | None, staff: StaffUser, actor: Actor, now: datetime
) -> Incident:
    """Claim an incident for somebody; claiming one's own again is no error.

    Args:
        incident_id: which.
        version: the version that was seen; None claims whatever waits there now, since nothing of it was seen yet.
        staff: for whom.
        actor: who asks.
        now: when.

    Raises:
        ClaimedByOther: a colleague was first; it carries their name.
        AlreadyResolved: it is over.
        IncidentMoved: it changed meanwhile.
        Denied: their role does not allow it.
    """
    _hold_account(staff)
    return _claim(incident_id, version, staff, actor, now)


def _claim(
    incident_id: str, version: int | None, staff: StaffUser, actor: Actor, now: datetime
) -> Incident:
    incident = incident_of(incident_id)
    if incident.status == IncidentStatus.CLAIMED and incident.claimed_by == staff.pk:
        return incident
    seen = incident.version if version is None else version
    claimed = make_move(
        Move.CLAIM,
        incident=incident,
        version=seen,
        staff_id=staff.pk,
        changes={
            "claimed_by": staff.pk,
            "claimed_by_name": staff.get_username(),
            "claimed_at": now,
        },
    )
    tell_seen(session_id=claimed.session_id, now=now)
    record_on_incident("claimed", claimed, actor, now, waited=_seconds(now, claimed.created_at))
    return claimed


def take_next(*, staff: StaffUser, confirmed: bool, actor: Actor, now: datetime) -> Incident:
    """Claim the most urgent incident that waits. Each try is a transaction of its own, since a lost one spoils its own.

    Args:
        staff: for whom.
        confirmed: whether they said that they can carry one more beside the crisis they hold.
        actor: who asks.
        now: when.

    Raises:
        NothingToTake: nothing waits.
        HoldsCrisis: they hold a crisis and have not confirmed.
    """
    check_can_claim(staff)
    for incident_id in most_urgent_unclaimed(TRIES):
        try:
            return _take(incident_id, staff, confirmed=confirmed, actor=actor, now=now)
        except IncidentMoved:
            continue
    _check_free(staff, confirmed=confirmed)
    raise NothingToTake


@transactional
def _take(
    incident_id: str, staff: StaffUser, *, confirmed: bool, actor: Actor, now: datetime
) -> Incident:
    """Whether they hold a crisis is asked while their account is held: "take next", twice at once, gives one."""
    _hold_account(staff)
    _check_free(staff, confirmed=confirmed)
    return _claim(incident_id, None, staff, actor, now)


def _check_free(staff: StaffUser, *, confirmed: bool) -> None:
    held = None if confirmed else crisis_held_by(staff.pk)
    if held is not None:
        raise HoldsCrisis(held)


def _hold_account(staff: StaffUser) -> None:
    """Keep the account from being ended until the claim commits: nobody may hold a case who can no longer sign in.

    Raises:
        Denied: it has ended, or its role does not allow claiming.
    """
    check_can_claim(staff)
    if not touch(StaffUser.objects.filter(pk=staff.pk, is_active=True)):
        raise Denied("Your account has ended.")


@transactional
def release(
    *, incident_id: str, version: int, staff: StaffUser, actor: Actor, now: datetime
) -> Incident:
    """Put an incident back into the queue, and the conversation back to the AI, so that nobody is left unanswered.

    Raises:
        NotClaimed: they do not hold it and are no lead.
        IncidentMoved: or one of its kinds.
    """
    incident = incident_of(incident_id)
    check_can_release(staff, incident)
    return _release(incident, version, actor, now)


@transactional
def release_all_of(*, staff_id: str, actor: Actor, now: datetime) -> int:
    """Put everything somebody holds back into the queue.

    Returns:
        How many.
    """
    held = Incident.objects.filter(claimed_by=staff_id, status=IncidentStatus.CLAIMED)
    incidents = list(held.order_by("pk"))
    for incident in incidents:
        _release(incident, incident.version, actor, now)
    return len(incidents)


def _release(incident: Incident, version: int, actor: Actor, now: datetime) -> Incident:
    owner = incident.claimed_by
    released = make_move(
        Move.RELEASE,
        incident=incident,
        version=version,
        staff_id=actor.id,
        changes={"claimed_by": "", "claimed_by_name": "", "claimed_at": None},
    )
    hand_to_ai(session_id=incident.session_id, actor=actor, now=now)
    record_on_incident("released", released, actor, now, owner=owner)
    return released


def _seconds(now: datetime, since: datetime) -> int:
    return int((now - since).total_seconds())
