"""The moderators' queue with 100 000 unresolved incidents: how many queries, how long at the server."""

import os
import time
from datetime import datetime, timedelta

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.store.ids import new_id
from bench.table import Figure, percentile, show
from safety.levels import Level
from safety.models import Incident, IncidentKind
from tests.factories import make_staff

FEW, MANY = 10, 100_000
BATCH = 5_000
LOADS = 15
SEVERITIES = (Level.CRISIS, Level.WARNING, Level.UNKNOWN, Level.WARNING)


def add_incidents(first: int, last: int, now: datetime) -> None:
    """Insert incidents numbered from first to last, of mixed severity and age."""
    for start in range(first, last, BATCH):
        rows = [_incident(number, now) for number in range(start, min(start + BATCH, last))]
        Incident.objects.bulk_create(rows)


def _incident(number: int, now: datetime) -> Incident:
    level = SEVERITIES[number % len(SEVERITIES)]
    at = now - timedelta(seconds=number)
    return Incident(
        kind=IncidentKind.DETECTED,
        open_key=new_id(),
        person_id=new_id(),
        session_id=new_id(),
        country="US",
        created_at=at,
        raised_at=at,
        severity=level,
        rank=level.rank,
        requires_immediate_attention=level is Level.CRISIS,
        triggers=["suicide_intent"],
        due_at=at + timedelta(minutes=1),
    )


def queries_and_times(client: Client) -> tuple[int, list[float]]:
    """How many queries one load of the page makes, and milliseconds of several."""
    client.get("/admin/console/")
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/admin/console/").status_code == 200
    queries = len(captured)  # counted now: the next request empties the log
    times = []
    for _ in range(LOADS):
        began = time.perf_counter()
        client.get("/admin/console/")
        times.append((time.perf_counter() - began) * 1000)
    return queries, times


def main() -> int:
    """Measure with few incidents, then with many."""
    call_command("migrate", verbosity=0)
    client = Client(SERVER_NAME="localhost")
    client.force_login(make_staff("moderator"))
    now = timezone.now()
    add_incidents(0, FEW, now)
    few_queries, _ = queries_and_times(client)
    add_incidents(FEW, MANY, now)
    many_queries, times = queries_and_times(client)
    print(f"queries: {few_queries} with {FEW} incidents, {many_queries} with {MANY}")
    return show(
        [
            Figure(
                "queue page, queries more with 100 000 than with 10",
                many_queries - few_queries,
                "",
                0,
            ),
            Figure("queue page with 100 000 incidents, p95", percentile(times, 95), "ms", 150),
        ]
    )


if __name__ == "__main__":
    raise SystemExit(main())
