"""A production installation for these tests, what is told to it, and what is seen of it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone
from pymongo import MongoClient

from chaos.production import Production
from chaos.servers import ROOT
from config.playground.client import PersonClient
from config.playground.receiver import Received, Receiver

CRISIS = "I have decided to end my life tonight."
SECONDS = 20.0
SERVICES = ("web-1", "worker-urgent", "worker-default", "beat", "standby")
WORKERS = (("urgent", "urgent"), ("default", "default"), ("urgent", "standby"))
BOTH = {"/alerts", "/crisis-alert"}


@pytest.fixture(scope="package")
def receiver():
    with Receiver() as server:
        yield server


@pytest.fixture(scope="package")
def vigil(receiver):
    variables = {
        "SAFETY_ALERT_WEBHOOK": f"{receiver.url}/alerts",
        "HUMAN_MODERATOR_ENDPOINT": receiver.url,
        "BEHIND_TLS": "false",
        "SIGN_INS_PER_MINUTE": "1000",
    }
    with Production(nodes=1, variables=variables, services=SERVICES) as production:
        yield production


@pytest.fixture(autouse=True)
def _everything_up(vigil, receiver):
    """Whatever the test before killed or froze works again: each has just shown its sign of life."""
    receiver.answer()
    for part in (vigil.redis, *vigil.services.values()):
        part.thaw()
        part.start()
    began = timezone.now()
    wait_until(lambda: all((signed_at(vigil, *each) or began) > began for each in WORKERS))


def wait_until(so: Callable[[], bool], seconds: float = SECONDS) -> None:
    until = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < until, "in vain"
        time.sleep(0.05)


def alive(vigil: Production, name: str) -> bool:
    """What the probe of a process says."""
    command = [sys.executable, "manage.py", "worker_alive", name]
    done = subprocess.run(
        command, cwd=ROOT, env=vigil.environment, capture_output=True, check=False
    )
    return done.returncode == 0


def signed_at(vigil: Production, lane: str, worker: str) -> datetime | None:
    """When this machine's worker of that name last handled a canary of the lane."""
    name = f"{worker}@{os.uname().nodename}"
    client: MongoClient[dict[str, Any]]
    with MongoClient(vigil.environment["MONGODB_URI"], tz_aware=True) as client:
        row = client["vigil"]["safety_canary"].find_one({"lane": lane, "worker": name})
    return row["handled_at"] if row else None


@dataclass(frozen=True, slots=True)
class Cry:
    """Somebody in danger has said so.

    Args:
        person: who.
        turn: the API's answer.
        answered_seconds: how long it took.
        began_at: time.monotonic().
        receiver: who should hear of it.
    """

    person: PersonClient
    turn: dict[str, Any]
    answered_seconds: float
    began_at: float
    receiver: Receiver

    def heard(self) -> list[Received]:
        """The alerts about this person so far."""
        mine = self.person.user_id
        return [each for each in self.receiver.requests if each.alert.get("user_id") == mine]

    def is_heard(self) -> bool:
        """Whether both who should have been told were."""
        return {each.path for each in self.heard()} == BOTH

    def wait(self, seconds: float = SECONDS) -> float:
        """How long from the words until both were told."""
        wait_until(self.is_heard, seconds)
        first = {each.path: each.at for each in reversed(self.heard())}
        return max(first.values()) - self.began_at


def cry(vigil: Production, receiver: Receiver) -> Cry:
    """A new person says it."""
    person = PersonClient.ready(vigil.url, country="GB")
    began_at = time.monotonic()
    turn = person.say(CRISIS)
    return Cry(person, turn, time.monotonic() - began_at, began_at, receiver)
