"""The checker under a time limit: nothing that breaks reads as safe."""

import threading

import pytest

from safety.engine.protocol import EMPTY_ARC
from safety.levels import Level
from safety.services import checking
from safety.services.checking import check_message, check_reply


def test_a_verdict_comes_with_its_time():
    checked = check_message("The weather is nice.", EMPTY_ARC)
    assert checked.verdict.level is Level.NONE
    assert 0 < checked.elapsed_ms < 1000


@pytest.mark.parametrize("name", ["assess", "assess_reply"])
def test_a_crash_is_unknown(monkeypatch, name):
    def broken(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(checking, name, broken)
    check = check_reply if name == "assess_reply" else lambda text: check_message(text, EMPTY_ARC)
    verdict = check("anything").verdict
    assert (verdict.level, verdict.triggers, verdict.score) == (Level.UNKNOWN, ("check_failed",), 3)


def test_being_late_is_unknown(monkeypatch, settings):
    settings.SAFETY_CHECK_TIMEOUT = 20
    go = threading.Event()
    monkeypatch.setattr(checking, "assess", lambda *_: go.wait(5))
    verdict = check_message("anything", EMPTY_ARC).verdict
    go.set()
    assert (verdict.level, verdict.triggers) == (Level.UNKNOWN, ("check_timeout",))


def test_even_a_release_without_a_name_is_unknown_and_not_a_crash(monkeypatch):
    def broken(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(checking, "assess", broken)
    monkeypatch.setattr(checking, "current_release", broken)
    assert check_message("anything", EMPTY_ARC).verdict.release == "unknown"


def test_hung_checks_fill_the_pool_and_then_everything_is_unknown(monkeypatch, settings):
    settings.SAFETY_CHECK_TIMEOUT = 20
    go = threading.Event()
    monkeypatch.setattr(checking, "assess", lambda *_: go.wait(5))
    verdicts = [check_message("x", EMPTY_ARC).verdict for _ in range(3)]
    go.set()
    assert {verdict.level for verdict in verdicts} == {Level.UNKNOWN}
