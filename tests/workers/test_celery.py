"""Celery, Redis and MongoDB as in production: alerts leave whatever dies, and nobody's signs of life are made up."""

import threading
import time
from collections import Counter
from typing import Any

import pytest
import requests
from django.utils import timezone
from pymongo import MongoClient

from tests.workers.conftest import alive, cry, signed_at, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.engine("mongodb")]

STOP_SECONDS = 15


def deliveries(vigil, person):
    """What the database holds of a person's alerts."""
    client: MongoClient[dict[str, Any]]
    with MongoClient(vigil.environment["MONGODB_URI"]) as client:
        database: Any = client["vigil"]
        incidents = database["safety_incident"].find({"person_id": person.user_id})
        ids = [row["_id"] for row in incidents]
        return list(database["safety_delivery"].find({"incident_id": {"$in": ids}}))


def ids_by_path(heard):
    ids: dict[str, set[str]] = {}
    for each in heard:
        ids.setdefault(each.path, set()).add(each.headers["webhook-id"])
    return ids


def test_an_alert_goes_the_whole_way_within_a_second_or_two(vigil, receiver):
    said = cry(vigil, receiver)
    assert said.turn["safety"]["level"] == "crisis"
    assert said.wait() < 2


def test_everybody_shows_signs_of_life(vigil):
    assert all(alive(vigil, name) for name in ("urgent", "default", "beat", "standby"))
    headers = {"Authorization": "Bearer only-for-chaos"}
    text = requests.get(f"{vigil.url}/metrics", headers=headers, timeout=5).text
    assert 'vigil_lane_silent_seconds{lane="urgent"}' in text
    assert 'vigil_lane_silent_seconds{lane="default"}' in text


def test_two_beats_do_no_harm(vigil, receiver):
    second = vigil._service("beat")
    second.start()
    try:
        time.sleep(3)
        said = cry(vigil, receiver)
        said.wait()
        time.sleep(2)
        ids = Counter(each.headers["webhook-id"] for each in said.heard())
        assert set(ids.values()) == {1}
        assert {row["attempts"] for row in deliveries(vigil, said.person)} == {1}
    finally:
        second.kill()


@pytest.mark.parametrize("name", ["worker-urgent", "beat"])
def test_whoever_dies_the_alert_leaves(vigil, receiver, name):
    vigil.part(name).kill()
    assert cry(vigil, receiver).wait() < 8


def test_a_worker_killed_while_it_sends_leaves_its_delivery_to_another(vigil, receiver):
    another = vigil._service("worker-urgent")
    vigil.part("standby").kill()
    receiver.hold_answers()
    said = cry(vigil, receiver)
    wait_until(said.is_heard)
    vigil.part("worker-urgent").kill()
    receiver.answer()
    another.start()
    try:
        wait_until(lambda: min(Counter(each.path for each in said.heard()).values()) > 1, 40)
        assert all(len(ids) == 1 for ids in ids_by_path(said.heard()).values())
        wait_until(lambda: _all_delivered(vigil, said))
    finally:
        another.kill()


def _all_delivered(vigil, said):
    return {row["state"] for row in deliveries(vigil, said.person)} == {"delivered"}


def test_a_worker_told_to_stop_while_it_sends_ends_when_it_has_sent(vigil, receiver):
    receiver.hold_answers()
    said = cry(vigil, receiver)
    wait_until(said.is_heard)
    threading.Timer(1, receiver.answer).start()
    began = time.monotonic()
    assert vigil.part("worker-urgent").stop() == 0
    assert 0.5 < time.monotonic() - began < STOP_SECONDS
    rows = deliveries(vigil, said.person)
    assert {(row["state"], row["attempts"]) for row in rows} == {("delivered", 1)}
    assert len(said.heard()) == 2


def test_whoever_is_told_to_stop_ends_in_order(vigil):
    for name in ("standby", "worker-default", "beat"):
        began = time.monotonic()
        assert vigil.part(name).stop() == 0, name
        assert time.monotonic() - began < STOP_SECONDS


def test_a_worker_that_no_longer_listens_is_found(vigil):
    """Frozen: up for any supervisor, and deaf. As the probe finds it, with less patience."""
    part = vigil.part("worker-default")

    def is_deaf():
        at = signed_at(vigil, "default", "default")
        return at is not None and (timezone.now() - at).total_seconds() > 5

    part.freeze()
    wait_until(is_deaf, 30)
    part.thaw()
    wait_until(lambda: not is_deaf(), 30)
