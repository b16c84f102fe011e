"""A stored message is checked in the light of the conversation; what was found is kept in one transaction."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from audit.actors import Actor
from audit.leaves import rfc3339
from audit.services import Entry, record_all
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
HELD = frozenset({Level.WARNING, Level.CRISIS})
"""Levels that stay with a session while its incident is open."""
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
        after: when the session was last checked as far as was known: what came since was not listened to.
        text: the words; empty where their seal does not open.
        checked: the verdict on them, the conversation included.
        mood: one word for their mood.
        wants_human: whether they ask for a person.
    """

    after: datetime | None
    text: str
    checked: Checked
    mood: str
    wants_human: bool


class HeardTooEarly(Exception):
    """Another message of the session was checked meanwhile: each could be harmless alone, and both together not.

    Args:
        session: as it is now.
    """

    def __init__(self, session: ChatSession) -> None:
        super().__init__("checked without what was said meanwhile")
        self.session = session


def hear(
    *, message: Message, session: ChatSession, person: Person, history: History, now: datetime
) -> Heard:
    """Check a stored message in the light of what was said before. Writes nothing."""
    after = session.last_safety_check
    try:
        text = message.text
    except SealBroken:
        logger.exception("a stored message cannot be read", extra={"message_id": message.pk})
        return Heard(after, "", unreadable(), mood_of(""), wants_human=False)
    arc = arc_of(person_id=person.pk, session_id=message.session_id, now=now)
    checked = _in_conversation(check_message(text, arc), text, history, arc)
    return Heard(after, text, checked, mood_of(text), wants_human=asks_for_human(text))


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


def assess_message(
    *,
    message: Message,
    person: Person,
    history: History,
    heard: Heard,
    actor: Actor,
    now: datetime,
) -> ChatSession | None:
    """Keep what was heard in a stored message; a second run of the same finds nothing to do.

    Where another message of the session was checked meanwhile, this one is heard once more; if that goes on, what was
    heard last is kept, since a message that waits to be checked is worse.

    Returns:
        The session as this left it; None where another run was first.
    """
    try:
        session = _keep(message, person, heard, actor=actor, now=now, in_order=True)
    except HeardTooEarly as moved:
        again = hear(
            message=message, session=moved.session, person=person, history=history, now=now
        )
        session = _keep(message, person, again, actor=actor, now=now, in_order=False)
    if session is None:
        message.refresh_from_db(fields=["turn_state", "level", "triggers"])
    return session


@transactional
def _keep(
    message: Message,
    person: Person,
    heard: Heard,
    *,
    actor: Actor,
    now: datetime,
    in_order: bool,
) -> ChatSession | None:
    verdict = heard.checked.verdict
    found = {"turn_state": TurnState.ASSESSED, **found_in_message(verdict)}
    if not Message.objects.filter(pk=message.pk, turn_state=TurnState.STORED).update(**found):
        return None
    session = ChatSession.objects.get(pk=message.session_id)
    if in_order and session.last_safety_check != heard.after:
        raise HeardTooEarly(session)
    subject = subject_of(session=session, person=person, message_id=message.pk, text=heard.text)
    record_assessment(kind=AssessedKind.MESSAGE, checked=heard.checked, subject=subject, now=now)
    incident = raise_detected(verdict=verdict, subject=subject, actor=actor, now=now)
    if heard.wants_human:
        call_human(session=session, subject=subject, actor=actor, now=now)
    held = _held_level(session)
    changes = session_changes(session=session, heard=heard, held=held, incident=incident, now=now)
    _set(session, changes)
    session.save(update_fields=list(changes))
    record_all(
        [assessed_entry(session=session, message=message, heard=heard, actor=actor, now=now)]
    )
    _set(message, found)
    return session


def _set(row: ChatSession | Message, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def found_in_message(verdict: Verdict) -> dict[str, object]:
    """What a message keeps of the verdict on it."""
    return {"level": verdict.level.value, "triggers": list(verdict.triggers)}


def assessed_entry(
    *, session: ChatSession, message: Message, heard: Heard, actor: Actor, now: datetime
) -> Entry:
    """What the record says of a checked message."""
    details = {
        "session_id": session.pk,
        **found_in_message(heard.checked.verdict),
        "release": heard.checked.verdict.release,
    }
    return Entry(
        "chat.message:assessed", actor, ("message", message.pk), now, session.person_id, details
    )


def session_changes(
    *,
    session: ChatSession,
    heard: Heard,
    held: Level,
    incident: Incident | None,
    now: datetime,
) -> dict[str, object]:
    """What a session keeps of a checked message: the columns that change.

    Args:
        session: as it was before.
        heard: what was found.
        held: the level that stays with the session whatever is said.
        incident: the session's open one, if the message raised or repeated it.
        now: when.
    """
    verdict = heard.checked.verdict
    level = most_urgent([verdict.level, held])
    changes: dict[str, object] = {
        "level": level.value,
        "safety_score": level.score,
        "mood_trends": add_mood(session.mood_trends, heard.mood),
        "last_safety_check": now,
    }
    if verdict.level.rank >= Level.CONCERN.rank:
        entry = {
            "timestamp": rfc3339(now),
            **found_in_message(verdict),
            "action_taken": _action_taken(verdict.level, incident, now),
        }
        changes["safety_history"] = [*session.safety_history, entry][-HISTORY_KEPT:]
    return changes


def _held_level(session: ChatSession) -> Level:
    """A warning or crisis stays with the session until a moderator resolves it: no later message clears it (law 6)."""
    if Level(session.level) not in HELD:
        return Level.NONE
    incident = open_incident_of(session.pk)
    return Level(incident.severity) if incident else Level.NONE


def _action_taken(level: Level, incident: Incident | None, now: datetime) -> str:
    if level is Level.CRISIS:
        return "crisis_protocol"
    told = incident is not None and incident.raised_at == now
    return "human_alerted" if told else "resources_provided"
