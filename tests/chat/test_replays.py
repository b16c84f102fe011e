"""The same message again, under the same key, while the request that stored it is at work, or dead."""

import hashlib
import threading
import time

import pytest
from django.db import connection
from django.utils import timezone

from chat.models import Message, TurnState
from chat.services import answers, turns
from chat.services.turns import Incoming, finish_turn, receive_message
from safety.models import Assessment, Incident
from tests.factories import SYSTEM, make_person, make_session
from tests.factories import make_message as make_answered

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "a-key"
CRISIS = "I have decided to end my life tonight."


@pytest.fixture
def session():
    return make_session(make_person())


def stored(session, text, state=TurnState.STORED):
    """A message whose first request got this far."""
    message = make_answered(session, text)
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    Message.objects.filter(pk=message.pk).update(turn_state=state, client_key=digest)
    message.refresh_from_db()
    return message


def say_again(session, text):
    return receive_message(
        person=session.person,
        session=session,
        incoming=Incoming(text, KEY, hurried=False),
        actor=SYSTEM,
        now=timezone.now(),
    )


def test_who_says_again_what_a_dead_process_left_unchecked_is_heard_at_once(session):
    message = stored(session, CRISIS)
    began_at = time.monotonic()
    turn = say_again(session, CRISIS)
    assert time.monotonic() - began_at < turns.TAKE_OVER_SECONDS + 2
    assert (turn.message.pk, turn.message.level, turn.replayed) == (message.pk, "crisis", True)
    assert turn.reply is not None
    assert Incident.objects.get().message_id == message.pk
    assert Assessment.objects.filter(message_id=message.pk).count() == 1


def test_a_first_request_that_is_only_slow_answers_itself(session, monkeypatch):
    message = stored(session, CRISIS)
    monkeypatch.setattr(turns, "TAKE_OVER_SECONDS", 20.0)

    def finish_late():
        time.sleep(0.3)
        finish_turn(
            message=message,
            session=session,
            person=session.person,
            actor=SYSTEM,
            now=timezone.now(),
        )
        connection.close()

    first = threading.Thread(target=finish_late)
    first.start()
    turn = say_again(session, CRISIS)
    first.join()
    assert turn.reply is not None
    assert Assessment.objects.filter(message_id=message.pk).count() == 1


@pytest.mark.parametrize("text", [CRISIS, "The washing machine broke again today."])
def test_a_first_request_that_comes_back_after_it_was_taken_over_adds_nothing(
    session, monkeypatch, text
):
    message = stored(session, text)
    monkeypatch.setattr(turns, "TAKE_OVER_SECONDS", 0.0)
    again = say_again(session, text)
    late = finish_turn(
        message=message,  # as the first request still sees it: stored, and no more
        session=session,
        person=session.person,
        actor=SYSTEM,
        now=timezone.now(),
    )
    assert Message.objects.filter(session=session).count() == 2
    assert Assessment.objects.filter(message_id=message.pk, kind="message").count() == 1
    assert late.reply is not None
    assert late.reply == again.reply
    assert late.handled_by == again.handled_by


def test_who_was_second_to_answer_is_told_who_is_in_control(session, monkeypatch):
    message = stored(session, CRISIS)
    monkeypatch.setattr(turns, "TAKE_OVER_SECONDS", 0.0)
    again = say_again(session, CRISIS)
    message.refresh_from_db()
    message.turn_state = (
        TurnState.ASSESSED
    )  # as the first request sees it while it writes its reply
    late = finish_turn(
        message=message,
        session=session,
        person=session.person,
        actor=SYSTEM,
        now=timezone.now(),
    )
    assert (late.handled_by, late.reply) == ("ai", again.reply)


class SlowModel:
    name = "slow"
    is_instant = False


@pytest.fixture
def _slow_model(monkeypatch):
    monkeypatch.setattr(answers, "reply_provider", SlowModel)
    monkeypatch.setattr(turns, "TAKE_OVER_SECONDS", 0.0)


@pytest.mark.usefixtures("_slow_model")
def test_a_message_that_a_model_is_answering_is_left_to_its_request(session, monkeypatch):
    monkeypatch.setattr(turns, "REPLAY_GRACE_SECONDS", -4.9)
    stored(session, "Hello again.", TurnState.ASSESSED)
    Message.objects.update(level="none")
    assert say_again(session, "Hello again.").reply is None


@pytest.mark.usefixtures("_slow_model")
@pytest.mark.parametrize("level", ["crisis", "unknown"])
def test_whoever_may_be_in_danger_gets_the_approved_text_though_the_model_is_slow(session, level):
    message = stored(session, CRISIS, TurnState.ASSESSED)
    Message.objects.filter(pk=message.pk).update(level=level)
    turn = say_again(session, CRISIS)
    assert turn.reply is not None
    assert turn.message.turn_state == TurnState.ANSWERED
