"""Who answers in a session: the AI or a human.

The fence rises at every change, so a late reply of the AI is refused.
"""

from datetime import datetime

from django.db.models import F

from audit.actors import Actor
from audit.services import record
from audit.store.transactions import transactional
from chat.models import Author, ChatSession, EventKind, Handler, Message
from chat.queries import SessionNotFound
from chat.services.sessions import check_open
from chat.services.stream import Words, append_event, append_message
from safety.levels import Level


class NotHandledByHuman(Exception):
    """A human wants to write where the AI answers: take over first."""


@transactional
def hand_to_human(*, session_id: str, staff_id: str, actor: Actor, now: datetime) -> None:
    """From now on a human answers. Doing it twice is doing it once.

    Raises:
        SessionClosed: it has ended.
        SessionNotFound: the person had themselves erased.
    """
    session = _existing(session_id)
    check_open(session)
    if _switch(session_id, Handler.AI, Handler.HUMAN):
        _tell(session, Handler.HUMAN, "taken_over", actor, now, staff_id=staff_id)


@transactional
def hand_to_ai(*, session_id: str, actor: Actor, now: datetime) -> None:
    """From now on the AI answers again. Doing it twice, or where nobody is any more, is doing nothing."""
    session = ChatSession.objects.filter(pk=session_id).first()
    if session and _switch(session_id, Handler.HUMAN, Handler.AI):
        _tell(session, Handler.AI, "given_back", actor, now)


def _existing(session_id: str) -> ChatSession:
    session = ChatSession.objects.filter(pk=session_id).first()
    if session is None:
        raise SessionNotFound
    return session


def _switch(session_id: str, old: Handler, new: Handler) -> bool:
    held = ChatSession.objects.filter(pk=session_id, handled_by=old)
    return bool(held.update(handled_by=new, fence=F("fence") + 1, waiting_since=None))


def _tell(
    session: ChatSession, handler: Handler, verb: str, actor: Actor, now: datetime, **details: str
) -> None:
    append_event(
        session_id=session.pk,
        kind=EventKind.HANDLED_BY,
        data={"handled_by": handler.value},
        now=now,
    )
    record(
        f"chat.session:{verb}",
        actor=actor,
        target=("session", session.pk),
        person_id=session.person_id,
        now=now,
        details=dict(details),
    )


@transactional
def clear_level(*, person_id: str) -> None:
    """A moderator judged the person's risk over: their sessions say so at once, not only after the next message."""
    ChatSession.objects.filter(person_id=person_id).update(level=Level.NONE.value, safety_score=0)


@transactional
def tell_seen(*, session_id: str, now: datetime) -> None:
    """Tell a waiting person that somebody has seen their case."""
    if ChatSession.objects.filter(pk=session_id).exclude(waiting_since=None).exists():
        append_event(session_id=session_id, kind=EventKind.WAITING, data={"state": "seen"}, now=now)


@transactional
def post_human_reply(
    *, session_id: str, staff_id: str, text: str, actor: Actor, now: datetime
) -> Message:
    """Words of a human to the person.

    Raises:
        SessionClosed: it has ended.
        SessionNotFound: the person had themselves erased.
        NotHandledByHuman: the AI answers here.
    """
    session = _existing(session_id)
    check_open(session)
    if not ChatSession.objects.filter(pk=session_id, handled_by=Handler.HUMAN).update(
        last_activity=now
    ):
        raise NotHandledByHuman
    words = Words(author=Author.HUMAN, text=text, staff_id=staff_id)
    message = append_message(session_id=session_id, words=words, now=now)
    record(
        "chat.reply:written",
        actor=actor,
        target=("message", message.pk),
        person_id=session.person_id,
        now=now,
        details={"session_id": session_id},
    )
    return message
