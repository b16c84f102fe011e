"""Every write to the record."""

from collections.abc import Mapping
from datetime import datetime

from audit.actors import Actor
from audit.leaves import Detail, check_details, to_milliseconds
from audit.models import AuditEvent
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
        PersonalText: a detail could be somebody's words.
    """
    require_transaction("audit.record")
    check_details(details or {})
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
    event.leaf_hash = event.leaf.hash()
    event.save()
    return event


@transactional
def number_events() -> int:
    """The sequencer: give the next numbers to events that have none, oldest first.

    Returns:
        How many were numbered; a second sequencer running at once numbers nothing twice.
    """
    last = AuditEvent.objects.exclude(sequence=None).order_by("-sequence").values_list("sequence", flat=True).first()
    following = 0 if last is None else last + 1
    waiting = AuditEvent.objects.filter(sequence=None).order_by("pk").values_list("pk", flat=True)
    numbered = 0
    for pk in waiting[:SEQUENCE_BATCH]:
        numbered += AuditEvent.objects.filter(pk=pk).update(sequence=following + numbered)
    return numbered
