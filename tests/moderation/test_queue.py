"""The queue: order, a fixed number of queries, an index under it, and a stamp that tells of every change."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.store.ids import new_id
from chat.models import ChatSession
from moderation.queries import (
    COUNT_TO,
    SHOWN,
    crisis_held_by,
    earlier_incidents,
    is_handled_by_human,
    queue,
    queue_stamp,
    session_stamp,
)
from safety.levels import Level
from safety.models import Incident, IncidentKind
from tests.factories import make_incident, make_message, make_session, minutes_ago

pytestmark = pytest.mark.django_db


def add_rows(count, now, level=Level.WARNING):
    Incident.objects.bulk_create(
        Incident(
            kind=IncidentKind.DETECTED,
            open_key=new_id(),
            person_id=new_id(),
            session_id=new_id(),
            created_at=now,
            raised_at=now,
            severity=level,
            rank=level.rank,
            triggers=["abuse"],
            due_at=now + timedelta(seconds=number),
        )
        for number in range(count)
    )


def test_severity_comes_first_then_the_time_limit():
    made = {
        name: make_incident(level=level, now=minutes_ago(age)).pk
        for name, level, age in [
            ("old warning", Level.WARNING, 90),
            ("crisis", Level.CRISIS, 1),
            ("unknown", Level.UNKNOWN, 5),
            ("older crisis", Level.CRISIS, 3),
            ("warning", Level.WARNING, 2),
        ]
    }
    order = [row.pk for row in queue().waiting]
    assert order == [
        made[name] for name in ("older crisis", "crisis", "unknown", "old warning", "warning")
    ]


def test_the_queue_shows_the_top_and_counts_the_rest(now):
    add_rows(COUNT_TO + 5, now)
    found = queue()
    assert len(found.waiting) == SHOWN
    assert (found.waiting_count, found.claimed_count) == (COUNT_TO, 0)


@pytest.mark.parametrize("count", [10, 1000])
def test_the_queue_takes_four_queries_however_long_it_is(count, now):
    add_rows(count, now)
    with CaptureQueriesContext(connection) as queries:
        queue()
    assert len(queries) == 4


@pytest.mark.parametrize("count", [10, 1000])
def test_the_page_takes_the_same_queries_however_long_it_is(count, now, moderator, signed_in):
    add_rows(count, now)
    client = signed_in(moderator)
    client.get("/admin/console/")
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/admin/console/").status_code == 200
    assert len(queries) <= 10


def test_the_index_serves_the_queue_without_sorting(now):
    found = Incident.objects.filter(status="open").order_by("-rank", "due_at", "pk")[:SHOWN]
    plan = found.explain()
    assert "incident_queue" in plan
    assert "TEMP B-TREE" not in plan


def test_the_stamp_is_four_queries_and_changes_with_every_change(moderator, now):
    with CaptureQueriesContext(connection) as queries:
        stamps = [queue_stamp()]
    assert len(queries) == 4
    incident = make_incident()
    stamps.append(queue_stamp())
    Incident.objects.filter(pk=incident.pk).update(status="claimed", version=1)
    stamps.append(queue_stamp())
    Incident.objects.filter(pk=incident.pk).update(version=2)
    stamps.append(queue_stamp())
    Incident.objects.filter(pk=incident.pk).update(status="resolved")
    assert len(set(stamps)) == len(stamps)
    assert queue_stamp() == stamps[0]


def test_the_stamp_of_a_session_changes_with_every_message():
    session = make_session()
    before = session_stamp(session.pk)
    make_message(session)
    assert session_stamp(session.pk) != before
    assert session_stamp(new_id()) == ""


def test_earlier_incidents_are_of_the_same_person_newest_first(now):
    first = make_incident(now=now - timedelta(days=2))
    person_id = first.person_id
    Incident.objects.filter(pk=first.pk).update(status="resolved", open_key=first.pk)
    session = ChatSession.objects.get(pk=first.session_id)
    second = make_incident(session, now=now - timedelta(days=1))
    make_incident(now=now)
    assert second.person_id == person_id
    assert [other.pk for other in earlier_incidents(second)] == [first.pk]


def test_who_holds_a_crisis(moderator):
    assert crisis_held_by(moderator.pk) is None
    incident = make_incident()
    Incident.objects.filter(pk=incident.pk).update(status="claimed", claimed_by=moderator.pk)
    held = crisis_held_by(moderator.pk)
    assert held is not None
    assert held.pk == incident.pk


def test_an_unknown_session_is_handled_by_nobody():
    assert not is_handled_by_human(new_id())


def test_an_incident_that_does_not_fit_on_the_page_changes_the_stamp_too(monkeypatch):
    monkeypatch.setattr("moderation.queries.SHOWN", 1)
    make_incident()
    before = queue_stamp()
    make_incident(level=Level.WARNING)
    assert queue_stamp() != before
