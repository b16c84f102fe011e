"""Signs of life: who handled canaries, who stands in when nobody does, and what probes make of it."""

import io
import os
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection
from django.utils import timezone

from config import liveness, probe, standby
from config.databases import close_inherited_pools
from config.lanes import Lane
from config.standby import SILENT_AFTER_SECONDS, look_after, standby_name
from config.tasks import EMBEDDED, handle_default_canary, handle_urgent_canary
from safety.models import Canary
from safety.queries import last_brought, last_sign_of
from safety.services import canaries
from safety.services.canaries import FORGET_AFTER, handle_canary

pytestmark = pytest.mark.django_db(transaction=True)


def sing(lane, worker, seconds_ago=0.0):
    at = timezone.now() - timedelta(seconds=seconds_ago)
    handle_canary(lane=lane.value, worker=worker, now=at)


def test_each_lane_has_its_own_canary():
    handle_urgent_canary()
    assert last_brought(lane="default") is None
    handle_default_canary()
    assert set(Canary.objects.values_list("lane", "worker")) == {
        ("urgent", EMBEDDED),
        ("default", EMBEDDED),
    }


def test_a_worker_keeps_one_row(now):
    for second in range(3):
        handle_canary(lane="urgent", worker="urgent@a", now=now + timedelta(seconds=second))
    assert Canary.objects.count() == 1
    assert last_sign_of(lane="urgent", worker="urgent@a") == now + timedelta(seconds=2)
    assert last_sign_of(lane="default", worker="urgent@a") is None


def test_a_canary_is_called_by_its_lane_and_worker(now):
    handle_canary(lane="urgent", worker="urgent@a", now=now)
    assert str(Canary.objects.get()) == "urgent urgent@a"


def test_workers_long_gone_are_forgotten_when_a_new_one_comes(now):
    handle_canary(lane="urgent", worker="urgent@old", now=now - FORGET_AFTER - timedelta(seconds=1))
    handle_canary(lane="urgent", worker="urgent@new", now=now)
    assert list(Canary.objects.values_list("worker", flat=True)) == ["urgent@new"]


def test_two_processes_of_a_new_worker_may_be_first_at_once(now, monkeypatch):
    def taken(**_):
        raise IntegrityError

    monkeypatch.setattr(canaries, "_create", taken)
    assert handle_canary(lane="urgent", worker="urgent@a", now=now) == 1


def test_a_lane_is_silent_until_a_worker_speaks_and_when_it_falls_silent():
    assert look_after(Lane.URGENT)
    sing(Lane.URGENT, "urgent@a")
    assert not look_after(Lane.URGENT)
    assert look_after(Lane.DEFAULT)
    sing(Lane.URGENT, "urgent@a", seconds_ago=SILENT_AFTER_SECONDS + 1)
    assert look_after(Lane.URGENT)


def test_the_standbys_own_sign_does_not_count_as_work_brought():
    assert look_after(Lane.URGENT)
    assert last_sign_of(lane="urgent", worker=standby_name()) is not None
    assert look_after(Lane.URGENT)


def test_without_a_database_nobody_stands_in(monkeypatch):
    def down(**_):
        raise DatabaseError

    monkeypatch.setattr(standby, "handle_canary", down)
    assert not look_after(Lane.URGENT)


@pytest.mark.parametrize("lane", Lane)
def test_a_worker_that_handles_canaries_is_alive(lane, monkeypatch):
    monkeypatch.setattr(liveness, "broker_answers", lambda: True)
    here = f"{lane.value}@{os.uname().nodename}"
    with pytest.raises(CommandError, match="no canary lately"):
        call_command("worker_alive", lane.value)
    sing(lane, f"{lane.value}@another")
    with pytest.raises(CommandError):
        call_command("worker_alive", lane.value)
    sing(lane, here)
    said = io.StringIO()
    call_command("worker_alive", lane.value, stdout=said)
    assert "is alive" in said.getvalue()
    sing(lane, here, seconds_ago=90)
    with pytest.raises(CommandError):
        call_command("worker_alive", lane.value)


def test_while_redis_is_away_restarting_a_worker_helps_nobody(monkeypatch):
    monkeypatch.setattr(liveness, "broker_answers", lambda: False)
    call_command("worker_alive", "urgent", stdout=io.StringIO())
    call_command("worker_alive", "beat", stdout=io.StringIO())
    with pytest.raises(CommandError):
        call_command("worker_alive", "standby")


def test_beat_is_alive_while_any_lane_hears_of_it(monkeypatch):
    monkeypatch.setattr(liveness, "broker_answers", lambda: True)
    with pytest.raises(CommandError):
        call_command("worker_alive", "beat")
    sing(Lane.DEFAULT, "default@a")
    call_command("worker_alive", "beat", stdout=io.StringIO())


def test_a_standby_that_looks_is_alive():
    look_after(Lane.URGENT)
    call_command("worker_alive", "standby", stdout=io.StringIO())


def test_a_redis_that_is_not_there_does_not_answer(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert not liveness.broker_answers()


@pytest.mark.engine("mongodb")
def test_a_redis_that_is_there_answers():
    assert liveness.broker_answers()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_after_a_fork_both_sides_reach_the_database():
    sing(Lane.URGENT, "urgent@parent")
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        close_inherited_pools()
        os.write(writing, str(Canary.objects.count()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 10) == b"1"
    assert Canary.objects.count() == 1
    os.close(reading)
    os.close(writing)
    connection.close()


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        assert self.headers["X-Forwarded-Proto"] == "https"
        self.send_response(200 if self.path == "/healthz" else 503)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


def test_the_containers_probe_tells_by_its_exit_code(monkeypatch):
    with HTTPServer(("127.0.0.1", 0), _Answers) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        monkeypatch.setenv("SERVICE_PORT", str(server.server_port))
        assert probe.main("/healthz") == 0
        assert probe.main("/readyz") == 1
        server.shutdown()
    assert probe.main("/healthz") == 1
