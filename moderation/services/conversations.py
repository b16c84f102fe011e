"""Who speaks to the person: take over, reply, give back, raise the alarm again, and leave a note for colleagues."""

from datetime import datetime

from audit.actors import Actor
from audit.store.transactions import transactional
from chat.models import Message
from chat.services.control import hand_to_ai, hand_to_human, post_human_reply
from moderation.models import Note, StaffUser
from moderation.permissions import check_can_escalate, check_can_work_on
from moderation.services.erased import check_not_erased
from moderation.services.moves import AlreadyResolved, bump, incident_of, record_on_incident
from safety.models import Incident
from safety.services.alerts import enqueue_alerts


@transactional
def take_over(
    *, incident_id: str, version: int, staff: StaffUser, actor: Actor, now: datetime
) -> Incident:
    """From now on this moderator answers the person.

    Raises:
        NotClaimed: they do not hold the incident.
        PersonErased: nobody is there any more.
        IncidentMoved: or one of its kinds.
        SessionClosed: the conversation has ended.
    """
    incident = incident_of(incident_id)
    check_can_work_on(staff, incident)
    check_not_erased(incident)
    moved = bump(incident=incident, version=version, staff_id=staff.pk, changes={})
    hand_to_human(session_id=incident.session_id, staff_id=staff.pk, actor=actor, now=now)
    record_on_incident("taken_over", moved, actor, now)
    return moved


@transactional
def give_back(
    *, incident_id: str, version: int, staff: StaffUser, actor: Actor, now: datetime
) -> Incident:
    """From now on the AI answers again.

    Raises:
        NotClaimed: they do not hold the incident.
        PersonErased: nobody is there any more.
        IncidentMoved: or one of its kinds.
    """
    incident = incident_of(incident_id)
    check_can_work_on(staff, incident)
    check_not_erased(incident)
    moved = bump(incident=incident, version=version, staff_id=staff.pk, changes={})
    hand_to_ai(session_id=incident.session_id, actor=actor, now=now)
    record_on_incident("given_back", moved, actor, now)
    return moved


@transactional
def reply_as_human(
    *, incident_id: str, text: str, staff: StaffUser, actor: Actor, now: datetime
) -> Message:
    """Write to the person. No version is asked for: words are not held up because the incident was raised meanwhile.

    Raises:
        NotClaimed: they do not hold the incident.
        PersonErased: nobody is there any more.
        NotHandledByHuman: take over first.
        SessionClosed: the conversation has ended.
    """
    incident = incident_of(incident_id)
    check_can_work_on(staff, incident)
    check_not_erased(incident)
    return post_human_reply(
        session_id=incident.session_id, staff_id=staff.pk, text=text, actor=actor, now=now
    )


@transactional
def escalate(
    *, incident_id: str, version: int, staff: StaffUser, actor: Actor, now: datetime
) -> Incident:
    """Raise the alarm again, with the words that raised it first.

    Raises:
        NotClaimed: they do not hold the incident and are no lead.
        IncidentMoved: or one of its kinds.
    """
    incident = incident_of(incident_id)
    check_can_escalate(staff, incident)
    if incident.is_resolved:
        raise AlreadyResolved(incident)
    response = {**incident.response, "escalated": True}
    moved = bump(
        incident=incident, version=version, staff_id=staff.pk, changes={"response": response}
    )
    alerts = enqueue_alerts(incident=moved, words=moved.excerpt, now=now)
    record_on_incident("escalated", moved, actor, now, alerts=len(alerts))
    return moved


@transactional
def add_note(*, incident_id: str, text: str, staff: StaffUser, actor: Actor, now: datetime) -> Note:
    """Write to colleagues; the person never sees it.

    Raises:
        NotClaimed: they do not hold the incident and are no lead.
    """
    incident = incident_of(incident_id)
    check_can_escalate(staff, incident)
    note = Note(incident_id=incident.pk, author=staff, text=text, created_at=now)
    note.save(force_insert=True)
    record_on_incident("noted", incident, actor, now, note_id=note.pk)
    return note
