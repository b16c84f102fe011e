"""The turn of a message: stored, checked, on record, answered. Each step commits before the next is tried.

    store ─▶ assess ─▶ answer
A process that dies in between leaves a row that says how far it came; `chat.services.recovery` takes it from there.
"""

import hashlib
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError

from audit.actors import Actor
from audit.store.transactions import after_commit, transactional
from chat.capacity import reply_slot
from chat.metrics import MESSAGES
from chat.models import Author, ChatSession, Message, Person, TurnState
from chat.queries import SessionNotFound, history_before, reply_to
from chat.services.answers import Answered, answer, waits_for_nobody
from chat.services.assessing import assess_message, hear
from chat.services.at_once import OpenTurn, answer_at_once
from chat.services.sessions import SessionClosed, check_open
from chat.services.stream import SessionMoved, Words, append_message
from safety.services.incidents import digest_of

REPLAY_POLL_SECONDS = 0.05
REPLAY_GRACE_SECONDS = 2.0
TAKE_OVER_SECONDS = 1.0
"""How long another request may take over what needs milliseconds, for the same message: a check, or a reply that waits
for no model. A process that was killed never will, and a person who says it again must not wait for the sweep."""


class KeyReused(Exception):
    """An Idempotency-Key came back with another text."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a person sends.

    Args:
        text: 1 to 8000 characters.
        key: the Idempotency-Key, or empty.
        hurried: past the soft limit: checked as always, but no generated reply.
    """

    text: str
    key: str
    hurried: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of a message.

    Args:
        message: the person's message, as it stands.
        reply: the reply; None while a human is in control, or where the first request is still at work.
        handled_by: who answers in the session now.
        replayed: whether this repeats an answer that was given before.
    """

    message: Message
    reply: Message | None
    handled_by: str
    replayed: bool


def receive_message(
    *, person: Person, session: ChatSession, incoming: Incoming, actor: Actor, now: datetime
) -> Turn:
    """Take a person's message through its whole turn.

    Raises:
        SessionClosed: it has ended.
        SessionNotFound: the person had themselves erased meanwhile.
        KeyReused: the key came before with another text.
    """
    check_open(session)
    with reply_slot() as admitted:
        message, fresh = _store(session, incoming, shed=incoming.hurried or not admitted, now=now)
        if fresh:
            session.total_messages += 1  # it was read before the message was counted
            answered = finish_turn(
                message=message, session=session, person=person, actor=actor, now=now
            )
            return Turn(message, answered.reply, answered.handled_by, replayed=False)
        left = _left_unfinished(message)
        if left:
            finish_turn(message=left, session=session, person=person, actor=actor, now=now)
        else:
            _wait_for_other(message)
    return _turn_of(message.pk)


def finish_turn(
    *, message: Message, session: ChatSession, person: Person, actor: Actor, now: datetime
) -> Answered:
    """Take a stored message through what is left of its turn. May run twice; each step happens once.

    Args:
        message: the person's, stored.
        session: as it was read last; what moved since is found when something is written.
        person: who wrote.
        actor: on whose behalf.
        now: when.
    """
    started = time.monotonic()
    turn = OpenTurn(message, session, person, history_before(message))
    if message.turn_state == TurnState.STORED:
        heard = hear(message=message, session=session, person=person, history=turn.history, now=now)
        answered = answer_at_once(turn=turn, heard=heard, actor=actor, now=now)
        if answered:
            return answered
        session = assess_message(
            message=message,
            person=person,
            history=turn.history,
            heard=heard,
            actor=actor,
            now=now,
        ) or ChatSession.objects.get(pk=session.pk)
    answered_at = now + timedelta(seconds=time.monotonic() - started)
    return answer(
        message=message,
        session=session,
        person=person,
        history=turn.history,
        actor=actor,
        now=answered_at,
    )


def _store(
    session: ChatSession, incoming: Incoming, *, shed: bool, now: datetime
) -> tuple[Message, bool]:
    key = hashlib.sha256(incoming.key.encode()).hexdigest() if incoming.key else ""
    known = _known(session, key)
    if known is None:
        try:
            return _insert(session, incoming.text, key, shed=shed, now=now), True
        except IntegrityError:  # the same key at the same moment
            known = _known(session, key)
            if known is None:
                raise
    if known.text_digest != digest_of(incoming.text, session_id=session.pk):
        raise KeyReused
    return known, False


def _known(session: ChatSession, key: str) -> Message | None:
    return Message.objects.filter(session=session, client_key=key).first() if key else None


@transactional
def _insert(session: ChatSession, text: str, key: str, *, shed: bool, now: datetime) -> Message:
    after_commit(MESSAGES.inc)
    try:
        return append_message(
            session_id=session.pk,
            words=Words(author=Author.PERSON, text=text, client_key=key),
            now=now,
            where={"closed_at": None},
            latest=session.last_sequence,
            turn_state=TurnState.STORED,
            shed=shed,
        )
    except SessionMoved:
        raise _why_not(session.pk) from None


def _why_not(session_id: str) -> Exception:
    """Ended meanwhile, where no human could take it over any more; or erased."""
    has_ended = ChatSession.objects.filter(pk=session_id).exists()
    return SessionClosed() if has_ended else SessionNotFound()


def _left_unfinished(message: Message) -> Message | None:
    """The message, where the request that stored it seems to be dead. One that is only slow repeats no step."""
    limit = time.monotonic() + TAKE_OVER_SECONDS
    while _is_soon_done(message):
        if time.monotonic() >= limit:
            return message
        time.sleep(REPLAY_POLL_SECONDS)
        message.refresh_from_db(fields=["turn_state", "level", "triggers"])
    return None


def _is_soon_done(message: Message) -> bool:
    checked = message.turn_state == TurnState.ASSESSED
    return message.turn_state == TurnState.STORED or (checked and waits_for_nobody(message))


def _wait_for_other(message: Message) -> None:
    """The same message is being answered by another request: give it the time it may take."""
    limit = time.monotonic() + settings.SAFETY_CHECK_TIMEOUT / 1000 + REPLAY_GRACE_SECONDS
    unfinished = Message.objects.filter(pk=message.pk).exclude(turn_state=TurnState.ANSWERED)
    while unfinished.exists() and time.monotonic() < limit:
        time.sleep(REPLAY_POLL_SECONDS)


def _turn_of(message_id: str) -> Turn:
    message = Message.objects.get(pk=message_id)
    handled_by = ChatSession.objects.values_list("handled_by", flat=True).get(pk=message.session_id)
    return Turn(message, reply_to(message_id), handled_by, replayed=True)
