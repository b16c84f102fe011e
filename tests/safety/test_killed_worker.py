"""A worker is killed while it sends: nothing is lost, and what is sent twice carries the same id."""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.safety.receiver import Receiver, answer, late, receiver
from tests.settings import TEST_ENVIRONMENT

ROOT = Path(__file__).resolve().parents[2]
ALERTS = 12

pytestmark = pytest.mark.engine("sqlite")  # its workers share the file in DATA_DIR


@pytest.fixture
def environment(tmp_path):
    with receiver(late(0.2, answer())) as server:
        yield (
            server,
            os.environ
            | TEST_ENVIRONMENT
            | {
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "DATA_DIR": str(tmp_path),
                "SAFETY_ALERT_WEBHOOK": server.url,
            },
        )


def command(name: str, number: int = 0) -> list[str]:
    return [sys.executable, "-m", "tests.safety.worker_process", name, str(number)]


def run(environment: dict[str, str], name: str, number: int = 0) -> str:
    done = subprocess.run(
        command(name, number), env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.slow
def test_killing_a_worker_in_mid_delivery_loses_nothing(environment):
    server, variables = environment
    run(variables, "prepare", ALERTS)
    worker = subprocess.Popen(command("deliver"), env=variables, cwd=ROOT)
    wait_for_requests(server, 3)
    worker.kill()
    worker.wait()
    before = {line.split()[0]: line.split()[1] for line in run(variables, "states").splitlines()}
    assert "waiting" in before.values()
    run(variables, "deliver", 20)  # past the lease of the killed one's claims
    after = [line.split() for line in run(variables, "states").splitlines()]
    received = Counter(request.headers["webhook-id"] for request in server.requests)
    assert {state for _, state in after} == {"delivered"}
    assert set(received) == {delivery_id for delivery_id, _ in after} == set(before)
    assert max(received.values()) == 2


def wait_for_requests(server: Receiver, count: int) -> None:
    gives_up_at = time.monotonic() + 30
    while len(server.requests) < count:
        assert time.monotonic() < gives_up_at
        time.sleep(0.005)
