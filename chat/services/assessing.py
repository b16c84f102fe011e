"""A stored message is checked in the light of the conversation; what was found is kept in one transaction."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from audit.actors import Actor
from audit.leaves import rfc3339
from audit.services import record
from audit.store.sealing import SealBroken
from audit.store.transactions import transactional
from chat.models import ChatSession, Message, Person, TurnState
from chat.mood import add_mood, mood_of
from chat.replies.listening import Answer, History, answer_about_danger, asks_for_human
from chat.services.sessions import call_human, subject_of
from safety.engine.protocol import Arc, Finding, Verdict
from safety.levels import Level, most_urgent
from safety.models import AssessedKind, Incident
from safety.queries import arc_of, open_incident_of
from safety.services.checking import Checked, check_message, unreadable
from safety.services.incidents import raise_detected, record_assessment

logger = logging.getLogger(__name__)

HISTORY_KEPT = 100
DANGER_ADMITTED = Finding(
    trigger="suicidal_ideation",
    level=Level.WARNING,
    detector="conversation",
    rule="danger_question_answered",
    span=None,
    probability=0.7,
)
"""A bare "yes" is harmless by itself; after "are you having thoughts of suicide?" it is not."""
INTENT_ADMITTED = replace(DANGER_ADMITTED, trigger="suicide_intent", level=Level.CRISIS)
"""And once thoughts are known, the question that a "yes" answers is whether they will be acted on (C-SSRS item 4)."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What checking a message found.

    Args:
        text: the words; empty where their seal does not open.
        checked: the verdict on them, the conversation included.
        mood: one word for their mood.
        wants_human: whether they ask for a person.
    """

    text: str
    checked: Checked
    mood: str
    wants_human: bool


def assess_message(
    *, message: Message, person: Person, history: History, actor: Actor, now: datetime
) -> ChatSession | None:
    """Check a stored message and keep what was found; a second run of the same finds nothing to do.

    Returns:
        The session as this left it; None where another run was first.
    """
    heard = _hear(message, person, history, now)
    session = _keep(message, person, heard, actor=actor, now=now)
    if session is None:
        message.refresh_from_db(fields=["turn_state", "level", "triggers"])
    return session


def _hear(message: Message, person: Person, history: History, now: datetime) -> Heard:
    try:
        text = message.text
    except SealBroken:
        logger.exception("a stored message cannot be read", extra={"message_id": message.pk})
        return Heard("", unreadable(), mood_of(""), wants_human=False)
    arc = arc_of(person_id=person.pk, session_id=message.session_id, now=now)
    checked = _in_conversation(check_message(text, arc), text, history, arc)
    return Heard(text, checked, mood_of(text), wants_human=asks_for_human(text))


def _in_conversation(checked: Checked, text: str, history: History, arc: Arc) -> Checked:
    if answer_about_danger(text, history) is not Answer.WORRYING:
        return checked
    known = any(turn.same_session and turn.level.needs_human for turn in arc.turns)
    admitted = INTENT_ADMITTED if known else DANGER_ADMITTED
    verdict = checked.verdict
    return replace(
        checked,
        verdict=replace(
            verdict,
            level=most_urgent([verdict.level, admitted.level]),
            triggers=tuple(dict.fromkeys([admitted.trigger, *verdict.triggers])),
            findings=(*verdict.findings, admitted),
            probability=max(verdict.probability, admitted.probability),
        ),
    )


@transactional
def _keep(
    message: Message, person: Person, heard: Heard, *, actor: Actor, now: datetime
) -> ChatSession | None:
    verdict = heard.checked.verdict
    found = {
        "turn_state": TurnState.ASSESSED,
        "level": verdict.level.value,
        "triggers": list(verdict.triggers),
    }
    if not Message.objects.filter(pk=message.pk, turn_state=TurnState.STORED).update(**found):
        return None
    session = ChatSession.objects.get(pk=message.session_id)
    subject = subject_of(session=session, person=person, message_id=message.pk, text=heard.text)
    record_assessment(kind=AssessedKind.MESSAGE, checked=heard.checked, subject=subject, now=now)
    incident = raise_detected(verdict=verdict, subject=subject, actor=actor, now=now)
    if heard.wants_human:
        call_human(session=session, subject=subject, actor=actor, now=now)
    _update_session(session, verdict, heard.mood, incident, now)
    _record(message, person, verdict, actor, now)
    for name, value in found.items():
        setattr(message, name, value)
    return session


def _record(
    message: Message, person: Person, verdict: Verdict, actor: Actor, now: datetime
) -> None:
    record(
        "chat.message:assessed",
        actor=actor,
        target=("message", message.pk),
        person_id=person.pk,
        now=now,
        details={
            "session_id": message.session_id,
            "level": verdict.level.value,
            "triggers": list(verdict.triggers),
            "release": verdict.release,
        },
    )


def _update_session(
    session: ChatSession, verdict: Verdict, mood: str, incident: Incident | None, now: datetime
) -> None:
    level = most_urgent([verdict.level, _held_level(session)])
    session.level = level.value
    session.safety_score = level.score
    session.mood_trends = add_mood(session.mood_trends, mood)
    session.last_safety_check = now
    if verdict.level.rank >= Level.CONCERN.rank:
        entry = {
            "timestamp": rfc3339(now),
            "level": verdict.level.value,
            "triggers": list(verdict.triggers),
            "action_taken": _action_taken(verdict.level, incident, now),
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


def _held_level(session: ChatSession) -> Level:
    """A warning or crisis stays with the session until a moderator resolves it: no later message clears it (law 6)."""
    if Level(session.level) not in {Level.WARNING, Level.CRISIS}:
        return Level.NONE
    incident = open_incident_of(session.pk)
    return Level(incident.severity) if incident else Level.NONE


def _action_taken(level: Level, incident: Incident | None, now: datetime) -> str:
    if level is Level.CRISIS:
        return "crisis_protocol"
    told = incident is not None and incident.raised_at == now
    return "human_alerted" if told else "resources_provided"
