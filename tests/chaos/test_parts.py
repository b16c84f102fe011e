"""A part of an installation lives no longer than the suite that started it."""

import os
import signal
import subprocess
import sys
import time

import pytest

from chaos.parts import Part
from chaos.servers import ROOT
from tests.processes import is_running

SLEEPS = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
STARTS = """
import os, sys, time
from pathlib import Path
from chaos.parts import Part
part = Part("sleeper", sys.argv[2:], log=Path(sys.argv[1]), environment=os.environ, folder=Path.cwd())
part.start()
while not part.tail():
    time.sleep(0.01)
print(part.pid, flush=True)
time.sleep(60)
"""
"""What a suite is from the moment its part runs: before that, the kernel has not been told who dies with whom."""


@pytest.fixture
def part(tmp_path):
    made = Part("sleeper", SLEEPS, log=tmp_path / "log", environment=os.environ, folder=ROOT)
    yield made
    made.kill()


def test_it_starts_once_and_ends_when_told(part):
    part.start()
    first = part.pid
    part.start()
    assert part.pid == first
    assert part.is_up
    assert part.stop() == -signal.SIGTERM
    assert not part.is_up


def test_one_that_is_frozen_is_up_and_can_be_killed(part):
    part.start()
    part.freeze()
    assert part.is_up
    part.kill()
    assert not part.is_up


def test_what_a_killed_suite_started_dies_with_it(tmp_path):
    suite = subprocess.Popen(
        [sys.executable, "-c", STARTS, str(tmp_path / "log"), *SLEEPS],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert suite.stdout is not None
    pid = int(suite.stdout.readline())
    assert is_running(pid)
    suite.kill()
    suite.wait()
    suite.stdout.close()
    until = time.monotonic() + 5
    while is_running(pid):
        assert time.monotonic() < until
        time.sleep(0.02)
