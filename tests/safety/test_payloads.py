"""The bodies receivers depend on."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from safety.payloads import (
    Alert,
    as_body,
    crisis_payload,
    mail_payload,
    webhook_payload,
    without_words,
)

AT = datetime(2026, 11, 24, 12, 0, 0, 250_000, tzinfo=UTC)
WORDS = "I do not want to be here any more."
ALERT = Alert(
    at=AT,
    severity="crisis",
    person_id="0190aaaa",
    session_id="0190bbbb",
    triggers=("suicide_plan", "goodbye"),
    words=WORDS,
    is_immediate=True,
    incident_id="0190cccc",
)
WEBHOOK = {
    "timestamp": "2026-11-24T12:00:00.250Z",
    "severity": "crisis",
    "user_id": "0190aaaa",
    "session_id": "0190bbbb",
    "triggers": ["suicide_plan", "goodbye"],
    "message_content": WORDS,
    "requires_immediate_attention": True,
    "incident_id": "0190cccc",
}


def test_the_webhook_gets_the_fields_of_the_brief():
    assert webhook_payload(ALERT) == WEBHOOK


def test_the_moderators_get_the_same_and_what_to_do():
    escalated_at = (AT + timedelta(seconds=1)).astimezone(timezone(timedelta(hours=2)))
    assert crisis_payload(ALERT, escalated_at=escalated_at) == {
        **WEBHOOK,
        "priority": "IMMEDIATE",
        "action_required": "Human intervention needed",
        "escalation_time": "2026-11-24T12:00:01.250Z",
    }


def test_at_most_five_hundred_characters_leave():
    content = webhook_payload(replace(ALERT, words="ü" * 600))["message_content"]
    assert content == "ü" * 500


@pytest.mark.parametrize("words", ["żółć 🙂", "a lone surrogate \ud83d", 'quote " and \n line'])
def test_a_body_carries_every_character_in_ascii(words):
    body = as_body(webhook_payload(replace(ALERT, words=words)))
    assert body.isascii()
    assert json.loads(body)["message_content"] == words


def test_the_mail_names_the_case_and_holds_no_words():
    mail = mail_payload(ALERT, console_url="https://vigil.example/admin/console/")
    text = str(mail["text"])
    assert mail["subject"] == "Vigil: crisis alert"
    assert "Incident: 0190cccc" in text
    assert "Triggers: suicide_plan, goodbye" in text
    assert "https://vigil.example/admin/console/" in text
    assert WORDS not in as_body(mail)


def test_the_mail_of_a_test_alert_says_so():
    test = replace(ALERT, severity="test", triggers=(), incident_id="", session_id="")
    text = str(mail_payload(test, console_url="/admin/console/")["text"])
    assert "Triggers: none\nIncident: none (test)\nSession: none (test)" in text


def test_words_are_taken_out_of_a_body_and_nothing_else():
    body = without_words(as_body(webhook_payload(ALERT)))
    assert json.loads(body) == {**WEBHOOK, "message_content": ""}
    assert without_words(body) == body


def test_a_mail_stays_as_it_is():
    body = as_body(mail_payload(ALERT, console_url="/admin/console/"))
    assert without_words(body) == body
