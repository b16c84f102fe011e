"""The supervisor: either process failing stops both, a signal stops both, and the exit code tells."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from config.playground.client import PersonClient
from config.playground.installation import Installation, NotReady
from config.playground.receiver import Receiver
from tests.processes import is_running

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

STOP_WITHIN_SECONDS = 8


@pytest.fixture
def vigil() -> Iterator[Installation]:
    """An installation of this test's own, since it does not live long."""
    with Installation() as installation:
        yield installation


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("process", ["web", "work"])
def test_when_one_process_dies_the_other_stops_and_the_exit_code_tells(vigil, process):
    pids = vigil.pids
    kill(pids[process])
    assert vigil.wait(seconds=STOP_WITHIN_SECONDS) != 0
    assert not any(is_running(pid) for pid in pids.values())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_stops_both_within_seconds_even_with_a_stream_open(vigil, number, code):
    pids = vigil.pids.values()
    person = PersonClient.ready(vigil.url)
    person.listen()
    began = time.monotonic()
    vigil.signal(number)
    assert vigil.wait(seconds=STOP_WITHIN_SECONDS) == code
    assert time.monotonic() - began < STOP_WITHIN_SECONDS
    assert not any(is_running(pid) for pid in pids)


def test_a_second_start_finds_everything_as_it_was_and_makes_no_second_accounts(vigil):
    first = vigil.accounts
    person = PersonClient.ready(vigil.url)
    person.say("Hello, is anybody there?")
    vigil.stop()
    began = time.monotonic()
    vigil.start()
    assert time.monotonic() - began < 10
    assert vigil.accounts == first
    assert len(person.get(f"/sessions/{person.session_id}/messages")) >= 2


def test_a_busy_port_is_refused_before_anything_starts(vigil):
    with (
        pytest.raises(NotReady, match=f"Port {vigil.port} cannot be used"),
        Installation({"SERVICE_PORT": str(vigil.port)}),
    ):
        pass


def test_a_worker_killed_while_it_sends_loses_nothing(vigil):
    """The alert goes out again after a restart, with the same id."""
    vigil.stop()
    with Receiver() as receiver:
        vigil.environment |= {
            "SAFETY_ALERT_WEBHOOK": f"{receiver.url}/alerts",
            "OUTBOUND_ALLOWED_HOSTS": "127.0.0.1",
        }
        receiver.hold_answers()
        vigil.start()
        PersonClient.ready(vigil.url).say("I have decided to end my life tonight.")
        first = receiver.wait_for_path("/alerts", seconds=10)
        kill(vigil.pids["work"])
        vigil.wait(seconds=STOP_WITHIN_SECONDS)
        receiver.answer()
        vigil.start()
        second = receiver.wait_for(lambda request: request.at > first.at, seconds=60)
        assert second.headers["webhook-id"] == first.headers["webhook-id"]
