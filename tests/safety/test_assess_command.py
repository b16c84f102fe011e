"""`manage.py assess`: JSON lines in, JSON lines out."""

import io
import json
import sys
from typing import Any

import pytest
from django.core.management import call_command

from safety.assessing_lines import answer_line


def _run(monkeypatch: pytest.MonkeyPatch, stdin) -> tuple[list[dict[str, Any]], int]:
    monkeypatch.setattr(sys, "stdin", stdin)
    out = io.StringIO()
    code = 0
    try:
        call_command("assess", stdout=out)
    except SystemExit as left:
        code = int(left.code or 0)
    return [json.loads(line) for line in out.getvalue().splitlines()], code


def test_texts_and_conversations_are_answered_in_order(monkeypatch):
    lines = [
        {"id": "a", "text": "i am going to kill myself tonight"},
        {"id": 2, "turns": ["hi", "i want to kill myself", "lol just kidding"]},
    ]
    answers, code = _run(monkeypatch, io.StringIO("\n\n".join(map(json.dumps, lines))))
    assert code == 0
    assert answers[0] == {
        "id": "a",
        "level": "crisis",
        "score": 4,
        "triggers": answers[0]["triggers"],
        "probability": answers[0]["probability"],
    }
    assert answers[0]["triggers"][0] == "suicide_intent"
    assert answers[1]["id"] == 2
    assert answers[1]["level"] == "warning"
    assert answers[1]["levels"] == ["none", "warning", "warning"]
    assert answers[1]["triggers"] == ["suicidal_ideation"]


def test_a_malformed_line_is_answered_and_the_rest_go_on(monkeypatch):
    answers, code = _run(monkeypatch, io.StringIO('nonsense\n{"id": 1, "text": "hello"}\n'))
    assert answers[0] == {"id": None, "error": "not JSON"}
    assert answers[1]["level"] == "none"
    assert code == 1


def test_bytes_that_are_no_utf8_spoil_their_own_line_only(monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(b'\xff\xfe\n{"id": 1, "text": "hello"}\n'), "utf-8")
    answers, code = _run(monkeypatch, stdin)
    assert [answer["id"] for answer in answers] == [None, 1]
    assert code == 1


@pytest.mark.parametrize(
    ("line", "line_id", "error"),
    [
        ("[1]", None, "not a JSON object"),
        ("{", None, "not JSON"),
        ('{"id": NaN, "text": "x"}', None, "not JSON"),
        ("[" * 100_000, None, "not JSON"),
        ('{"id": 7}', 7, "needs either text or turns"),
        ('{"id": 7, "text": "a", "turns": ["b"]}', 7, "needs either text or turns"),
        ('{"id": 7, "text": 5}', 7, "text is not a string"),
        ('{"id": 7, "turns": []}', 7, "turns is not a list of strings"),
        ('{"id": 7, "turns": "a"}', 7, "turns is not a list of strings"),
        ('{"id": 7, "turns": [1]}', 7, "turns is not a list of strings"),
    ],
)
def test_what_is_wrong_is_said_without_the_words(line, line_id, error):
    answer = answer_line(line)
    assert answer.failed
    assert json.loads(answer.line) == {"id": line_id, "error": error}


def test_a_line_without_an_id_is_answered_with_null():
    assert json.loads(answer_line('{"text": "\\ud800"}').line)["id"] is None
