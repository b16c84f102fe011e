"""The embedded worker: each sweep at its own pace, none taken down by another, and an orderly end."""

import io
import logging
import signal
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.management import call_command

from config import working
from config.lanes import Lane
from config.standby import look_after
from config.sweeps import CANARIES, SWEEPS, Sweep
from config.working import Loop, pause_after, work_until

WORK = "config.management.commands.work"
MARKER = "what-somebody-said"


@dataclass
class Counted:
    """Counts its calls, and fails while told to."""

    failing: bool = False
    calls: list[float] = field(default_factory=list)

    def __call__(self) -> int:
        self.calls.append(time.monotonic())
        if self.failing:
            raise RuntimeError(MARKER)
        return 1


@pytest.fixture
def counted(monkeypatch):
    """Tasks by name, in place of what the paths of sweeps lead to."""
    tasks: dict[str, Counted] = {"a": Counted(), "b": Counted()}
    monkeypatch.setattr("config.sweeps.import_string", tasks.__getitem__)
    monkeypatch.setattr(working, "close_old_connections", lambda: None)
    return tasks


@pytest.mark.parametrize(
    ("sweep", "failures", "seconds"),
    [
        (Sweep("a", 0.1, Lane.URGENT), 0, 0.1),
        (Sweep("a", 0.1, Lane.URGENT), 1, 0.2),
        (Sweep("a", 0.1, Lane.URGENT), 99, 2.0),
        (Sweep("a", 1), 3, 8.0),
        (Sweep("a", 1), 99, 30.0),
        (Sweep("a", 3600), 99, 3600),
    ],
)
def test_a_failing_sweep_waits_longer_each_time_up_to_its_lanes_limit(sweep, failures, seconds):
    assert pause_after(sweep, failures) == seconds


def test_a_loop_runs_what_is_due_and_tells_when_to_come_back(counted):
    loop = Loop([Sweep("a", 5), Sweep("b", 50)], threading.Event())
    pause = loop.work_once()
    assert 4 < pause <= 5
    loop.work_once()
    assert len(counted["a"].calls) == len(counted["b"].calls) == 1


def test_one_failing_sweep_does_not_keep_the_next_from_running(counted, caplog):
    counted["a"].failing = True
    loop = Loop([Sweep("a", 0.01), Sweep("b", 0.01)], threading.Event())
    with caplog.at_level(logging.ERROR):
        loop.work_once()
    assert len(counted["b"].calls) == 1
    assert [record.getMessage() for record in caplog.records] == ["sweep failed: a"]


def test_a_sweep_that_failed_is_tried_again_and_its_failures_are_forgotten(counted):
    counted["a"].failing = True
    loop = Loop([Sweep("a", 0.0, Lane.URGENT)], threading.Event())
    loop.work_once()
    counted["a"].failing = False
    loop.work_once()
    assert loop._failures == {"a": 0}


def test_a_loop_that_is_told_to_stop_begins_nothing_new(counted):
    stop = threading.Event()
    stop.set()
    Loop([Sweep("a", 0.0)], stop).work_once()
    assert counted["a"].calls == []


def test_working_ends_when_told_to(counted):
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    assert work_until(stop, [Sweep("a", 0.01, Lane.URGENT), Sweep("b", 0.01)]) is True
    assert counted["a"].calls
    assert counted["b"].calls


def test_working_ends_and_says_so_when_a_loop_dies(counted, monkeypatch):
    monkeypatch.setattr(Loop, "run", lambda self: None)
    assert work_until(threading.Event(), [Sweep("a", 0.01)]) is False


def test_the_command_exits_with_failure_when_a_loop_died(monkeypatch):
    monkeypatch.setattr(f"{WORK}.work_until", lambda stop, sweeps, needed: False)
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    with pytest.raises(SystemExit) as ended:
        call_command("work")
    assert ended.value.code == 1


def test_the_command_ends_quietly_when_it_was_told_to_stop(monkeypatch):
    handlers: dict[int, Any] = {}
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)

    def stop_at_once(stop, sweeps, needed):
        handlers[signal.SIGTERM](signal.SIGTERM, None)
        return stop.is_set()

    monkeypatch.setattr(f"{WORK}.work_until", stop_at_once)
    call_command("work")


def test_once_runs_every_sweep_and_tells_what_each_did(counted, monkeypatch):
    monkeypatch.setattr(f"{WORK}.SWEEPS", (Sweep("a", 1), Sweep("b", 1)))
    out = io.StringIO()
    call_command("work", "--once", stdout=out)
    assert out.getvalue() == "a: 1\nb: 1\n"


def test_a_loop_that_is_not_needed_does_nothing_until_it_is(counted):
    needed = [False, True]
    loop = Loop([Sweep("a", 5)], threading.Event(), lambda: needed.pop(0))
    assert loop.work_once() == working.ASLEEP_SECONDS
    assert counted["a"].calls == []
    loop.work_once()
    assert len(counted["a"].calls) == 1


def test_a_standby_asks_whether_it_is_needed_and_sings_no_canary(monkeypatch):
    asked: dict[str, Any] = {}

    def remember(stop, sweeps, needed):
        asked.update(sweeps=sweeps, needed=needed)
        return True

    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    monkeypatch.setattr(f"{WORK}.work_until", remember)
    call_command("work", "--standby")
    assert asked["needed"] is look_after
    assert {sweep.task for sweep in SWEEPS} - {sweep.task for sweep in asked["sweeps"]} == CANARIES
