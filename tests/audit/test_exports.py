"""The record as a file: what it says, that it is on record, and that spreadsheets take nothing for a formula."""

import csv
import io
import json

import pytest

from audit import exports
from audit.actors import Actor
from audit.exports import COLUMNS, csv_lines
from audit.models import AuditEvent
from audit.queries import EventFilter
from audit.services import export_events, record
from audit.store.transactions import transactional
from audit.verification import verify_part, verify_whole

OFFICER = Actor.staff("officer")


@transactional
def _record(now, person_id="p1", **details):
    return record(
        "chat.session:begun",
        actor=Actor.system("tests"),
        target=("session", "1"),
        person_id=person_id,
        now=now,
        details=details,
    )


def _export(now, file_format="jsonl", **filters):
    return export_events(
        filters=EventFilter(**filters), file_format=file_format, actor=OFFICER, now=now
    )


@pytest.mark.django_db
def test_an_export_holds_every_event_and_proves_itself(now) -> None:
    for score in range(5):
        _record(now, score=score)
    lines = list(_export(now).lines())
    assert [tuple(json.loads(line)) for line in lines] == [COLUMNS] * 5
    assert verify_whole(lines).size == 5


@pytest.mark.django_db
def test_an_export_is_on_record_before_its_first_line(now) -> None:
    _record(now, person_id="p1")
    _record(now, person_id="p2")
    export = _export(now, person_id="p1")
    event = AuditEvent.objects.get(action="audit.export:made")
    assert event.leaf.actor == "staff:officer"
    assert event.target_id == export.id
    assert event.details == {"person_id": "p1", "format": "jsonl", "events": 1, "last_sequence": 1}
    assert verify_part(export.lines()).size == 1


@pytest.mark.django_db
def test_events_after_the_export_are_not_part_of_it(now) -> None:
    _record(now)
    export = _export(now)
    _record(now)
    export_again = _export(now)
    assert len(list(export.lines())) == 1
    assert len(list(export_again.lines())) == 3


@pytest.mark.django_db
def test_an_unknown_format_is_refused_and_not_recorded(now) -> None:
    with pytest.raises(KeyError):
        _export(now, file_format="xlsx")
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
def test_a_csv_export_says_the_same(now) -> None:
    _record(now, score=2)
    rows = list(
        csv.DictReader(io.StringIO("".join(_export(now, file_format="csv").lines()), newline=""))
    )
    event = AuditEvent.objects.get(action="chat.session:begun")
    assert rows[0]["leaf_hash"] == event.leaf_hash
    assert rows[0]["details"] == '{"score": 2}'
    assert rows[0]["sequence"] == "0"


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx"])
def test_no_cell_is_taken_for_a_formula(start: str) -> None:
    entry: dict[str, object] = {**dict.fromkeys(COLUMNS, start), "details": {}}
    _, line = csv_lines([entry])
    cells = next(csv.reader(io.StringIO(line, newline="")))
    assert cells[1] == f"'{start}"


@pytest.mark.django_db
def test_memory_does_not_grow_with_the_record(now, monkeypatch) -> None:
    for _ in range(6):
        _record(now)
    alive: list[int] = []
    seen = exports.entry_of

    def watch(event):
        alive.append(event.sequence)
        return seen(event)

    monkeypatch.setattr(exports, "entry_of", watch)
    lines = _export(now).lines()
    next(lines)
    assert alive == [0]
