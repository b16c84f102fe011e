"""The sweep for turns that a dead process left unfinished."""

import logging
from datetime import datetime, timedelta

from django.conf import settings

from audit.actors import Actor
from audit.store.transactions import transactional
from chat.models import ChatSession, Message, Person, TurnState
from chat.queries import unfinished_turns
from chat.services.turns import finish_turn

logger = logging.getLogger(__name__)

TURNS_AT_ONCE = 50
GRACE_SECONDS = 5


def finish_stuck_turns(*, now: datetime) -> int:
    """Finish turns whose process died: checked late is better than never, and their reply is the careful one.

    Returns:
        How many were finished.
    """
    longest = (settings.SAFETY_CHECK_TIMEOUT + settings.MODEL_TIMEOUT) / 1000 + GRACE_SECONDS
    soonest = settings.SAFETY_CHECK_TIMEOUT / 1000 + GRACE_SECONDS
    finished = 0
    for message in unfinished_turns(before=now - timedelta(seconds=soonest), count=TURNS_AT_ONCE):
        checked_but_answering = message.turn_state == TurnState.ASSESSED
        if checked_but_answering and message.created_at > now - timedelta(seconds=longest):
            continue
        finished += _finish(message, now)
    return finished


def _finish(message: Message, now: datetime) -> int:
    try:
        _shed(message)
        session = ChatSession.objects.get(pk=message.session_id)
        finish_turn(
            message=message,
            session=session,
            person=Person.objects.get(pk=session.person_id),
            actor=Actor.system("recovery"),
            now=now,
        )
    except Exception:
        logger.exception("turn could not be finished", extra={"message_id": message.pk})
        return 0
    return 1


@transactional
def _shed(message: Message) -> None:
    message.shed = True
    Message.objects.filter(pk=message.pk).update(shed=True)
