"""The demo's ways out: alerts that do not come, and staying until somebody stops it."""

import io
import time
from typing import Any

import pytest

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


def test_staying_ends_with_ctrl_c():
    installation = Stopped()
    demo._stay(installation)  # type: ignore[arg-type]
    assert installation.waited
