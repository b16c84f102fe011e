"""Searching the record: filters, order, and pages that neither repeat nor skip."""

from datetime import timedelta

import pytest
from django.db import connection

from audit import queries
from audit.actors import Actor
from audit.models import AuditEvent
from audit.queries import (
    EventFilter,
    UnknownPlace,
    count_numbered,
    last_number,
    matching_events,
    numbered_events,
    page_of_events,
    read_place,
)
from audit.services import number_events, record, search_events
from audit.store.transactions import transactional

pytestmark = pytest.mark.django_db
ANN, BEN = "a" * 32, "b" * 32  # fixed, so that two test processes name their cases alike
LEAD = Actor.staff("lead1")


@pytest.fixture
def events(now):
    return _fill(now)


@transactional
def _fill(now):
    hour = timedelta(hours=1)
    return [
        record(
            "chat.session:begun",
            actor=Actor.person(ANN),
            target=("session", "s1"),
            person_id=ANN,
            now=now,
        ),
        record(
            "chat.session:closed",
            actor=Actor.person(BEN),
            target=("session", "s2"),
            person_id=BEN,
            now=now + hour,
        ),
        record(
            "chat.sessions:swept",
            actor=Actor.system("sweep"),
            target=("session", ""),
            now=now + 2 * hour,
        ),
        record(
            "safety.incident:opened",
            actor=LEAD,
            target=("incident", "s1"),
            person_id=ANN,
            now=now + 3 * hour,
        ),
    ]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [0, 1, 2, 3]),
        ({"actor": f"person:{ANN}"}, [0]),
        ({"actor": "person:"}, [0, 1]),
        ({"actor": "lead1"}, [3]),
        ({"action": "chat."}, [0, 1, 2]),
        ({"action": "chat.session:"}, [0, 1]),
        ({"action": "chat.session:closed"}, [1]),
        ({"action": "%"}, []),
        ({"action": ".*"}, []),
        ({"target": "session:s1"}, [0]),
        ({"target": "session:"}, [0, 1, 2]),
        ({"target": "s1"}, [0, 3]),
        ({"person_id": ANN}, [0, 3]),
        ({"person_id": ANN, "action": "chat."}, [0]),
    ],
)
def test_each_part_narrows_the_search(events, filters, expected) -> None:
    found = set(matching_events(EventFilter(**filters)).values_list("pk", flat=True))
    assert found == {events[place].pk for place in expected}


def test_times_include_the_beginning_and_exclude_the_end(events) -> None:
    found = matching_events(EventFilter(since=events[1].at, until=events[3].at))
    assert set(found) == set(events[1:3])


def test_pages_run_from_newest_to_oldest_without_repeating_or_skipping(now, monkeypatch) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 3)
    for _ in range(2):
        _fill(now)  # the same moments twice: the id decides
    seen, place = [], ""
    while True:
        page = page_of_events(EventFilter(), before=place)
        seen += page.events
        place = page.older
        if not place:
            break
    assert seen == list(AuditEvent.objects.order_by("-at", "-pk"))
    assert len(seen) == 8


def test_a_page_is_one_query_and_uses_an_index(events, django_assert_num_queries) -> None:
    place = f"2026-11-24T13:00:00.250Z_{events[1].pk}"
    with django_assert_num_queries(1):
        page_of_events(EventFilter(person_id=ANN), before=place)
    searches = [
        EventFilter(),
        EventFilter(person_id=ANN),
        EventFilter(actor="lead1"),
        EventFilter(target="s1"),
    ]
    for filters in searches:
        plan = matching_events(filters).order_by("-at", "-pk").explain()
        if connection.vendor == "mongodb":
            assert '"COLLSCAN"' not in plan
            continue
        assert "USING INDEX audit_" in plan
        assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"action": "chat."}, [2, 1, 0]),
        ({"action": "chat.session:"}, [1, 0]),
        ({"action": "c", "actor": "person:"}, [1, 0]),
        ({"action": "chat.", "person_id": ANN}, [0]),
        ({"action": "chat.", "target": "s1"}, [0]),
        ({"action": "nothing."}, []),
    ],
)
def test_a_page_of_actions_that_begin_alike_is_in_order(events, filters, expected) -> None:
    page = page_of_events(EventFilter(**filters))
    assert page.events == [events[place] for place in expected]


def test_pages_of_actions_that_begin_alike_neither_repeat_nor_skip(now, monkeypatch) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    for _ in range(2):
        _fill(now)
    seen, page = [], page_of_events(EventFilter(action="chat."))
    while page.older:
        seen += page.events
        page = page_of_events(EventFilter(action="chat."), before=page.older)
    assert [*seen, *page.events] == list(
        AuditEvent.objects.filter(action__startswith="chat.").order_by("-at", "-pk")
    )


@pytest.mark.engine("sqlite")
def test_a_search_by_action_sorts_nothing_in_the_database(
    events, django_assert_num_queries
) -> None:
    with django_assert_num_queries(
        8
    ) as captured:  # 4 steps to 3 actions, each one's newest, and the rows
        page_of_events(EventFilter(action="chat."))
    for query in captured:
        plan = explained(query["sql"])
        assert "USING" in plan
        assert "TEMP B-TREE" not in plan


def explained(statement: str) -> str:
    """What SQLite would do."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        return " ".join(str(row) for row in cursor.fetchall())


@pytest.mark.parametrize(
    "place", ["", "x", "2026-11-24T13:00:00Z", "2026-11-24T13:00:00Z_x", f"2026-11-24_{ANN}", "_"]
)
def test_a_place_that_no_page_gave_is_refused(place: str) -> None:
    with pytest.raises(UnknownPlace):
        read_place(place)


@pytest.mark.parametrize(
    ("filters", "recorded_for"),
    [
        ({}, None),
        ({"action": "chat."}, None),
        ({"actor": "staff:lead1"}, None),
        ({"actor": "system:"}, None),
        ({"person_id": ANN}, ANN),
        ({"target": f"person:{BEN}"}, BEN),
        ({"actor": f"person:{BEN}"}, BEN),
        ({"target": "person:"}, ""),
        ({"target": "session:s1"}, ""),
        ({"actor": ANN}, ""),
    ],
)
def test_a_search_that_names_somebody_is_on_record(events, now, filters, recorded_for) -> None:
    search_events(filters=EventFilter(**filters), before="", actor=LEAD, now=now)
    found = AuditEvent.objects.filter(action="audit.record:searched")
    assert list(found.values_list("person_id", flat=True)) == (
        [] if recorded_for is None else [recorded_for]
    )


def test_the_search_tells_what_was_looked_for(events, now) -> None:
    filters = EventFilter(person_id=ANN, since=now)
    page = search_events(filters=filters, before="", actor=LEAD, now=now)
    event = AuditEvent.objects.get(action="audit.record:searched")
    assert event.details == {"person_id": ANN, "since": "2026-11-24T12:00:00.250Z", "shown": 2}
    assert event.leaf.actor == "staff:lead1"
    assert page.events == [events[3], events[0]]


def test_numbered_events_come_in_the_order_of_the_tree_a_batch_at_a_time(
    events, monkeypatch
) -> None:
    assert last_number() == -1
    assert list(numbered_events(EventFilter(), last=-1)) == []
    monkeypatch.setattr(queries, "EXPORT_BATCH", 2)
    number_events()
    numbers = [event.sequence for event in numbered_events(EventFilter(), last=3)]
    assert numbers == [0, 1, 2, 3]
    assert len(list(numbered_events(EventFilter(), last=1))) == 2
    assert len(list(numbered_events(EventFilter(person_id=ANN), last=3))) == 2
    assert count_numbered(EventFilter(person_id=ANN), last=2) == 1
