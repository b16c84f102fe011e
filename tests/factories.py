"""One factory per model: rows as the services would have left them."""

from datetime import datetime, timedelta

from django.contrib.auth.models import Group
from django.utils import timezone

from audit.actors import Actor
from audit.store.transactions import transactional
from chat.consent_documents import current_documents
from chat.models import Author, ChatSession, Consent, Message, Person
from chat.services.stream import Words, append_message
from moderation.models import StaffUser
from safety.engine.protocol import Finding, Verdict
from safety.levels import Level
from safety.models import Incident, IncidentKind
from safety.services.incidents import Subject, raise_asked, raise_detected

SYSTEM = Actor.system("tests")
PASSWORD = "correct horse battery staple"


def make_person(
    *, country: str = "GB", user_name: str = "Robin", now: datetime | None = None
) -> Person:
    """A person who has accepted everything."""
    now = now or timezone.now()
    person = Person(user_name=user_name, country=country, created_at=now)
    person.subject = person.pk
    person.save(force_insert=True)
    for document in current_documents():
        Consent.objects.create(
            person=person, kind=document.kind, version=document.version, accepted_at=now
        )
    return person


def make_session(person: Person | None = None, *, now: datetime | None = None) -> ChatSession:
    """An open session."""
    now = now or timezone.now()
    return ChatSession.objects.create(
        person=person or make_person(now=now), created_at=now, last_activity=now
    )


@transactional
def make_message(
    session: ChatSession,
    text: str = "I cannot sleep and everything is grey.",
    *,
    author: Author = Author.PERSON,
    now: datetime | None = None,
) -> Message:
    """Words in a session, assessed and answered."""
    message = append_message(
        session_id=session.pk, words=Words(author=author, text=text), now=now or timezone.now()
    )
    session.refresh_from_db()
    return message


def make_verdict(level: Level = Level.CRISIS, *triggers: str) -> Verdict:
    """What the engine might have said."""
    names = triggers or ("suicide_plan",)
    finding = Finding(names[0], level, "rules", "test.rule", (0, 4), 0.9)
    return Verdict(
        level=level, triggers=names, probability=0.9, findings=(finding,), release="test"
    )


def make_incident(
    session: ChatSession | None = None,
    *,
    level: Level = Level.CRISIS,
    text: str = "I have decided to end my life tonight.",
    now: datetime | None = None,
) -> Incident:
    """An open incident over a message of the session."""
    now = now or timezone.now()
    session = session or make_session(now=now)
    message = make_message(session, text, now=now)
    person = Person.objects.get(pk=session.person_id)
    incident = raise_detected(
        verdict=make_verdict(level),
        subject=_subject(session, person, message.pk, text),
        actor=SYSTEM,
        now=now,
    )
    assert incident is not None
    return incident


def make_human_request(
    session: ChatSession | None = None, *, now: datetime | None = None
) -> Incident:
    """An open incident because the person asked for a human."""
    session = session or make_session(now=now)
    person = Person.objects.get(pk=session.person_id)
    return raise_asked(
        kind=IncidentKind.HUMAN_REQUESTED,
        marker="human_requested",
        subject=_subject(session, person, "", ""),
        actor=SYSTEM,
        now=now or timezone.now(),
    )


def _subject(session: ChatSession, person: Person, message_id: str, text: str) -> Subject:
    return Subject(
        person_id=person.pk,
        session_id=session.pk,
        message_id=message_id,
        text=text,
        country=person.country,
        previous_score=session.safety_score,
        conversation_length=session.total_messages,
    )


def make_staff(role: str = "moderator", username: str | None = None) -> StaffUser:
    """A staff user who holds one role."""
    user = StaffUser.objects.create_user(
        username=username or f"{role}-{StaffUser.objects.count() + 1}",
        password=PASSWORD,
        is_staff=True,
    )
    user.groups.add(Group.objects.get(name=role))
    return user


def minutes_ago(count: float) -> datetime:
    """A time in the past."""
    return timezone.now() - timedelta(minutes=count)
