"""A session's stream: numbers, messages and events, in one order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from django.db.models import F

from audit.store.transactions import require_transaction
from chat.models import Author, ChatSession, EventKind, Message, SessionEvent
from safety.services.incidents import digest_of


@dataclass(frozen=True, slots=True)
class Words:
    """A message about to be added.

    Args:
        author: whose words.
        text: the words.
        client_key: hash of the Idempotency-Key; empty where there is none.
        staff_id: who of staff wrote it.
        answers_id: the message it replies to.
        provider: who generated it.
        safe_replacement: whether it stands for a generated reply that was unsafe.
    """

    author: Author
    text: str
    client_key: str = ""
    staff_id: str = ""
    answers_id: str = ""
    provider: str = ""
    safe_replacement: bool = False


class SessionMoved(Exception):
    """The session is gone, or no longer as the caller needs it to be."""


def _advance(
    session_id: str, where: Mapping[str, object], latest: int | None = None, **changes: object
) -> int:
    """The next number. Where the caller's guess of the latest one still holds, nothing has to be read."""
    require_transaction("a session's numbering")
    own = ChatSession.objects.filter(pk=session_id)
    if latest is not None:
        guessed = own.filter(**where, last_sequence=latest)
        if guessed.update(last_sequence=latest + 1, **changes):
            return latest + 1
    if not own.filter(**where).update(last_sequence=F("last_sequence") + 1, **changes):
        raise SessionMoved
    return own.values_list("last_sequence", flat=True).get()


def append_message(
    *,
    session_id: str,
    words: Words,
    now: datetime,
    where: Mapping[str, object] = MappingProxyType({}),
    latest: int | None = None,
    **fields: object,
) -> Message:
    """Add words to the session and tell the stream.

    Args:
        session_id: where.
        words: what is said.
        now: when.
        where: what must still hold of the session.
        latest: the session's latest number, where the caller may know it; a wrong one costs a query.
        fields: further columns of the message.

    Raises:
        SessionMoved: it does not hold, or the session is gone.
    """
    sequence = _advance(
        session_id, where, latest, total_messages=F("total_messages") + 1, last_activity=now
    )
    return add_message(session_id=session_id, sequence=sequence, words=words, now=now, **fields)


def advance_together(
    *, session_id: str, where: Mapping[str, object], latest: int, now: datetime, **changes: object
) -> int:
    """The number of a further message, given together with other changes of the session.

    Args:
        session_id: which session.
        where: what must still hold of it.
        latest: its latest number, which must still be so.
        now: when.
        changes: further columns.

    Raises:
        SessionMoved: it does not hold, or the session is gone.
    """
    require_transaction("a session's numbering")
    same = ChatSession.objects.filter(pk=session_id, last_sequence=latest, **where)
    if not same.update(
        last_sequence=latest + 1,
        total_messages=F("total_messages") + 1,
        last_activity=now,
        **changes,
    ):
        raise SessionMoved
    return latest + 1


def add_message(
    *, session_id: str, sequence: int, words: Words, now: datetime, **fields: object
) -> Message:
    """Add words under a number that was given to them, and tell the stream."""
    message = Message(
        session_id=session_id,
        sequence=sequence,
        author=words.author,
        text=words.text,
        created_at=now,
        client_key="",
        text_digest=digest_of(words.text, session_id=session_id),
        staff_id=words.staff_id,
        answers_id=words.answers_id,
        provider=words.provider,
        safe_replacement=words.safe_replacement,
        **fields,
    )
    message.client_key = words.client_key or message.pk
    message.save(force_insert=True)
    _add(session_id, sequence, EventKind.MESSAGE, {"message_id": message.pk}, now)
    return message


def append_event(
    *, session_id: str, kind: EventKind, data: dict[str, object], now: datetime
) -> SessionEvent:
    """Add an event that is no message."""
    return _add(session_id, _advance(session_id, {}), kind, data, now)


def _add(
    session_id: str, sequence: int, kind: EventKind, data: dict[str, object], now: datetime
) -> SessionEvent:
    return SessionEvent.objects.create(
        session_id=session_id, sequence=sequence, kind=kind, data=data, created_at=now
    )
