"""What chat is asked about persons, sessions and messages."""

import logging
from collections.abc import Sequence
from datetime import datetime

from audit.store.sealing import SealBroken, Sealed, open_column
from chat.models import Author, ChatSession, Message, Person, SessionEvent, TurnState

logger = logging.getLogger(__name__)

PAGE = 200
HISTORY_MESSAGES = 12
"""What a reply and a check see of the conversation before a message."""


class SessionNotFound(Exception):
    """No such session, or not this person's."""


class MessageNotFound(Exception):
    """No such message, or not in a session of this person's."""


def session_of(*, person: Person, session_id: str) -> ChatSession:
    """The person's own session.

    Raises:
        SessionNotFound: none of that id, or somebody else's.
    """
    session = ChatSession.objects.filter(pk=session_id, person=person).first()
    if session is None:
        raise SessionNotFound
    return session


def sessions_of(person: Person) -> list[ChatSession]:
    """The person's sessions, newest first, at most a page."""
    return list(ChatSession.objects.filter(person=person).order_by("-created_at", "-pk")[:PAGE])


def message_of(*, person: Person, message_id: str) -> Message:
    """A message in one of the person's own sessions.

    Raises:
        MessageNotFound: none of that id, or somebody else's.
    """
    message: Message | None = Message.objects.filter(pk=message_id).first()
    if (
        message is None
        or not ChatSession.objects.filter(pk=message.session_id, person=person).exists()
    ):
        raise MessageNotFound
    return message


def messages_after(*, session: ChatSession, after_id: str | None) -> list[Message]:
    """Messages in order, from after the given one, at most a page.

    Raises:
        MessageNotFound: the given one is not in this session.
    """
    start = 0
    if after_id:
        found = (
            Message.objects.filter(pk=after_id, session=session)
            .values_list("sequence", flat=True)
            .first()
        )
        if found is None:
            raise MessageNotFound
        start = found
    return list(
        Message.objects.filter(session=session, sequence__gt=start).order_by("sequence")[:PAGE]
    )


def transcript_of(session_id: str) -> list[Message]:
    """Every message of a session, in order."""
    return list(Message.objects.filter(session_id=session_id).order_by("sequence"))


def history_before(message: Message) -> tuple[tuple[str, str], ...]:
    """The last messages before this one as (author, text), in order; one whose seal does not open is left out."""
    rows = Message.objects.filter(
        session_id=message.session_id, sequence__lt=message.sequence
    ).order_by("-sequence")
    recent = list(rows.values_list("pk", "author", "text")[:HISTORY_MESSAGES])
    return tuple(entry for row in reversed(recent) if (entry := _entry(*row)))


def _entry(pk: str, author: str, sealed: Sealed) -> tuple[str, str] | None:
    try:
        return author, open_column(Message, "text", pk=pk, sealed=sealed)
    except SealBroken:
        logger.exception("a stored message cannot be read", extra={"message_id": pk})
        return None


def reply_to(message_id: str) -> Message | None:
    """The reply that a person's message got, if it got one."""
    return (
        Message.objects.filter(answers_id=message_id)
        .exclude(author=Author.PERSON)
        .order_by("sequence")
        .first()
    )


def last_sequence_of(session_id: str) -> int | None:
    """The number of the session's latest message or event; None where there is no such session."""
    numbers = ChatSession.objects.filter(pk=session_id).values_list("last_sequence", flat=True)
    return numbers.first()


def events_after(*, session_id: str, sequence: int) -> Sequence[SessionEvent]:
    """The session's events after a number, in order, at most a page."""
    return list(
        SessionEvent.objects.filter(session_id=session_id, sequence__gt=sequence).order_by(
            "sequence"
        )[:PAGE]
    )


def unfinished_turns(*, before: datetime, count: int) -> list[Message]:
    """Messages whose turn began before a time and has not come to its end, oldest first."""
    found: list[Message] = []
    for state in (TurnState.STORED, TurnState.ASSESSED):
        rows = Message.objects.filter(turn_state=state, created_at__lt=before).order_by(
            "created_at", "pk"
        )
        found.extend(rows[: count - len(found)])
    return found
