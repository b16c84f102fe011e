"""The demo's ways out: alerts that do not come, and staying until somebody stops it."""

import io
import sys
import time
from typing import Any, ClassVar, Self

import pytest
from django.core.management import call_command

from config.management.commands import demo
from config.playground.receiver import Receiver


class Stopped:
    """An installation whose waiter presses Ctrl-C."""

    waited = False

    def wait(self) -> int:
        self.waited = True
        raise KeyboardInterrupt


@pytest.fixture
def out(monkeypatch) -> io.StringIO:
    monkeypatch.setattr(demo, "ALERT_WITHIN_SECONDS", 0)
    return io.StringIO()


def test_an_alert_that_does_not_come_is_told(out):
    with Receiver() as receiver:
        demo.Command(stdout=out)._tell_alerts("crisis", receiver, 0, time.monotonic())
    assert "Fewer alerts than the 2 expected" in out.getvalue()


def test_a_turn_that_a_human_answers_is_told(out):
    safety: dict[str, Any] = {
        "level": "low",
        "triggers": [],
        "show_resources": False,
        "resources": [],
    }
    demo.Command(stdout=out)._tell_turn({"safety": safety, "reply": None}, 12.3)
    assert "Answered in 12 ms. Level low (no triggers)" in out.getvalue()
    assert "a human answers" in out.getvalue()


class Terminal(io.StringIO):
    """Standard input with somebody before it."""

    def isatty(self) -> bool:
        return True


class Interrupted(Terminal):
    """They press Ctrl-C instead."""

    def readline(self, *_):
        raise KeyboardInterrupt


class Played:
    """An installation and a receiver that are only looked at."""

    url = "http://127.0.0.1:9"
    accounts: ClassVar[dict[str, Any]] = {}

    def __init__(self, *_: Any) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


@pytest.mark.parametrize(
    ("standard_input", "waits"),
    [(Terminal("\n"), True), (Interrupted(), True), (io.StringIO("\n"), False)],
)
def test_before_a_terminal_it_waits_for_enter_and_says_so(out, monkeypatch, standard_input, waits):
    monkeypatch.setattr(sys, "stdin", standard_input)
    monkeypatch.setattr(demo, "Receiver", Played)
    monkeypatch.setattr(demo, "Installation", Played)
    monkeypatch.setattr(demo.Command, "_play", lambda *_: None)
    call_command(demo.Command(stdout=out))
    told = out.getvalue()
    assert ("Press Enter" in told) is waits
    assert "is stopped" in told
    assert standard_input.read() == ("" if waits else "\n")


def test_staying_ends_with_ctrl_c():
    installation = Stopped()
    demo._stay(installation)  # type: ignore[arg-type]
    assert installation.waited
