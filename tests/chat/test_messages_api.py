"""The way of a message over the API, and everything bad that can arrive."""

import json
import threading

import pytest
from django.db import connection

from audit.models import AuditEvent
from chat.models import Author, Message
from chat.replies.crisis import crisis_goes_on
from chat.replies.phrases import load_phrases
from safety.models import Assessment, Delivery, Incident
from tests.chat.conftest import ApiClient
from tests.factories import make_message, make_person, make_session

CRISIS = "I have a plan and I am going to kill myself tonight."


def test_an_ordinary_message_is_checked_and_answered(api, session):
    response = api.say(session, "I slept badly and the exam is tomorrow.")
    assert response.status_code == 201
    body = response.json()
    assert set(body) == {"message", "safety", "reply", "handled_by"}
    assert set(body["safety"]) == {"level", "score", "triggers", "show_resources", "resources"}
    assert body["message"]["text"] == "I slept badly and the exam is tomorrow."
    assert body["safety"]["level"] in {"none", "low"}
    assert body["reply"]["author"] == "ai"
    assert body["reply"]["answers"] == body["message"]["id"]
    assert not Incident.objects.exists()
    session.refresh_from_db()
    assert session.total_messages == 2
    assert session.last_safety_check
    assert len(session.mood_trends) == 1


def test_a_crisis_gets_the_protocol_an_incident_and_alerts(api, session, settings):
    settings.SAFETY_ALERT_WEBHOOK = "http://127.0.0.1:9/webhook"
    settings.HUMAN_MODERATOR_ENDPOINT = "http://127.0.0.1:9/api"
    body = api.say(session, CRISIS).json()
    assert (body["safety"]["level"], body["safety"]["score"]) == ("crisis", 4)
    assert body["safety"]["show_resources"]
    assert body["safety"]["resources"]
    assert Message.objects.get(pk=body["reply"]["id"]).provider == "fixed"
    incident = Incident.objects.get()
    assert incident.requires_immediate_attention
    assert incident.context == {
        "previous_safety_score": 0,
        "new_safety_score": 4,
        "conversation_length": 1,
        "time_since_last_incident": None,
    }
    assert set(incident.response) == {
        "escalated",
        "resources_provided",
        "human_notified",
        "notification_timestamp",
    }
    assert len(incident.message_hash) == 64
    assert {"webhook", "moderator"} <= set(Delivery.objects.values_list("channel", flat=True))
    session.refresh_from_db()
    history = session.safety_history
    assert set(history[0]) == {"timestamp", "level", "triggers", "action_taken"}
    assert history[0]["action_taken"] == "crisis_protocol"


def test_one_open_incident_per_session_is_raised_by_later_messages(api, session):
    api.say(session, "I cut myself again yesterday.")
    first = Incident.objects.get()
    assert first.severity == "warning"
    api.say(session, CRISIS)
    raised = Incident.objects.get()
    assert (raised.pk, raised.severity, raised.version) == (first.pk, "crisis", first.version + 1)
    assert set(first.triggers) <= set(raised.triggers)
    api.say(session, CRISIS)
    assert Incident.objects.get().version == raised.version


def test_a_joke_does_not_clear_a_crisis(api, session):
    api.say(session, CRISIS)
    assert api.say(session, "haha I was only joking").json()["safety"]["score"] >= 3


def test_a_bare_yes_to_a_question_about_danger_goes_to_a_human(api, session):
    question = load_phrases().care.safety_questions[0]
    make_message(session, f"I hear you. {question}", author=Author.AI)
    body = api.say(session, "yes").json()
    assert body["safety"]["level"] == "warning"
    assert body["safety"]["triggers"] == ["suicidal_ideation"]
    finding = Assessment.objects.get(kind="message").findings[0]
    assert (finding["detector"], finding["rule"]) == ("conversation", "danger_question_answered")
    assert Incident.objects.get().severity == "warning"


def test_a_yes_once_thoughts_are_known_is_intent(api, session):
    api.say(session, "I have been thinking about suicide a lot lately.")
    question = load_phrases().care.safety_questions[0]
    make_message(session, f"I hear you. {question}", author=Author.AI)
    body = api.say(session, "yes").json()
    assert body["safety"]["level"] == "crisis"
    assert body["safety"]["triggers"][0] == "suicide_intent"


def test_a_crisis_stays_with_the_session_until_a_moderator_resolves_it(api, session):
    api.say(session, CRISIS)
    body = api.say(session, "haha I was only joking").json()
    assert Message.objects.get(pk=body["reply"]["id"]).provider == "fixed"
    assert body["reply"]["text"] == crisis_goes_on("GB")
    session.refresh_from_db()
    assert (session.level, session.safety_score) == ("crisis", 4)
    assert session.safety_history[-1]["action_taken"] == "resources_provided"
    incident = Incident.objects.get()
    Incident.objects.filter(pk=incident.pk).update(status="resolved", open_key=incident.pk)
    api.say(session, "Good morning.")
    session.refresh_from_db()
    assert session.safety_score < 4


def test_asking_for_a_person_in_words_is_asking_for_a_person(api, session):
    api.say(session, "I want to talk to a real person.")
    assert "human_requested" in Incident.objects.get().triggers
    session.refresh_from_db()
    assert session.waiting_since


def test_a_retry_is_answered_as_the_first_time(api, session):
    first = api.say(session, "Hello, is anybody there?", Idempotency_Key="k1")
    again = api.say(session, "Hello, is anybody there?", Idempotency_Key="k1")
    assert again.status_code == 201
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Message.objects.filter(author="person").count() == 1


def test_a_key_with_another_text_is_refused(api, session, problem):
    api.say(session, "One thing.", Idempotency_Key="k1")
    response = api.say(session, "Another thing.", Idempotency_Key="k1")
    assert (response.status_code, problem(response)["code"]) == (409, "idempotency_key_reused")


def test_without_a_key_the_same_words_are_two_messages(api, session):
    api.say(session, "Hello?")
    api.say(session, "Hello?")
    assert Message.objects.filter(author="person").count() == 2


def test_keys_belong_to_their_session(api, person, session):
    other = make_session(person)
    api.say(session, "Hello.", Idempotency_Key="k")
    api.say(other, "Something else.", Idempotency_Key="k")
    assert Message.objects.filter(author="person").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_requests_with_one_key_at_once_make_one_message():
    person = make_person()
    session = make_session(person)
    answers_got: list[dict[str, object]] = []

    def send() -> None:
        response = ApiClient(person).say(session, "Both of us at once.", Idempotency_Key="same")
        answers_got.append(response.json())
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers_got) == 4
    assert all(answer == answers_got[0] for answer in answers_got)
    assert Message.objects.filter(author="person").count() == 1


def test_messages_are_listed_in_order_and_go_on_after_one(api, session):
    ids = [api.say(session, f"Thought number {n}.").json()["message"]["id"] for n in range(3)]
    listed = api.get(f"sessions/{session.pk}/messages").json()
    assert [row["author"] for row in listed] == ["person", "ai"] * 3
    later = api.get(f"sessions/{session.pk}/messages?after={ids[1]}").json()
    assert [row["id"] for row in later] == [row["id"] for row in listed[3:]]


def test_listing_after_what_is_not_there(api, session, problem):
    assert (
        problem(api.get(f"sessions/{session.pk}/messages?after={'0' * 32}"))["code"]
        == "message_not_found"
    )
    assert (
        problem(api.get(f"sessions/{session.pk}/messages?after=x"))["code"] == "validation_failed"
    )
    assert (
        problem(api.get(f"sessions/{session.pk}/messages?before=x"))["code"] == "validation_failed"
    )


def test_a_hurried_person_is_heard_checked_and_answered_carefully(api, session, settings):
    settings.SOFT_MESSAGES_PER_MINUTE = 2
    for n in range(2):
        assert "retry_after_seconds" not in api.say(session, f"One more thing {n}.").json()
    body = api.say(session, CRISIS).json()
    assert body["retry_after_seconds"] > 0
    assert body["safety"]["level"] == "crisis"
    assert Incident.objects.get().severity == "crisis"
    calm = api.say(session, "And another.").json()
    assert calm["retry_after_seconds"] > 0
    assert Message.objects.get(pk=calm["reply"]["id"]).provider == "fixed"


def test_a_flood_is_refused_with_resources(api, session, settings, problem):
    settings.FLOOD_MESSAGES_PER_MINUTE = 2
    api.say(session, "One.")
    api.say(session, "Two.")
    response = api.say(session, "Three.")
    document = problem(response)
    assert (response.status_code, document["code"]) == (429, "too_many_requests")
    assert int(response.headers["Retry-After"]) > 0
    assert document["resources"]


def test_beyond_capacity_only_the_generated_reply_is_left_out(api, session, settings):
    settings.MAX_CONCURRENT_CHATS = 0
    body = api.say(session, "I had a long day.").json()
    assert body["retry_after_seconds"] > 0
    assert body["safety"]["level"] in {"none", "low"}
    assert body["reply"]["text"]


def test_a_counter_that_is_down_lets_messages_through(api, session, monkeypatch):
    def down(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr("chat.limits.get_usage", down)
    assert api.say(session, "Hello.").status_code == 201


def test_the_turn_is_on_record_without_words(api, session):
    api.say(session, "MARKER-5521 I cannot go on like this.")
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert "chat.message:assessed" in actions
    assert "chat.reply:given" in actions
    assert "MARKER-5521" not in json.dumps(
        list(AuditEvent.objects.values("details", "target_id", "action"))
    )
