"""The reply to a message: made, checked, and committed only if nobody has taken over meanwhile (law 5)."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from audit.actors import Actor
from audit.services import Entry, record_all
from audit.store.transactions import transactional
from chat.metrics import REPLY_SECONDS
from chat.models import Author, ChatSession, Handler, Message, Person, TurnState
from chat.queries import reply_to
from chat.replies.crisis import careful_reply, crisis_goes_on, crisis_protocol
from chat.replies.embedded import EmbeddedProvider
from chat.replies.listening import History
from chat.replies.protocol import ReplyDraft, ReplyProvider, ReplyRequest
from chat.resources import resources_for
from chat.services.sessions import subject_of
from chat.services.stream import SessionMoved, Words, append_message
from safety.levels import Level
from safety.models import AssessedKind
from safety.services.checking import Checked, check_reply
from safety.services.incidents import record_assessment

logger = logging.getLogger(__name__)

REPLIES_AT_ONCE = 64
FIXED = "fixed"
"""Provider name of texts that were written and approved beforehand."""

_pool = ThreadPoolExecutor(REPLIES_AT_ONCE, thread_name_prefix="reply")


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply that is ready to be committed.

    Args:
        text: the words.
        provider: who made it; `fixed` for approved texts.
        checked: what the checker said of the words that were generated; None for approved texts.
        safe_replacement: whether the generated words were unsafe and an approved text took their place.
    """

    text: str
    provider: str
    checked: Checked | None
    safe_replacement: bool

    def answering(self, message: Message) -> Words:
        """The words as they are added to the session."""
        return Words(
            author=Author.AI,
            text=self.text,
            answers_id=message.pk,
            provider=self.provider,
            safe_replacement=self.safe_replacement,
        )


class TakenOver(Exception):
    """A human has taken over, or the turn was answered already: this reply must not be shown."""


def reply_provider() -> ReplyProvider:
    """Who generates replies. Without any key that is the embedded responder."""
    return EmbeddedProvider()


@dataclass(frozen=True, slots=True)
class Answered:
    """How a turn ended.

    Args:
        reply: what the AI said; None where a human is in control.
        handled_by: who answers in the session.
    """

    reply: Message | None
    handled_by: str


def answer(
    *,
    message: Message,
    session: ChatSession,
    person: Person,
    history: History,
    actor: Actor,
    now: datetime,
) -> Answered:
    """Answer an assessed message; where that has happened, tell how.

    Args:
        message: the person's.
        session: as it was when the message was assessed, or later: what moved since is found when the reply is written.
        person: who wrote.
        history: what was said before.
        actor: on whose behalf.
        now: when.
    """
    if message.turn_state != TurnState.ASSESSED:
        return Answered(reply_to(message.pk), session.handled_by)
    if session.handled_by == Handler.HUMAN:
        return _leave_to_other(message)
    draft = checked_draft(message=message, session=session, person=person, history=history)
    try:
        reply = _commit(message, session, person, draft, actor=actor, now=now)
    except TakenOver:
        logger.info("reply refused: taken over", extra={"message_id": message.pk})
        return _leave_to_other(message)
    return Answered(reply, Handler.AI)


@transactional
def _leave_to_other(message: Message) -> Answered:
    """To the human in control, or to another request that was first with the same message."""
    Message.objects.filter(pk=message.pk).update(turn_state=TurnState.ANSWERED)
    handled_by = ChatSession.objects.values_list("handled_by", flat=True).get(pk=message.session_id)
    return Answered(reply_to(message.pk), handled_by)


def is_instant(message: Message) -> bool:
    """Whether the reply to a harmless message waits for nobody."""
    return message.shed or reply_provider().is_instant


def waits_for_nobody(message: Message) -> bool:
    """Whether the reply to a checked message is at hand: an approved text, or one that is written at once."""
    return Level(message.level) in {Level.CRISIS, Level.UNKNOWN} or is_instant(message)


def checked_draft(
    *, message: Message, session: ChatSession, person: Person, history: History
) -> Draft:
    """A reply that may be shown: an approved text, or words that were generated and checked. Writes nothing."""
    started = time.perf_counter()
    draft = _draft(message, session, person, history)
    REPLY_SECONDS.labels(provider=draft.provider).observe(time.perf_counter() - started)
    return draft


def _draft(message: Message, session: ChatSession, person: Person, history: History) -> Draft:
    level = Level(message.level)
    if level is Level.CRISIS:
        return Draft(crisis_protocol(person.country), FIXED, None, safe_replacement=False)
    if session.level == Level.CRISIS:
        return Draft(crisis_goes_on(person.country), FIXED, None, safe_replacement=False)
    if level is Level.UNKNOWN or message.shed:
        return Draft(careful_reply(person.country), FIXED, None, safe_replacement=False)
    draft = _generated(message, session, person, history)
    if draft.checked and draft.checked.verdict.level is not Level.NONE:
        return replace(draft, text=careful_reply(person.country), safe_replacement=True)
    return draft


def _generated(message: Message, session: ChatSession, person: Person, history: History) -> Draft:
    provider = reply_provider()
    try:
        request = _request_for(message, session, person, history)
        made = _made(provider, request)
    except Exception:
        logger.exception("reply provider failed", extra={"provider": provider.name})
        return Draft(careful_reply(person.country), FIXED, None, safe_replacement=False)
    checked = check_reply(made.text, resources_for(person.country).numbers)
    return Draft(made.text, made.provider, checked, safe_replacement=False)


def _made(provider: ReplyProvider, request: ReplyRequest) -> ReplyDraft:
    """Within the time limit, unless the provider needs none: a hand-over between threads costs more than its reply."""
    if provider.is_instant:
        return provider.reply(request)
    return _pool.submit(provider.reply, request).result(timeout=settings.MODEL_TIMEOUT / 1000)


def _request_for(
    message: Message, session: ChatSession, person: Person, history: History
) -> ReplyRequest:
    return ReplyRequest(
        text=message.text,
        history=history,
        level=Level(message.level),
        triggers=tuple(message.triggers),
        country=person.country,
        turn_number=session.total_messages,
        tools_offered=tuple(session.tools_used),
    )


@transactional
def _commit(
    message: Message,
    session: ChatSession,
    person: Person,
    draft: Draft,
    *,
    actor: Actor,
    now: datetime,
) -> Message:
    unanswered = Message.objects.filter(pk=message.pk, turn_state=TurnState.ASSESSED)
    if not unanswered.update(turn_state=TurnState.ANSWERED):
        raise TakenOver
    still_ours = {"fence": session.fence, "handled_by": Handler.AI}
    try:
        reply = append_message(
            session_id=session.pk,
            words=draft.answering(message),
            now=now,
            where=still_ours,
            latest=message.sequence,
        )
    except SessionMoved:
        raise TakenOver from None
    if draft.checked:
        subject = subject_of(session=session, person=person, message_id=reply.pk, text=draft.text)
        record_assessment(kind=AssessedKind.REPLY, checked=draft.checked, subject=subject, now=now)
    record_all([given_entry(message=message, reply=reply, person=person, actor=actor, now=now)])
    return reply


def given_entry(
    *, message: Message, reply: Message, person: Person, actor: Actor, now: datetime
) -> Entry:
    """What the record says of a reply."""
    return Entry(
        "chat.reply:given",
        Actor.system(f"reply.{reply.provider}", actor.request_id),
        ("message", reply.pk),
        now,
        person.pk,
        {
            "session_id": message.session_id,
            "answers": message.pk,
            "replaced": reply.safe_replacement,
        },
    )
