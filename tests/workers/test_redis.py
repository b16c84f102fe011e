"""Redis dies, freezes and comes back under a production installation: nobody waits for it and no alert is lost."""

import time

import pytest
import redis
import requests

from config.playground.client import PersonClient
from tests.workers.conftest import CRISIS, alive, cry, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.engine("mongodb")]

FAULTS = [("kill", "start"), ("freeze", "thaw")]
WRONG_PASSWORD = 200


def try_to_sign_in(vigil):
    """Somebody's try to sign in as staff: the answer's status."""
    http = requests.Session()
    page = f"{vigil.url}/admin/login/"
    http.get(page, timeout=10)
    form = {
        "csrfmiddlewaretoken": http.cookies["csrftoken"],
        "username": "nobody",
        "password": "wrong wrong wrong",
    }
    return http.post(page, data=form, headers={"Referer": page}, timeout=10).status_code


@pytest.mark.parametrize("fault", ["kill", "freeze"])
def test_a_message_is_taken_at_once_and_its_alert_still_leaves(vigil, receiver, fault):
    getattr(vigil.redis, fault)()
    said = cry(vigil, receiver)
    assert said.turn["safety"]["level"] == "crisis"
    assert said.answered_seconds < 1.5
    assert said.wait() < 8
    assert alive(vigil, "urgent")  # starting it again would help nobody
    assert cry(vigil, receiver).wait() < 8  # however long it stays away


@pytest.mark.parametrize(("fault", "mended"), FAULTS)
def test_nobody_signs_in_as_long_as_tries_cannot_be_counted(vigil, fault, mended):
    wait_until(lambda: try_to_sign_in(vigil) == WRONG_PASSWORD, 5)
    getattr(vigil.redis, fault)()
    assert try_to_sign_in(vigil) == 429
    getattr(vigil.redis, mended)()
    wait_until(lambda: try_to_sign_in(vigil) == WRONG_PASSWORD, 5)


@pytest.mark.parametrize(("fault", "mended"), FAULTS)
def test_workers_go_on_by_themselves_when_redis_is_back(vigil, receiver, fault, mended):
    vigil.part("standby").kill()  # nobody stands in
    getattr(vigil.redis, fault)()
    time.sleep(13)  # kombu's own pause would now be eight seconds
    getattr(vigil.redis, mended)()
    assert cry(vigil, receiver).wait() < 7


def test_nothing_personal_passes_through_redis_and_every_key_is_ours(vigil, receiver):
    with redis.Redis.from_url(vigil.environment["REDIS_URL"]) as client:
        person = PersonClient.ready(vigil.url, country="GB")
        with client.monitor() as monitor:
            person.say(CRISIS)
            deadline = time.monotonic() + 2
            seen = []
            while time.monotonic() < deadline:
                seen.append(str(monitor.next_command()))
        keys = [key.decode() for key in client.scan_iter()]
    assert seen
    assert not any("end my life" in each or "tonight" in each for each in seen)
    assert keys
    assert all(key.startswith(("vigil:", "vigil-celery:")) for key in keys), keys
