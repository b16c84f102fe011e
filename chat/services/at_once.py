"""A message that needs no human, and a reply that waits for nobody, are written in one transaction instead of two.

Whatever needs a human, and every reply that another machine generates, goes the longer way: what was found commits
before a reply is tried. Nothing is read again here: what is written depends on the session being as it was read, and
where it is not, the longer way is taken too.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.actors import Actor
from audit.services import record_all
from audit.store.transactions import transactional
from chat.models import ChatSession, Handler, Message, Person, TurnState
from chat.replies.listening import History
from chat.services.answers import Answered, Draft, checked_draft, given_entry, is_instant
from chat.services.assessing import HELD, Heard, assessed_entry, found_in_message, session_changes
from chat.services.sessions import subject_of
from chat.services.stream import SessionMoved, add_message, advance_together
from safety.levels import Level
from safety.models import AssessedKind
from safety.services.incidents import Assessed, record_assessments


@dataclass(frozen=True, slots=True)
class OpenTurn:
    """A turn whose message is stored.

    Args:
        message: the person's.
        session: as it was read before.
        person: who wrote.
        history: what was said before.
    """

    message: Message
    session: ChatSession
    person: Person
    history: History


def answer_at_once(*, turn: OpenTurn, heard: Heard, actor: Actor, now: datetime) -> Answered | None:
    """Keep what was heard and answer it.

    Returns:
        How the turn ended; None where it has to go the longer way, and nothing was written.
    """
    if not _may(turn, heard):
        return None
    began = time.monotonic()
    for name, value in found_in_message(heard.checked.verdict).items():
        setattr(turn.message, name, value)
    draft = checked_draft(
        message=turn.message, session=turn.session, person=turn.person, history=turn.history
    )
    answered_at = now + timedelta(seconds=time.monotonic() - began)
    try:
        reply = _write(turn, heard, draft, actor=actor, now=now, answered_at=answered_at)
    except SessionMoved:
        return None
    turn.message.turn_state = TurnState.ANSWERED
    return Answered(reply, Handler.AI)


def _may(turn: OpenTurn, heard: Heard) -> bool:
    calm = not heard.wants_human and not heard.checked.verdict.level.needs_human
    ours = turn.session.handled_by == Handler.AI and Level(turn.session.level) not in HELD
    return calm and ours and is_instant(turn.message)


@transactional
def _write(
    turn: OpenTurn,
    heard: Heard,
    draft: Draft,
    *,
    actor: Actor,
    now: datetime,
    answered_at: datetime,
) -> Message:
    message, session = turn.message, turn.session
    found = {"turn_state": TurnState.ANSWERED, **found_in_message(heard.checked.verdict)}
    if not Message.objects.filter(pk=message.pk, turn_state=TurnState.STORED).update(**found):
        raise SessionMoved
    reply = add_message(
        session_id=session.pk,
        sequence=_advance(turn, heard, now, answered_at),
        words=draft.answering(message),
        now=answered_at,
    )
    record_assessments(texts=_assessed(turn, heard, draft, reply), now=now)
    record_all(
        [
            assessed_entry(session=session, message=message, heard=heard, actor=actor, now=now),
            given_entry(
                message=message, reply=reply, person=turn.person, actor=actor, now=answered_at
            ),
        ]
    )
    return reply


def _advance(turn: OpenTurn, heard: Heard, now: datetime, answered_at: datetime) -> int:
    session = turn.session
    changes = session_changes(session=session, heard=heard, held=Level.NONE, incident=None, now=now)
    as_read = {
        "fence": session.fence,
        "handled_by": Handler.AI,
        "level": session.level,
        "last_safety_check": session.last_safety_check,
    }
    return advance_together(
        session_id=session.pk,
        where=as_read,
        latest=turn.message.sequence,
        now=answered_at,
        **changes,
    )


def _assessed(turn: OpenTurn, heard: Heard, draft: Draft, reply: Message) -> list[Assessed]:
    about_message = subject_of(
        session=turn.session, person=turn.person, message_id=turn.message.pk, text=heard.text
    )
    texts = [Assessed(AssessedKind.MESSAGE, heard.checked, about_message)]
    if draft.checked:
        about_reply = subject_of(
            session=turn.session, person=turn.person, message_id=reply.pk, text=draft.text
        )
        texts.append(Assessed(AssessedKind.REPLY, draft.checked, about_reply))
    return texts
