"""The record as a file: JSON lines, which `verify_audit` can check, or CSV, for a spreadsheet. Constant memory."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Final

from audit.models import AuditEvent
from audit.queries import EventFilter, numbered_events

COLUMNS: Final = (
    "sequence",
    "id",
    "at",
    "action",
    "actor",
    "target",
    "person_id",
    "request_id",
    "details",
    "leaf_hash",
)
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""Source: OWASP, CSV Injection: what makes a spreadsheet take a cell for a formula."""

Entry = dict[str, object]


@dataclass(frozen=True, slots=True)
class Export:
    """An export that is on record and may now be written.

    Args:
        id: names it in the record.
        filters: what it holds.
        last: the highest number it may hold; later events are not part of it.
        writer: makes lines of entries.
    """

    id: str
    filters: EventFilter
    last: int
    writer: Callable[[Iterable[Entry]], Iterator[str]]

    def lines(self) -> Iterator[str]:
        """The file, line by line."""
        entries = (entry_of(event) for event in numbered_events(self.filters, last=self.last))
        return self.writer(entries)


def entry_of(event: AuditEvent) -> Entry:
    """An event as the export tells it: its number, its leaf and the leaf's hash."""
    return {"sequence": event.sequence, **event.leaf.body(), "leaf_hash": event.leaf_hash}


def json_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """One JSON object a line."""
    for entry in entries:
        yield json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n"


def csv_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """A heading and one line an entry; no cell can be taken for a formula."""
    yield _csv_line(COLUMNS)
    for entry in entries:
        yield _csv_line([_cell(entry[column]) for column in COLUMNS])


def _csv_line(cells: Iterable[str]) -> str:
    line = StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _cell(value: object) -> str:
    text = json.dumps(value, sort_keys=True) if isinstance(value, dict) else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


EXPORT_FORMATS: Final = {"jsonl": json_lines, "csv": csv_lines}
