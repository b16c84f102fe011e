"""What is written at once and what is not: nothing that needs a human ever waits for a reply."""

from typing import Any

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from chat.models import Author, ChatSession, Handler, Message, TurnState
from chat.replies.protocol import ReplyDraft, ReplyRequest
from chat.services import answers
from chat.services.control import clear_level, hand_to_human
from chat.services.turns import Incoming, Turn, receive_message
from safety.models import Assessment, Incident
from tests.factories import SYSTEM

ORDINARY = "I slept badly and the exam is tomorrow."
SAD = "I feel so hopeless about all of this."
WARNING = "I cut myself again yesterday."
ASKS = "I want to talk to a real person."


def say(session: ChatSession, text: str) -> Turn:
    now = timezone.now()
    fresh = ChatSession.objects.get(pk=session.pk)
    incoming = Incoming(text=text, key="", hurried=False)
    return receive_message(
        person=session.person, session=fresh, incoming=incoming, actor=SYSTEM, now=now
    )


class Provider:
    """Replies, and keeps what was committed when it was asked."""

    name = "fake"

    def __init__(self, *, is_instant: bool) -> None:
        self.is_instant = is_instant
        self.states: list[str] = []
        self.incidents: list[int] = []

    def reply(self, request: ReplyRequest) -> ReplyDraft:
        person_wrote = Message.objects.filter(author=Author.PERSON)
        self.states += person_wrote.order_by("-sequence").values_list("turn_state", flat=True)[:1]
        self.incidents.append(Incident.objects.count())
        return ReplyDraft(text="I am listening.", provider=self.name, model="", offered_tool=None)


@pytest.fixture
def provider(monkeypatch):
    def use(*, is_instant: bool) -> Provider:
        made = Provider(is_instant=is_instant)
        monkeypatch.setattr(answers, "reply_provider", lambda: made)
        # In this thread, whose transaction a test of pytest-django's is in.
        monkeypatch.setattr(answers, "_pool", Inline())
        return made

    return use


class Inline:
    """An executor that does it here and now."""

    def submit(self, call: Any, *arguments: Any) -> Any:
        outcome = call(*arguments)
        return type("Done", (), {"result": lambda _self, timeout: outcome})()


@pytest.mark.parametrize("text", [ORDINARY, SAD])
def test_what_needs_no_human_is_checked_answered_and_on_record_once(session, text):
    turn = say(session, text)
    assert (turn.message.turn_state, turn.handled_by) == (TurnState.ANSWERED, Handler.AI)
    kept = Message.objects.get(pk=turn.message.pk)
    assert (kept.turn_state, kept.level) == (TurnState.ANSWERED, turn.message.level)
    assert turn.reply
    kinds = Assessment.objects.order_by("kind").values_list("kind", "message_id")
    assert list(kinds) == [("message", turn.message.pk), ("reply", turn.reply.pk)]
    told = AuditEvent.objects.filter(action__in=("chat.message:assessed", "chat.reply:given"))
    assert sorted(told.values_list("action", "target_id")) == [
        ("chat.message:assessed", turn.message.pk),
        ("chat.reply:given", turn.reply.pk),
    ]
    session.refresh_from_db()
    assert (session.total_messages, session.last_sequence) == (2, 2)
    assert (session.level, len(session.mood_trends)) == (turn.message.level, 1)
    assert len(session.safety_history) == (text == SAD)


@pytest.mark.engine("sqlite")
def test_an_ordinary_message_costs_no_more_statements_than_it_has_to(
    session, django_assert_max_num_queries
):
    say(session, ORDINARY)
    fresh = ChatSession.objects.get(pk=session.pk)
    incoming = Incoming(text=ORDINARY, key="", hurried=False)
    savepoints = 2 * 2
    with django_assert_max_num_queries(11 + savepoints):
        receive_message(
            person=session.person,
            session=fresh,
            incoming=incoming,
            actor=SYSTEM,
            now=timezone.now(),
        )


@pytest.mark.parametrize("text", [WARNING, ASKS])
def test_what_needs_a_human_commits_before_a_reply_is_tried(session, provider, text):
    asked = provider(is_instant=True)
    say(session, text)
    assert (asked.states, asked.incidents) == ([TurnState.ASSESSED], [1])


def test_a_check_commits_before_a_model_is_asked(session, provider):
    asked = provider(is_instant=False)
    say(session, ORDINARY)
    assert asked.states == [TurnState.ASSESSED]


def test_a_reply_that_waits_for_nobody_is_written_together_with_the_check(session, provider):
    asked = provider(is_instant=True)
    assert say(session, ORDINARY).reply
    assert asked.states == [TurnState.STORED]


@pytest.mark.parametrize("level", ["warning", "crisis"])
def test_a_level_that_is_held_goes_the_longer_way(session, provider, level):
    asked = provider(is_instant=True)
    ChatSession.objects.filter(pk=session.pk).update(level=level)
    say(session, ORDINARY)
    assert TurnState.STORED not in asked.states


def _while_it_is_drafted(monkeypatch, happens) -> None:
    made = answers.checked_draft

    def drafted(**arguments: Any) -> answers.Draft:
        happens()
        return made(**arguments)

    monkeypatch.setattr("chat.services.at_once.checked_draft", drafted)


def test_a_human_who_takes_over_meanwhile_is_not_talked_over(session, monkeypatch):
    def take_over() -> None:
        hand_to_human(session_id=session.pk, staff_id="5" * 32, actor=SYSTEM, now=timezone.now())

    _while_it_is_drafted(monkeypatch, take_over)
    turn = say(session, ORDINARY)
    assert (turn.reply, turn.handled_by) == (None, Handler.HUMAN)
    assert not Message.objects.filter(author=Author.AI).exists()
    assert Message.objects.get(pk=turn.message.pk).turn_state == TurnState.ANSWERED
    assert Assessment.objects.count() == 1


def test_a_level_that_a_moderator_cleared_meanwhile_stays_cleared(session, monkeypatch):
    ChatSession.objects.filter(pk=session.pk).update(level="concern", safety_score=2)
    _while_it_is_drafted(monkeypatch, lambda: clear_level(person_id=session.person_id))
    assert say(session, ORDINARY).reply
    assert ChatSession.objects.get(pk=session.pk).level == "none"
    assert Assessment.objects.filter(kind="message").count() == 1


def test_a_turn_that_another_process_finished_meanwhile_is_not_written_twice(session, monkeypatch):
    def finished() -> None:
        Message.objects.update(turn_state=TurnState.ANSWERED, level="none")

    _while_it_is_drafted(monkeypatch, finished)
    turn = say(session, ORDINARY)
    assert turn.reply is None
    assert not Assessment.objects.exists()
    assert not Message.objects.filter(author=Author.AI).exists()
