"""Celery, Redis and MongoDB as in production: alerts leave whatever dies, and nobody's signs of life are made up."""

import os
import time
from collections import Counter
from typing import Any

import pytest
import requests

from chaos.production import Production
from config.playground.client import PersonClient
from config.playground.receiver import Receiver

pytestmark = [pytest.mark.slow, pytest.mark.engine("mongodb")]

CRISIS = "I have decided to end my life tonight."
SECONDS = 20.0
SECONDS_TO_BEGIN = 3.0


@pytest.fixture(scope="module")
def receiver():
    with Receiver() as server:
        yield server


@pytest.fixture(scope="module")
def vigil(receiver):
    variables = {
        "SAFETY_ALERT_WEBHOOK": f"{receiver.url}/alerts",
        "HUMAN_MODERATOR_ENDPOINT": receiver.url,
        "BEHIND_TLS": "false",
    }
    services = ("web-1", "worker-urgent", "worker-default", "beat", "standby")
    with Production(nodes=1, variables=variables, services=services) as production:
        wait_until(lambda: alive(production, "urgent") and alive(production, "default"))
        yield production


@pytest.fixture(autouse=True)
def _everything_up(vigil):
    yield
    vigil.redis.thaw()
    vigil.redis.start()
    for part in vigil.services.values():
        part.thaw()
        part.start()


def wait_until(so, seconds=SECONDS):
    until = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < until, "in vain"
        time.sleep(0.05)


def manage(vigil, *arguments):
    """A command of the installation's, with its exit code."""
    import subprocess
    import sys

    from chaos.servers import ROOT

    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=vigil.environment,
        capture_output=True,
        check=False,
    ).returncode


def alive(vigil, name):
    return manage(vigil, "worker_alive", name) == 0


def cry(vigil, receiver):
    """A new person says it; how long until the webhook hears of it, and what they were told."""
    person = PersonClient.ready(vigil.url, country="GB")
    began = time.monotonic()
    turn = person.say(CRISIS)
    answered = time.monotonic() - began

    def heard():
        return [each for each in receiver.requests if each.alert.get("user_id") == person.user_id]

    wait_until(lambda: {each.path for each in heard()} == {"/alerts", "/crisis-alert"})
    first = min(each.at for each in heard()) - began
    return turn, answered, first, heard()


def test_an_alert_goes_the_whole_way_within_a_second(vigil, receiver):
    turn, _, seconds, _ = cry(vigil, receiver)
    assert turn["safety"]["level"] == "crisis"
    assert seconds < 2


def test_everybody_shows_signs_of_life(vigil):
    assert all(alive(vigil, name) for name in ("urgent", "default", "beat", "standby"))
    text = requests.get(
        f"{vigil.url}/metrics", headers={"Authorization": "Bearer only-for-chaos"}, timeout=5
    ).text
    assert 'vigil_lane_silent_seconds{lane="urgent"}' in text


def test_two_beats_do_no_harm(vigil, receiver):
    second = vigil._service("beat")
    second.start()
    try:
        time.sleep(3)
        _, _, _, heard = cry(vigil, receiver)
        time.sleep(2)
        ids = Counter(each.headers["webhook-id"] for each in heard)
        assert set(ids.values()) == {1}
    finally:
        second.kill()


def test_with_redis_dead_a_message_is_taken_at_once_and_its_alert_still_leaves(vigil, receiver):
    vigil.redis.kill()
    turn, answered, seconds, _ = cry(vigil, receiver)
    assert turn["safety"]["level"] == "crisis"
    assert answered < 3
    assert seconds < 8
    assert alive(vigil, "urgent")  # starting it again would help nobody


def test_with_redis_frozen_too(vigil, receiver):
    vigil.redis.freeze()
    turn, answered, seconds, _ = cry(vigil, receiver)
    assert turn["safety"]["level"] == "crisis"
    assert answered < 4
    assert seconds < 10


def test_workers_go_on_when_redis_is_back(vigil, receiver):
    vigil.redis.kill()
    time.sleep(1)
    vigil.redis.start()
    vigil.part("standby").kill()
    cry(vigil, receiver)


@pytest.mark.parametrize("name", ["worker-urgent", "beat"])
def test_whoever_dies_the_alert_leaves(vigil, receiver, name):
    vigil.part(name).kill()
    _, _, seconds, _ = cry(vigil, receiver)
    assert seconds < 8


def test_a_worker_killed_while_it_sends_leaves_its_delivery_to_another(vigil, receiver):
    receiver.hold_answers()
    person = PersonClient.ready(vigil.url, country="GB")
    person.say(CRISIS)

    def mine():
        return [each for each in receiver.requests if each.alert.get("user_id") == person.user_id]

    wait_until(mine)
    vigil.part("worker-urgent").kill()
    vigil.part("standby").kill()
    receiver.answer()
    vigil.part("worker-urgent").start()
    wait_until(lambda: {each.path for each in mine()} == {"/alerts", "/crisis-alert"}, 40)
    by_path: dict[str, set[str]] = {}
    for each in mine():
        by_path.setdefault(each.path, set()).add(each.headers["webhook-id"])
    assert all(len(ids) == 1 for ids in by_path.values())


def test_a_worker_that_is_told_to_stop_finishes_and_ends_in_order(vigil):
    for name in ("worker-urgent", "worker-default", "beat", "standby"):
        part = vigil.part(name)
        part.start()
        time.sleep(SECONDS_TO_BEGIN)  # before it listens to signals, it just ends
        began = time.monotonic()
        assert part.stop() == 0, name
        assert time.monotonic() - began < 15


def test_a_worker_that_no_longer_listens_is_found(vigil, monkeypatch):
    """Frozen: up for any supervisor, and deaf."""
    part = vigil.part("worker-default")
    part.freeze()
    from config import liveness

    assert liveness.OWN_SIGN_WITHIN.total_seconds() == 60
    wait_until(lambda: not alive_within(vigil, "default", 5), 30)
    part.thaw()
    wait_until(lambda: alive_within(vigil, "default", 5), 30)


def alive_within(vigil, name, seconds):
    """As the probe, with less patience than a supervisor has."""
    from django.utils import timezone
    from pymongo import MongoClient

    worker = f"{name}@{os.uname().nodename}"
    client: Any
    with MongoClient(vigil.environment["MONGODB_URI"], tz_aware=True) as client:
        row = client["vigil"]["safety_canary"].find_one({"lane": name, "worker": worker})
    return (timezone.now() - row["handled_at"]).total_seconds() < seconds


def test_nothing_personal_passes_through_redis(vigil, receiver):
    import redis

    with redis.Redis.from_url(vigil.environment["REDIS_URL"]) as client:
        person = PersonClient.ready(vigil.url, country="GB")
        with client.monitor() as monitor:
            person.say(CRISIS)
            deadline = time.monotonic() + 2
            seen = []
            while time.monotonic() < deadline:
                seen.append(str(monitor.next_command()))
    assert seen
    assert not any("end my life" in each or "tonight" in each for each in seen)
    keys = [each for each in seen if "SET" in each or "LPUSH" in each]
    assert keys
    assert all("vigil" in each for each in keys)
