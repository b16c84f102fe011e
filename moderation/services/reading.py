"""Reading a person's words: only on a claim or a look with a reason, and every reading is on the record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.actors import Actor
from audit.services import record
from audit.store.transactions import transactional
from chat.models import ChatSession, Message, Person
from chat.queries import transcript_of
from moderation.models import Look, LookReason, Note, StaffUser
from moderation.permissions import check_can_look, check_can_read
from moderation.queries import notes_of, session_of
from moderation.services.erased import check_not_erased
from moderation.services.moves import incident_of
from safety.models import Assessment, Incident
from safety.queries import assessments_of

LOOK_LASTS = timedelta(minutes=15)


class ExplanationMissing(Exception):
    """Another reason than those listed must be explained."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """Everything that was said in an incident's session.

    Args:
        user_name: what the person calls themselves.
        session: the session; None where the person has erased their data, and then there are no messages.
        messages: in order.
        assessments: by message id.
        notes: of staff on the incident, in order.
        ground: on what ground it was read.
    """

    user_name: str
    session: ChatSession | None
    messages: list[Message]
    assessments: Mapping[str, Assessment]
    notes: list[Note]
    ground: str


@transactional
def look(
    *,
    incident_id: str,
    reason: LookReason,
    explanation: str,
    staff: StaffUser,
    actor: Actor,
    now: datetime,
) -> Look:
    """Open a transcript without a claim, for a quarter of an hour, with a reason that compliance sees.

    Raises:
        Denied: their role does not allow it.
        PersonErased: nothing is left to read.
        ExplanationMissing: "another reason" says nothing.
    """
    check_can_look(staff)
    if reason is LookReason.OTHER and not explanation.strip():
        raise ExplanationMissing
    incident = incident_of(incident_id)
    check_not_erased(incident)
    row = Look(
        incident_id=incident.pk,
        staff=staff,
        reason=reason,
        explanation=explanation,
        created_at=now,
        expires_at=now + LOOK_LASTS,
    )
    row.save(force_insert=True)
    _record(
        "moderation.transcript:opened", incident, actor, now, reason=reason.value, look_id=row.pk
    )
    return row


@transactional
def read_transcript(
    *, incident_id: str, staff: StaffUser, actor: Actor, now: datetime
) -> Transcript:
    """The person's words, and a record that they were read.

    Raises:
        NotClaimed: without a claim or a look that has not expired.
    """
    incident = incident_of(incident_id)
    ground = check_can_read(staff, incident, now=now)
    messages = transcript_of(incident.session_id)
    _record(
        "moderation.transcript:read", incident, actor, now, messages=len(messages), ground=ground
    )
    return Transcript(
        user_name=_name_of(incident.person_id),
        session=session_of(incident.session_id),
        messages=messages,
        assessments=assessments_of([message.pk for message in messages]),
        notes=notes_of(incident.pk),
        ground=ground,
    )


def _name_of(person_id: str) -> str:
    person = Person.objects.filter(pk=person_id).first()
    return person.user_name if person else ""


def _record(
    action: str, incident: Incident, actor: Actor, now: datetime, **details: str | int
) -> None:
    record(
        action,
        actor=actor,
        target=("incident", incident.pk),
        person_id=incident.person_id,
        now=now,
        details={"session_id": incident.session_id, **details},
    )
