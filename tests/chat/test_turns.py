"""The turn's steps when processes die, humans take over, or texts cannot be read."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from audit.actors import Actor
from chat.models import Author, ChatSession, Message, RefreshToken, SessionEvent, TurnState
from chat.queries import SessionNotFound
from chat.replies.protocol import ReplyDraft, ReplyRequest
from chat.services import answers, recovery, turns
from chat.services.control import (
    NotHandledByHuman,
    clear_level,
    hand_to_ai,
    hand_to_human,
    post_human_reply,
    tell_seen,
)
from chat.services.expiring import delete_expired_tokens
from chat.services.leaving import erase_person
from chat.services.recovery import finish_stuck_turns
from chat.services.sessions import SessionClosed, ask_for_human, close_session
from chat.services.turns import finish_turn
from safety.models import Assessment, Incident
from safety.services import checking
from tests.factories import SYSTEM, make_message, minutes_ago

STAFF = "5" * 32
CRISIS = "I have a plan and I am going to kill myself tonight."


def stuck_message(session, text, state=TurnState.STORED, minutes=5.0) -> Message:
    message = make_message(session, text)
    Message.objects.filter(pk=message.pk).update(turn_state=state, created_at=minutes_ago(minutes))
    message.refresh_from_db()
    return message


def test_a_turn_whose_process_died_before_the_check_is_finished(session):
    message = stuck_message(session, CRISIS)
    assert finish_stuck_turns(now=timezone.now()) == 1
    message.refresh_from_db()
    assert (message.turn_state, message.level) == (TurnState.ANSWERED, "crisis")
    assert Incident.objects.get().message_id == message.pk
    assert finish_stuck_turns(now=timezone.now()) == 0
    assert Assessment.objects.filter(kind="message").count() == 1


def test_a_turn_that_waits_for_a_slow_model_is_left_alone(session):
    message = stuck_message(session, "Hello.", TurnState.ASSESSED, minutes=0.3)
    Message.objects.filter(pk=message.pk).update(level="none")
    assert finish_stuck_turns(now=timezone.now()) == 0


def test_a_turn_whose_process_died_before_the_reply_gets_the_careful_text(session):
    message = stuck_message(session, "Hello.", TurnState.ASSESSED)
    Message.objects.filter(pk=message.pk).update(level="none")
    assert finish_stuck_turns(now=timezone.now()) == 1
    assert Message.objects.get(answers_id=message.pk).provider == "fixed"


def test_a_fresh_turn_is_left_to_its_own_process(session):
    stuck_message(session, "Hello.", minutes=0.0)
    assert finish_stuck_turns(now=timezone.now()) == 0


def test_a_turn_that_cannot_be_finished_does_not_stop_the_others(session, monkeypatch):
    broken = stuck_message(session, "First.", minutes=9)
    stuck_message(session, "Second.", minutes=8)
    finish = turns.finish_turn

    def sometimes(**kwargs: Any) -> None:
        if kwargs["message"] == broken:
            raise RuntimeError
        finish(**kwargs)

    monkeypatch.setattr(recovery, "finish_turn", sometimes)
    assert finish_stuck_turns(now=timezone.now()) == 1


def test_words_that_cannot_be_opened_are_unknown_and_go_to_a_human(session):
    message = stuck_message(session, "Hello.")
    other = make_message(session, "Other words.")
    stolen = Message.objects.filter(pk=other.pk).values_list("text", flat=True).get()
    Message.objects.filter(pk=message.pk).update(text=stolen)
    assert finish_stuck_turns(now=timezone.now()) == 1
    assert Message.objects.values_list("level", flat=True).get(pk=message.pk) == "unknown"
    assert Incident.objects.get().severity == "unknown"


def test_finishing_a_turn_twice_happens_once(session, person):
    message = stuck_message(session, CRISIS)
    for _ in range(2):
        finish_turn(
            message=message, session=session, person=person, actor=SYSTEM, now=timezone.now()
        )
    assert Assessment.objects.filter(kind="message").count() == 1
    assert Message.objects.filter(answers_id=message.pk).count() == 1


def test_while_a_human_is_in_control_the_ai_is_silent(session, person):
    hand_to_human(session_id=session.pk, staff_id=STAFF, actor=SYSTEM, now=timezone.now())
    message = stuck_message(session, "Hello.")
    finish_turn(message=message, session=session, person=person, actor=SYSTEM, now=timezone.now())
    message.refresh_from_db()
    assert message.turn_state == TurnState.ANSWERED
    assert not Message.objects.filter(author=Author.AI).exists()
    assert Assessment.objects.count() == 1


def test_a_reply_made_before_a_takeover_is_refused_when_written(session, person, monkeypatch):
    class TakenOverMeanwhile:
        name = "slow"
        is_instant = False

        def reply(self, request: ReplyRequest) -> ReplyDraft:
            return ReplyDraft(
                text="I am still talking.", provider="slow", model="", offered_tool=None
            )

    check = checking.check_reply

    def check_while_a_human_takes_over(text: str, numbers: Collection[str]) -> object:
        hand_to_human(session_id=session.pk, staff_id=STAFF, actor=SYSTEM, now=timezone.now())
        return check(text, numbers)

    monkeypatch.setattr(answers, "reply_provider", TakenOverMeanwhile)
    monkeypatch.setattr(answers, "check_reply", check_while_a_human_takes_over)
    message = stuck_message(session, "Hello.")
    finish_turn(message=message, session=session, person=person, actor=SYSTEM, now=timezone.now())
    assert not Message.objects.filter(author=Author.AI).exists()
    message.refresh_from_db()
    assert message.turn_state == TurnState.ANSWERED


def test_taking_over_and_giving_back_moves_the_fence_and_tells_the_person(session):
    now = timezone.now()
    for _ in range(2):
        hand_to_human(session_id=session.pk, staff_id=STAFF, actor=Actor.staff(STAFF), now=now)
    session.refresh_from_db()
    assert (session.handled_by, session.fence) == ("human", 1)
    for _ in range(2):
        hand_to_ai(session_id=session.pk, actor=Actor.staff(STAFF), now=now)
    session.refresh_from_db()
    assert (session.handled_by, session.fence) == ("ai", 2)
    told = SessionEvent.objects.filter(kind="handled_by").order_by("sequence")
    assert [event.data["handled_by"] for event in told] == ["human", "ai"]


def test_a_human_writes_only_where_a_human_is_in_control(session):
    now = timezone.now()
    with pytest.raises(NotHandledByHuman):
        post_human_reply(session_id=session.pk, staff_id=STAFF, text="Hi.", actor=SYSTEM, now=now)
    hand_to_human(session_id=session.pk, staff_id=STAFF, actor=SYSTEM, now=now)
    message = post_human_reply(
        session_id=session.pk, staff_id=STAFF, text="Hi, I am Sam.", actor=SYSTEM, now=now
    )
    assert (message.author, message.text, message.staff_id) == (
        Author.HUMAN,
        "Hi, I am Sam.",
        STAFF,
    )


def test_nobody_takes_over_or_writes_in_a_closed_session(session):
    now = timezone.now()
    close_session(session=session, actor=SYSTEM, now=now)
    with pytest.raises(SessionClosed):
        hand_to_human(session_id=session.pk, staff_id=STAFF, actor=SYSTEM, now=now)
    with pytest.raises(SessionClosed):
        post_human_reply(session_id=session.pk, staff_id=STAFF, text="Hi.", actor=SYSTEM, now=now)


def test_a_waiting_person_is_told_that_somebody_has_seen_their_case(session, person):
    now = timezone.now()
    tell_seen(session_id=session.pk, now=now)
    assert not SessionEvent.objects.exists()
    ask_for_human(session=session, person=person, actor=SYSTEM, now=now)
    tell_seen(session_id=session.pk, now=now)
    told = SessionEvent.objects.filter(kind="waiting").order_by("sequence")
    assert [event.data["state"] for event in told] == ["nobody_yet", "seen"]


def test_expired_refresh_tokens_are_forgotten(person):
    now = timezone.now()
    for days in (-1, 1):
        RefreshToken.objects.create(
            id=str(days).rjust(32, "0"),
            person=person,
            family="f",
            expires_at=now + timedelta(days=days),
        )
    assert delete_expired_tokens(now=now) == 1
    assert RefreshToken.objects.count() == 1


def test_a_conflict_that_no_key_explains_is_not_hidden(session, person, monkeypatch):
    def conflict(**_: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(turns, "append_message", conflict)
    incoming = turns.Incoming(text="Hello.", key="k", hurried=False)
    with pytest.raises(IntegrityError):
        turns.receive_message(
            person=person, session=session, incoming=incoming, actor=SYSTEM, now=timezone.now()
        )


def test_nobody_takes_over_or_writes_where_the_person_is_gone(session, person):
    now = timezone.now()
    erase_person(person=person, actor=SYSTEM, now=now)
    hand_to_ai(session_id=session.pk, actor=SYSTEM, now=now)
    with pytest.raises(SessionNotFound):
        hand_to_human(session_id=session.pk, staff_id=STAFF, actor=SYSTEM, now=now)
    with pytest.raises(SessionNotFound):
        post_human_reply(session_id=session.pk, staff_id=STAFF, text="Hi.", actor=SYSTEM, now=now)


def test_a_cleared_risk_shows_at_once(session, person):
    ChatSession.objects.filter(pk=session.pk).update(level="crisis", safety_score=4)
    clear_level(person_id=person.pk)
    session.refresh_from_db()
    assert (session.level, session.safety_score) == ("none", 0)
