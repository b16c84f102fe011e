"""Adding to the record, and numbering what was added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError

from audit.actors import Actor
from audit.leaves import Detail, check_action, check_codes, check_details, to_milliseconds
from audit.models import AuditEvent
from audit.queries import last_number
from audit.store.ids import ID_LENGTH
from audit.store.transactions import require_transaction, transactional

SEQUENCE_BATCH = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One event about to be added, as `record` takes it."""

    action: str
    actor: Actor
    target: tuple[str, str]
    now: datetime
    person_id: str = ""
    details: Mapping[str, Detail] | None = None


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
    event = _event(Entry(action, actor, target, now, person_id, details))
    event.save()
    return event


def record_all(entries: Sequence[Entry]) -> list[AuditEvent]:
    """Add several events in one statement, in the transaction of what they tell of; otherwise as `record`."""
    require_transaction("audit.record_all")
    return AuditEvent.objects.bulk_create([_event(entry) for entry in entries])


def _event(entry: Entry) -> AuditEvent:
    event = AuditEvent(
        at=to_milliseconds(entry.now),
        action=entry.action,
        actor_kind=entry.actor.kind.value,
        actor_id=entry.actor.id,
        target_type=entry.target[0],
        target_id=entry.target[1],
        person_id=entry.person_id,
        request_id=entry.actor.request_id,
        details=dict(entry.details or {}),
    )
    _check(event)
    event.leaf_hash = event.leaf.hash()
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
