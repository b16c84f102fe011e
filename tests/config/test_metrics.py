"""`/metrics`: who may scrape, the gauges read from the rows, and counting across processes."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from audit.actors import Actor
from audit.services import number_events, record
from audit.store.ids import new_id
from audit.store.transactions import transactional
from chat.metrics import MESSAGES
from config import metrics
from safety.gauges import alert_backlog
from safety.levels import Level
from safety.models import Channel, Delivery, DeliveryState, Incident, IncidentStatus
from safety.retries import RetryProfile

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _open_to_all(settings) -> None:
    settings.LOCAL = True


@pytest.mark.parametrize(
    ("token", "embedded", "header", "status"),
    [
        ("", True, None, 200),
        ("", False, None, 403),
        ("", False, "Bearer ", 403),
        ("a-token", True, None, 401),
        ("a-token", True, "Bearer another", 401),
        ("a-token", False, "Basic a-token", 401),
        ("a-token", False, "Bearer a-token", 200),
    ],
)
@pytest.mark.django_db
def test_who_may_scrape(client: Client, settings, token, embedded, header, status) -> None:
    settings.METRICS_TOKEN, settings.LOCAL = token, embedded
    answer = client.get("/metrics", headers={"Authorization": header} if header else {})
    assert answer.status_code == status


def test_metrics_are_read_only(client: Client) -> None:
    assert client.post("/metrics").status_code == 405


@pytest.mark.django_db
def test_counters_and_gauges_stand_in_one_exposition(client: Client) -> None:
    MESSAGES.inc()
    text = client.get("/metrics").content.decode()
    for name in (
        "vigil_messages_total",
        "vigil_assessments_total",
        "vigil_assessment_seconds",
        "vigil_reply_seconds",
        "vigil_alerts_sent_total",
        "vigil_alerts_due 0.0",
        "vigil_alerts_oldest_due_seconds 0.0",
        'vigil_incidents_open{severity="crisis"} 0.0',
        'vigil_incidents_open{severity="unknown"} 0.0',
        "vigil_audit_oldest_unnumbered_seconds 0.0",
    ):
        assert name in text
    assert text.count("# TYPE vigil_alerts_due ") == 1


@pytest.mark.django_db
def test_backlogs_are_told_in_seconds(client: Client) -> None:
    now = timezone.now().replace(microsecond=0)
    _make_incident(now=now)
    _make_incident(now=now, status=IncidentStatus.RESOLVED)
    _make_delivery(due_at=now - timedelta(seconds=90))
    _make_delivery(due_at=now - timedelta(seconds=30))
    _make_delivery(due_at=now + timedelta(seconds=30))
    _make_delivery(due_at=now - timedelta(seconds=500), state=DeliveryState.DELIVERED)
    backlog = alert_backlog(now=now)
    assert (backlog.due, backlog.oldest_due_seconds) == (2, 90.0)
    assert 'vigil_incidents_open{severity="crisis"} 1.0' in client.get("/metrics").content.decode()


def _make_incident(*, now, status=IncidentStatus.OPEN):
    return Incident.objects.create(
        open_key=new_id(),
        status=status,
        severity=Level.CRISIS.value,
        rank=4,
        created_at=now,
        raised_at=now,
        due_at=now,
    )


def _make_delivery(*, due_at, state=DeliveryState.WAITING):
    return Delivery.objects.create(
        channel=Channel.WEBHOOK,
        profile=RetryProfile.CRISIS,
        state=state,
        body="{}",
        created_at=due_at,
        due_at=due_at,
    )


@pytest.mark.django_db
def test_the_oldest_unnumbered_event_is_told(client: Client) -> None:
    _record(timezone.now() - timedelta(seconds=40))
    assert _unnumbered_seconds(client) == pytest.approx(40, abs=5)
    number_events()
    assert _unnumbered_seconds(client) == 0


@transactional
def _record(at):
    record("chat.session:begun", actor=Actor.system("tests"), target=("session", "1"), now=at)


def _unnumbered_seconds(client: Client) -> float:
    lines = client.get("/metrics").content.decode().splitlines()
    (line,) = [line for line in lines if line.startswith("vigil_audit_oldest_unnumbered_seconds ")]
    return float(line.split()[1])


def test_without_a_database_the_gauges_are_absent(client: Client, monkeypatch) -> None:
    def fail(**_: object) -> None:
        raise DatabaseError("down")

    monkeypatch.setattr(metrics, "alert_backlog", fail)
    text = client.get("/metrics").content.decode()
    assert "vigil_messages_total" in text
    assert "vigil_alerts_due" not in text


COUNTING = "import django; django.setup(); from chat.metrics import MESSAGES; MESSAGES.inc({count})"


def test_web_and_worker_add_up(client: Client, tmp_path: Path, monkeypatch) -> None:
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "PATH": "",
    }
    for count in (2, 3):
        command = [sys.executable, "-c", COUNTING.format(count=count)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=60)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    monkeypatch.setattr(metrics, "_read_gauges", list)
    assert "vigil_messages_total 5.0" in client.get("/metrics").content.decode()
