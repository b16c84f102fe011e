"""Everything bad that can arrive as a message, or happen while it is dealt with."""

import threading
import time

import pytest
from django.db import OperationalError

from chat.models import Message
from chat.services import answers, turns
from safety.levels import Level
from safety.models import Assessment, Incident
from safety.services import checking
from tests.factories import make_verdict


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "blank"),
        ("   \n\t ", "blank"),
        ("x" * 8001, "max_length"),
        ("null\x00byte", "null_characters_not_allowed"),
        ("lone \ud800 surrogate", "surrogate_characters_not_allowed"),
        (None, "null"),
        (["a", "list"], "invalid"),
        ({"$gt": ""}, "invalid"),
        (True, "invalid"),
    ],
)
def test_texts_that_are_refused(api, session, problem, text, code):
    response = api.post(f"sessions/{session.pk}/messages", {"text": text})
    document = problem(response)
    assert (response.status_code, document["code"]) == (400, "validation_failed")
    assert [(error["field"], error["code"]) for error in document["errors"]] == [("text", code)]
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "text", ["x", "x" * 8000, "😶‍🌫️", "مرحبا", "a\u202eb", "<b>hi</b>", "  hi  "]
)
def test_texts_that_are_kept_as_written(api, session, text):
    assert api.say(session, text).json()["message"]["text"] == text


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "validation_failed"),
        (b"{", 400, "malformed"),
        (b'{"text": "a"', 400, "malformed"),
        (b'"text"', 400, "malformed"),
        (b"[]", 400, "malformed"),
        (b"null", 400, "malformed"),
        (b'{"text": NaN}', 400, "malformed"),
        (b"\xff\xfe", 400, "malformed"),
        (b"[" * 50_000, 400, "malformed"),
        (b'{"text": ' + b"1" * 5000 + b"}", 400, "malformed"),
        (b'{"text": "' + b"x" * 300_000 + b'"}', 413, "body_too_large"),
        (b'{"text": "hi", "level": "none"}', 400, "validation_failed"),
    ],
)
def test_bodies_that_are_refused(api, session, problem, body, status, code):
    response = api.post(f"sessions/{session.pk}/messages", body)
    assert (response.status_code, problem(response)["code"]) == (status, code)
    assert not Message.objects.exists()


def test_another_content_type_is_refused(api, session, problem):
    response = api.post(f"sessions/{session.pk}/messages", b"text=hi", content_type="text/plain")
    assert (response.status_code, problem(response)["code"]) == (415, "unsupported_media_type")


def test_another_method_is_refused(api, session, problem):
    response = api.delete(f"sessions/{session.pk}/messages")
    assert (response.status_code, problem(response)["code"]) == (405, "method_not_allowed")


def test_a_key_longer_than_sense_is_refused(api, session, problem):
    assert problem(api.say(session, "hi", Idempotency_Key="k" * 256))["code"] == "validation_failed"


def test_a_checker_that_raises_reads_as_unknown_and_calls_a_human(api, session, monkeypatch):
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a marker that must not be logged")

    monkeypatch.setattr(checking, "assess", broken)
    body = api.say(session, "Hello there.").json()
    assert (body["safety"]["level"], body["safety"]["score"]) == ("unknown", 3)
    assert body["safety"]["triggers"] == ["check_failed"]
    assert body["safety"]["show_resources"]
    assert body["reply"]["text"]
    assert Incident.objects.get().severity == "unknown"


def test_a_checker_that_is_slow_reads_as_unknown(api, session, monkeypatch, settings):
    settings.SAFETY_CHECK_TIMEOUT = 30
    release = threading.Event()
    monkeypatch.setattr(checking, "assess", lambda *_: release.wait(5))
    started = time.monotonic()
    body = api.say(session, "Hello there.").json()
    release.set()
    assert time.monotonic() - started < 2
    assert body["safety"]["triggers"] == ["check_timeout"]
    assert Incident.objects.get().severity == "unknown"


def test_a_provider_that_fails_is_answered_by_the_careful_text(api, session, monkeypatch):
    class Broken:
        name = "broken"
        is_instant = False

        def reply(self, request: object) -> None:
            raise ConnectionError

    monkeypatch.setattr(answers, "reply_provider", Broken)
    body = api.say(session, "I had a long day.").json()
    assert Message.objects.get(pk=body["reply"]["id"]).provider == "fixed"


def test_an_unsafe_reply_is_never_shown(api, session, monkeypatch):
    monkeypatch.setattr(
        checking, "assess_reply", lambda *_: make_verdict(Level.WARNING, "unsafe_advice")
    )
    body = api.say(session, "I had a long day.").json()
    reply = Message.objects.get(pk=body["reply"]["id"])
    assert reply.safe_replacement
    assert Assessment.objects.get(kind="reply").level == "warning"


def test_a_reply_whose_check_fails_is_never_shown(api, session, monkeypatch):
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(checking, "assess_reply", broken)
    body = api.say(session, "I had a long day.").json()
    assert Message.objects.get(pk=body["reply"]["id"]).safe_replacement


def test_a_locked_database_is_told_with_resources(api, session, monkeypatch, problem):
    def locked(**_: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(turns, "append_message", locked)
    response = api.say(session, "Is this thing on?")
    document = problem(response)
    assert (response.status_code, document["code"]) == (503, "storage_unavailable")
    assert document["resources"]
    assert response.headers["Retry-After"]


def test_what_nobody_foresaw_is_a_problem_without_words(api, session, monkeypatch, problem):
    def broken(**_: object) -> None:
        raise LookupError("the person's words")

    monkeypatch.setattr(turns, "append_message", broken)
    response = api.say(session, "Is this thing on?")
    assert problem(response)["code"] == "internal_error"
    assert b"words" not in response.content.replace(b"Your words", b"")
