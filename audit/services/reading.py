"""Reading the record, and taking it away: both are on the record themselves."""

from datetime import datetime

from audit.actors import Actor
from audit.exports import EXPORT_FORMATS, Export
from audit.queries import EventFilter, EventPage, count_numbered, last_number, page_of_events
from audit.services.recording import number_events, record
from audit.store.ids import new_id
from audit.store.transactions import transactional


@transactional
def search_events(*, filters: EventFilter, before: str, actor: Actor, now: datetime) -> EventPage:
    """One page of the record; a search that names somebody is itself put on record.

    Args:
        filters: what to look for.
        before: the `older` of the page before; empty for the newest.
        actor: who looks.
        now: when.

    Raises:
        UnknownPlace: `before` is not what a page gave.
    """
    page = page_of_events(filters, before=before)
    if filters.names_somebody:
        record(
            "audit.record:searched",
            actor=actor,
            target=("record", ""),
            person_id=filters.named_person,
            now=now,
            details={**filters.as_details(), "shown": len(page.events)},
        )
    return page


def export_events(*, filters: EventFilter, file_format: str, actor: Actor, now: datetime) -> Export:
    """An export of what the filter lets through, as of now: numbered first, on record before the first line.

    Args:
        filters: what to export; everything when empty.
        file_format: a key of EXPORT_FORMATS.
        actor: who takes it.
        now: when.

    Raises:
        KeyError: no such format.
    """
    writer = EXPORT_FORMATS[file_format]
    while number_events():
        pass
    export = Export(id=new_id(), filters=filters, last=last_number(), writer=writer)
    _record_export(export, file_format, actor, now)
    return export


@transactional
def _record_export(export: Export, file_format: str, actor: Actor, now: datetime) -> None:
    record(
        "audit.export:made",
        actor=actor,
        target=("export", export.id),
        person_id=export.filters.named_person,
        now=now,
        details={
            **export.filters.as_details(),
            "format": file_format,
            "events": count_numbered(export.filters, last=export.last),
            "last_sequence": export.last,
        },
    )
