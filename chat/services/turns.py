"""The turn of a message: stored, checked, on record, answered. Each step commits before the next is tried.

    store ─▶ assess ─▶ answer
A process that dies in between leaves a row that says how far it came; `chat.services.recovery` takes it from there.
"""

import hashlib
import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError

from audit.actors import Actor
from audit.leaves import rfc3339
from audit.services import record
from audit.store.sealing import SealBroken
from audit.store.transactions import after_commit, transactional
from chat.capacity import reply_slot
from chat.metrics import MESSAGES
from chat.models import Author, ChatSession, Message, Person, TurnState
from chat.mood import add_mood, mood_of
from chat.queries import reply_to
from chat.services.answers import answer
from chat.services.sessions import check_open, subject_of
from chat.services.stream import Words, append_message
from safety.engine.protocol import Verdict
from safety.levels import Level
from safety.models import AssessedKind, Incident
from safety.queries import arc_of
from safety.services.checking import Checked, check_message, unreadable
from safety.services.incidents import digest_of, raise_detected, record_assessment

logger = logging.getLogger(__name__)

HISTORY_KEPT = 100
REPLAY_POLL_SECONDS = 0.05
REPLAY_GRACE_SECONDS = 2.0


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
class Found:
    """What checking a message found; the text is empty where the seal does not open."""

    text: str
    checked: Checked
    mood: str


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
        KeyReused: the key came before with another text.
    """
    check_open(session)
    with reply_slot() as admitted:
        message, fresh = _store(session, incoming, shed=incoming.hurried or not admitted, now=now)
        if fresh:
            finish_turn(message=message, person=person, actor=actor, now=now)
        else:
            _wait_for_other(message)
    return _turn_of(message.pk, replayed=not fresh)


def finish_turn(*, message: Message, person: Person, actor: Actor, now: datetime) -> None:
    """Take a stored message through what is left of its turn. May run twice; each step happens once."""
    started = time.monotonic()
    if message.turn_state == TurnState.STORED:
        _assess(message, person, actor, now)
    answered_at = now + timedelta(seconds=time.monotonic() - started)
    answer(message_id=message.pk, person=person, actor=actor, now=answered_at)


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
    return append_message(
        session_id=session.pk,
        words=Words(author=Author.PERSON, text=text, client_key=key),
        now=now,
        turn_state=TurnState.STORED,
        shed=shed,
    )


def _assess(message: Message, person: Person, actor: Actor, now: datetime) -> None:
    arc = arc_of(person_id=person.pk, session_id=message.session_id, now=now)
    try:
        text = message.text
    except SealBroken:
        logger.exception("a stored message cannot be read", extra={"message_id": message.pk})
        text, checked = "", unreadable()
    else:
        checked = check_message(text, arc)
    _keep_assessment(message, person, Found(text, checked, mood_of(text)), actor=actor, now=now)


@transactional
def _keep_assessment(
    message: Message, person: Person, found: Found, *, actor: Actor, now: datetime
) -> None:
    verdict = found.checked.verdict
    first = Message.objects.filter(pk=message.pk, turn_state=TurnState.STORED)
    if not first.update(
        turn_state=TurnState.ASSESSED, level=verdict.level, triggers=list(verdict.triggers)
    ):
        return
    session = ChatSession.objects.get(pk=message.session_id)
    subject = subject_of(session=session, person=person, message_id=message.pk, text=found.text)
    record_assessment(kind=AssessedKind.MESSAGE, checked=found.checked, subject=subject, now=now)
    incident = raise_detected(verdict=verdict, subject=subject, actor=actor, now=now)
    _update_session(session, verdict, found.mood, incident, now)
    record(
        "chat.message:assessed",
        actor=actor,
        target=("message", message.pk),
        person_id=person.pk,
        now=now,
        details={
            "session_id": session.pk,
            "level": verdict.level.value,
            "triggers": list(verdict.triggers),
            "release": verdict.release,
        },
    )


def _update_session(
    session: ChatSession, verdict: Verdict, mood: str, incident: Incident | None, now: datetime
) -> None:
    session.level = verdict.level
    session.safety_score = verdict.score
    session.mood_trends = add_mood(session.mood_trends, mood)
    session.last_safety_check = now
    if verdict.level.rank >= Level.CONCERN.rank:
        entry = {
            "timestamp": rfc3339(now),
            "level": verdict.level.value,
            "triggers": list(verdict.triggers),
            "action_taken": _action_taken(verdict.level, incident),
        }
        session.safety_history = [*session.safety_history, entry][-HISTORY_KEPT:]
    session.save(
        update_fields=[
            "level",
            "safety_score",
            "mood_trends",
            "last_safety_check",
            "safety_history",
        ]
    )


def _action_taken(level: Level, incident: Incident | None) -> str:
    if level is Level.CRISIS:
        return "crisis_protocol"
    return "human_alerted" if incident else "resources_provided"


def _wait_for_other(message: Message) -> None:
    """The same message is being answered by another request: give it the time it may take."""
    limit = time.monotonic() + settings.SAFETY_CHECK_TIMEOUT / 1000 + REPLAY_GRACE_SECONDS
    unfinished = Message.objects.filter(pk=message.pk).exclude(turn_state=TurnState.ANSWERED)
    while unfinished.exists() and time.monotonic() < limit:
        time.sleep(REPLAY_POLL_SECONDS)


def _turn_of(message_id: str, *, replayed: bool) -> Turn:
    message = Message.objects.get(pk=message_id)
    handled_by = ChatSession.objects.values_list("handled_by", flat=True).get(pk=message.session_id)
    return Turn(
        message=message, reply=reply_to(message_id), handled_by=handled_by, replayed=replayed
    )
