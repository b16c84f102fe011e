"""Every write to the record."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError

from audit.actors import Actor
from audit.exports import EXPORT_FORMATS, Export
from audit.leaves import Detail, check_action, check_codes, check_details, to_milliseconds
from audit.models import AuditEvent
from audit.queries import (
    EventFilter,
    EventPage,
    count_numbered,
    last_number,
    page_of_events,
)
from audit.store.ids import ID_LENGTH, new_id
from audit.store.transactions import require_transaction, transactional

SEQUENCE_BATCH = 500


def record(
    action: str,
    *,
    actor: Actor,
    target: tuple[str, str],
    now: datetime,
    person_id: str = "",
    details: Mapping[str, Detail] | None = None,
) -> AuditEvent:
    """Add one event, in the transaction of what it tells of.

    Args:
        action: `app.thing:verb_past`.
        actor: who did it.
        target: type and id of what was acted on.
        now: when, aware.
        person_id: whose words or data it concerns.
        details: codes, ids and counts; never prose.

    Raises:
        NotInTransaction: no transaction is open.
        PersonalText: a detail, name or id could be somebody's words.
        ValueError: the action is not well formed, or `now` has no time zone.
    """
    require_transaction("audit.record")
    event = AuditEvent(
        at=to_milliseconds(now),
        action=action,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        target_type=target[0],
        target_id=target[1],
        person_id=person_id,
        request_id=actor.request_id,
        details=dict(details or {}),
    )
    _check(event)
    event.leaf_hash = event.leaf.hash()
    event.save()
    return event


def _check(event: AuditEvent) -> None:
    check_action(event.action)
    check_codes(
        {
            "actor": (event.actor_id, 64),
            "target type": (event.target_type, 32),
            "target": (event.target_id, 64),
            "person_id": (event.person_id, ID_LENGTH),
            "request_id": (event.request_id, 64),
        }
    )
    check_details(event.details)


def number_events() -> int:
    """The sequencer: give the next numbers to events that have none, oldest first.

    Every event without a number is taken, so one that commits late, with a smaller id than its neighbours, is
    numbered late and never passed over: the order of numbers is the order of the tree, not of ids.

    Returns:
        How many were numbered; 0 where a second sequencer was at it.
    """
    if not AuditEvent.objects.filter(sequence=None).exists():
        return 0
    try:
        return _number_waiting()
    except IntegrityError:  # the other sequencer's numbers stand; ours were rolled back
        return 0


@transactional
def _number_waiting() -> int:
    following = last_number() + 1
    waiting = AuditEvent.objects.filter(sequence=None).order_by("pk").values_list("pk", flat=True)
    numbered = 0
    for pk in list(waiting[:SEQUENCE_BATCH]):
        numbered += AuditEvent.objects.filter(pk=pk).update(sequence=following + numbered)
    return numbered


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
