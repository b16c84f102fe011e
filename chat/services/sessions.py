"""Sessions: begin, ask for a human, use a tool, close, say how it was, report a reply."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.crypto import salted_hmac

from audit.actors import Actor
from audit.services import record
from audit.store.touching import touch
from audit.store.transactions import transactional
from chat.models import Author, ChatSession, EventKind, Feedback, Handler, Message, Person, Report
from chat.queries import SessionNotFound
from chat.services.consents import check_consent
from chat.services.persons import hold_person
from chat.services.stream import append_event
from chat.tools import Tool, tool_named
from safety.models import IncidentKind
from safety.queries import arc_of
from safety.services.checking import check_message
from safety.services.incidents import Subject, raise_asked

USER_AGENT_CHARACTERS = 200
TOOLS_KEPT = 50


class SessionClosed(Exception):
    """The session has ended; nothing more can be said in it."""


class NotReportable(Exception):
    """Only replies can be reported."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a request tells of its sender.

    Args:
        user_agent: the header.
        address: the network address; only a keyed hash of it is kept.
    """

    user_agent: str
    address: str


@transactional
def begin_session(*, person: Person, visit: Visit, actor: Actor, now: datetime) -> ChatSession:
    """A new conversation. It starts with the risk the person carries from earlier ones (law 6).

    Raises:
        ConsentRequired: a required document is not accepted.
        TokenRefused: they had themselves erased meanwhile.
    """
    hold_person(person)
    check_consent(person)
    session = ChatSession(
        person=person,
        created_at=now,
        last_activity=now,
        metadata={
            "user_agent": visit.user_agent[:USER_AGENT_CHARACTERS],
            "ip_hash": salted_hmac("vigil.address", visit.address, algorithm="sha256").hexdigest(),
            "session_duration": 0,
        },
    )
    arc = arc_of(person_id=person.pk, session_id=session.pk, now=now)
    if arc.turns:
        carried = check_message("", arc).verdict
        session.level, session.safety_score = carried.level, carried.score
    session.save(force_insert=True)
    _record("begun", session, actor, now)
    return session


def check_open(session: ChatSession) -> None:
    """Raise SessionClosed when the session has ended."""
    if session.closed_at is not None:
        raise SessionClosed


def hold_session(session_id: str) -> ChatSession:
    """The session as it is now, kept from closing and from being erased until the transaction under way commits.

    Raises:
        SessionNotFound: the person had themselves erased.
    """
    if not touch(ChatSession.objects.filter(pk=session_id)):
        raise SessionNotFound
    session: ChatSession = ChatSession.objects.get(pk=session_id)
    return session


def hold_open_session(session_id: str) -> ChatSession:
    """The same, where the session has not ended.

    Raises:
        SessionClosed: it has ended.
        SessionNotFound: the person had themselves erased.
    """
    session = hold_session(session_id)
    check_open(session)
    return session


@transactional
def ask_for_human(
    *, session: ChatSession, person: Person, actor: Actor, now: datetime
) -> ChatSession:
    """The person asks for a human: an incident and a page, whatever the level.

    Raises:
        SessionClosed: it has ended.
    """
    current = hold_open_session(session.pk)
    subject = subject_of(session=current, person=person, message_id="", text="")
    call_human(session=current, subject=subject, actor=actor, now=now)
    return current


def call_human(*, session: ChatSession, subject: Subject, actor: Actor, now: datetime) -> None:
    """Make the incident and the page, and let the person wait; inside the transaction of what asks for it."""
    raise_asked(
        kind=IncidentKind.HUMAN_REQUESTED,
        marker="human_requested",
        subject=subject,
        actor=actor,
        now=now,
    )
    if session.handled_by == Handler.AI and session.waiting_since is None:
        session.waiting_since = now
        session.save(update_fields=["waiting_since"])
        append_event(
            session_id=session.pk, kind=EventKind.WAITING, data={"state": "nobody_yet"}, now=now
        )
    _record("human_requested", session, actor, now)


def subject_of(*, session: ChatSession, person: Person, message_id: str, text: str) -> Subject:
    """What safety needs to know of words in this session."""
    return Subject(
        person_id=person.pk,
        session_id=session.pk,
        message_id=message_id,
        text=text,
        country=person.country,
        previous_score=session.safety_score,
        conversation_length=session.total_messages,
    )


@transactional
def use_tool(
    *, session: ChatSession, person: Person, name: str, actor: Actor, now: datetime
) -> Tool:
    """Keep that a tool was opened, and give its steps.

    Raises:
        SessionClosed: it has ended.
        UnknownTool: there is none of that name.
    """
    current = hold_open_session(session.pk)
    tool = tool_named(name, person.country)
    current.tools_used = [*current.tools_used, tool.name][-TOOLS_KEPT:]
    current.last_activity = now
    current.save(update_fields=["tools_used", "last_activity"])
    _record("tool_used", current, actor, now, tool=tool.name)
    return tool


@transactional
def close_session(*, session: ChatSession, actor: Actor, now: datetime) -> ChatSession:
    """End a session; ending it twice is ending it once. Its incident stays with the moderators."""
    current = hold_session(session.pk)
    if current.closed_at is not None:
        return current
    current.closed_at = now
    current.waiting_since = None
    duration = int((now - current.created_at).total_seconds())
    current.metadata = {**current.metadata, "session_duration": duration}
    current.save(update_fields=["closed_at", "waiting_since", "metadata"])
    append_event(session_id=current.pk, kind=EventKind.CLOSED, data={}, now=now)
    _record("closed", current, actor, now)
    return current


@transactional
def give_feedback(
    *, session: ChatSession, score: int, comment: str, actor: Actor, now: datetime
) -> Feedback:
    """Keep how the person found the session, 1 to 5.

    Raises:
        SessionNotFound: they had themselves erased meanwhile.
    """
    hold_session(session.pk)
    feedback = Feedback(session=session, score=score, comment=comment, created_at=now)
    feedback.save(force_insert=True)
    _record("feedback_given", session, actor, now, score=score)
    return feedback


@transactional
def report_reply(
    *, message: Message, person: Person, reason: str, comment: str, actor: Actor, now: datetime
) -> Report:
    """The person says that a reply hurt them: a human looks at it.

    Raises:
        NotReportable: the message is the person's own.
        SessionNotFound: they had themselves erased meanwhile.
    """
    if message.author == Author.PERSON:
        raise NotReportable
    session = hold_session(message.session_id)
    report = Report(message=message, reason=reason, comment=comment, created_at=now)
    report.save(force_insert=True)
    raise_asked(
        kind=IncidentKind.REPLY_REPORTED,
        marker="reply_reported",
        subject=subject_of(session=session, person=person, message_id=message.pk, text=""),
        actor=actor,
        now=now,
    )
    _record("reply_reported", session, actor, now, message_id=message.pk, reason=reason)
    return report


def _record(
    verb: str, session: ChatSession, actor: Actor, now: datetime, **details: str | int
) -> None:
    record(
        f"chat.session:{verb}",
        actor=actor,
        target=("session", session.pk),
        person_id=session.person_id,
        now=now,
        details=dict(details),
    )
