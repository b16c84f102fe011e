"""From a person's words to the webhook in a production installation, against a bare task's way to the same receiver.

Both go through one Redis. MongoDB, web, Celery's workers, beat and standby are started as in `deploy/compose.yaml`.
"""

import os
import sys
import time

from bench.table import Figure, percentile, show
from chaos.parts import Part
from chaos.production import Production
from chaos.servers import ROOT
from config.playground.client import PersonClient
from config.playground.receiver import Receiver

SAMPLES = 100
PAUSE_SECONDS = 0.13
"""Between samples, so that they do not fall into step with beat's pace."""
WORDS = "I can't go on. I have decided to end my life tonight."
SERVICES = ("web-1", "worker-urgent", "worker-default", "beat", "standby")
WORKER = ("-m", "celery", "-A", "bench.bare_worker", "worker", "-n", "bare@%h", "-c", "2")


def bare_worker(vigil: Production) -> Part:
    """The floor's worker, and its publisher in this process."""
    return Part(
        "bare-worker",
        [sys.executable, *WORKER, "--without-gossip", "--without-mingle"],
        log=vigil.folder / "bare-worker.log",
        environment=vigil.environment,
        folder=ROOT,
    )


def floor(receiver: Receiver, number: int) -> float:
    """Seconds from publishing a bare task to the receiver."""
    from bench.bare_worker import tell  # noqa: PLC0415 - reads REDIS_URL when it is imported

    began = time.monotonic()
    tell.delay(f"{receiver.url}/floor", number)
    told = receiver.wait_for(
        lambda request: request.path == "/floor" and request.alert["number"] == number, seconds=20
    )
    return told.at - began


def words(vigil: Production, receiver: Receiver) -> float:
    """Seconds from one person's words to the webhook."""
    person = PersonClient.ready(vigil.url, country="US")
    began = time.monotonic()
    person.say(WORDS)
    told = receiver.wait_for(
        lambda request: (
            request.path == "/alerts" and request.alert["session_id"] == person.session_id
        ),
        seconds=20,
    )
    return told.at - began


def measure() -> tuple[list[float], list[float]]:
    """Floors and ways of words, turn by turn, so that a busy moment of the machine touches both."""
    floors, ways = [], []
    with Receiver() as receiver:
        variables = {
            "SAFETY_ALERT_WEBHOOK": f"{receiver.url}/alerts",
            "HUMAN_MODERATOR_ENDPOINT": receiver.url,
            "BEHIND_TLS": "false",
        }
        with Production(nodes=3, variables=variables, services=SERVICES) as vigil:
            os.environ["REDIS_URL"] = vigil.environment["REDIS_URL"]
            worker = bare_worker(vigil)
            worker.start()
            try:
                floor(receiver, -1)  # until both have begun to work
                words(vigil, receiver)
                for number in range(SAMPLES):
                    floors.append(floor(receiver, number))
                    ways.append(words(vigil, receiver))
                    time.sleep(PAUSE_SECONDS)
            finally:
                worker.kill()
    return floors, ways


def main() -> int:
    """Measure."""
    floors, ways = measure()
    print(
        f"Celery round trip, bare: p50 {percentile(floors, 50):.3f} s, p99 {percentile(floors, 99):.3f} s"
    )
    print(f"words to webhook: p50 {percentile(ways, 50):.3f} s, p99 {percentile(ways, 99):.3f} s")
    over = percentile(ways, 99) - percentile(floors, 50)
    return show([Figure("words to webhook, p99 over the bare round trip's p50", over, "s", 0.5)])


if __name__ == "__main__":
    raise SystemExit(main())
