"""A person takes their data with them, or has them erased."""

from datetime import datetime

from audit.actors import Actor
from audit.services import record
from audit.store.transactions import transactional
from chat.models import (
    ChatSession,
    Consent,
    Erasure,
    Feedback,
    Message,
    Person,
    RefreshToken,
    Report,
    SessionEvent,
)
from safety.models import Assessment, Incident
from safety.services.deliveries import erase_delivery_words
from safety.services.incidents import forget_incident_words

Document = dict[str, object]


@transactional
def export_person(*, person: Person, actor: Actor, now: datetime) -> Document:
    """Everything held about the person, as plain values; the export is on record."""
    record(
        "chat.person:exported",
        actor=actor,
        target=("person", person.pk),
        person_id=person.pk,
        now=now,
    )
    sessions = list(ChatSession.objects.filter(person=person).order_by("created_at", "pk"))
    return {
        "exported_at": now,
        "person": {
            "user_id": person.pk,
            "user_name": person.user_name,
            "country": person.country,
            "locale": person.locale,
            "birth_year": int(person.birth_year) if person.birth_year else None,
            "created_at": person.created_at,
        },
        "consents": list(
            Consent.objects.filter(person=person)
            .order_by("pk")
            .values("kind", "version", "accepted_at")
        ),
        "sessions": [_session_document(session) for session in sessions],
        "incidents": list(
            Incident.objects.filter(person_id=person.pk)
            .order_by("pk")
            .values(
                "id", "session_id", "created_at", "severity", "triggers", "status", "resolved_at"
            )
        ),
    }


def _session_document(session: ChatSession) -> Document:
    messages = Message.objects.filter(session=session).order_by("sequence")
    feedback = Feedback.objects.filter(session=session).order_by("pk")
    message_ids = [message.pk for message in messages]
    reports = Report.objects.filter(message_id__in=message_ids).order_by("pk")
    return {
        "id": session.pk,
        "created_at": session.created_at,
        "last_activity": session.last_activity,
        "closed_at": session.closed_at,
        "level": session.level,
        "safety_score": session.safety_score,
        "safety_history": session.safety_history,
        "conversation_summary": session.conversation_summary,
        "metadata": session.metadata,
        "messages": [
            {
                "id": message.pk,
                "author": message.author,
                "text": message.text,
                "created_at": message.created_at,
                "level": message.level,
                "triggers": message.triggers,
            }
            for message in messages
        ],
        "assessments": list(
            Assessment.objects.filter(session_id=session.pk)
            .order_by("pk")
            .values("message_id", "kind", "created_at", "level", "score", "triggers", "release")
        ),
        "feedback": [
            {"score": row.score, "comment": row.comment, "created_at": row.created_at}
            for row in feedback
        ],
        "reports": [
            {"message_id": row.message_id, "reason": row.reason, "comment": row.comment}
            for row in reports
        ],
    }


@transactional
def erase_person(*, person: Person, actor: Actor, now: datetime) -> None:
    """Erase the person's words and what they told of themselves.

    What remains is that somebody was here: audit events and incidents by id, without words, so that the record stays
    provable. What staff wrote about them is erased by moderation's sweep, which takes the `Erasure` row.
    Erasing twice is erasing once.
    """
    if not Person.objects.filter(pk=person.pk, erased_at=None).update(erased_at=now):
        return
    session_ids = list(ChatSession.objects.filter(person=person).values_list("pk", flat=True))
    message_ids = list(
        Message.objects.filter(session_id__in=session_ids).values_list("pk", flat=True)
    )
    incident_ids = forget_incident_words(person_id=person.pk)
    erase_delivery_words(incident_ids=incident_ids, now=now)
    Report.objects.filter(message_id__in=message_ids).delete()
    Feedback.objects.filter(session_id__in=session_ids).delete()
    SessionEvent.objects.filter(session_id__in=session_ids).delete()
    Message.objects.filter(session_id__in=session_ids).delete()
    ChatSession.objects.filter(pk__in=session_ids).delete()
    Consent.objects.filter(person=person).delete()
    RefreshToken.objects.filter(person=person).delete()
    _blank(person, now)
    Erasure.objects.create(person_id=person.pk, erased_at=now)
    record(
        "chat.person:erased",
        actor=actor,
        target=("person", person.pk),
        person_id=person.pk,
        now=now,
        details={"sessions": len(session_ids), "messages": len(message_ids)},
    )


def _blank(person: Person, now: datetime) -> None:
    person.subject = f"erased:{person.pk}"
    person.user_name = person.birth_year = ""
    person.country = person.locale = ""
    person.erased_at = now
    person.save()
