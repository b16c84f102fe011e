"""Incidents as the outbox sees them."""

from datetime import datetime
from typing import Any

from audit.store.ids import new_id
from audit.store.transactions import transactional
from safety.models import Delivery, DeliveryAttempt, Incident, IncidentKind
from safety.services.alerts import enqueue_alerts

WORDS = "I cannot go on, this is goodbye."


def make_incident_row(*, now: datetime, immediate: bool = True, **fields: Any) -> Incident:
    """An incident, without what led to it."""
    session_id = new_id()
    defaults: dict[str, Any] = {
        "kind": IncidentKind.DETECTED,
        "open_key": session_id,
        "person_id": new_id(),
        "session_id": session_id,
        "created_at": now,
        "raised_at": now,
        "due_at": now,
        "severity": "crisis" if immediate else "warning",
        "rank": 5 if immediate else 3,
        "requires_immediate_attention": immediate,
        "triggers": ["goodbye"],
        "response": {"human_notified": False, "notification_timestamp": None, "escalated": False},
    }
    return Incident.objects.create(**(defaults | fields))


@transactional
def alerts_of(incident: Incident, *, now: datetime, words: str = WORDS) -> list[Delivery]:
    """The incident's alerts, as its own transaction would write them."""
    return enqueue_alerts(incident=incident, words=words, now=now)


def webhook_of(now: datetime, *, immediate: bool = True) -> Delivery:
    """The alert to the webhook of a new incident."""
    return alerts_of(make_incident_row(now=now, immediate=immediate), now=now)[0]


def fresh(delivery: Delivery) -> Delivery:
    """The alert as it stands in the database now."""
    return Delivery.objects.get(pk=delivery.pk)


def outcomes_of(delivery: Delivery) -> list[tuple[int, str, int | None]]:
    """Number, outcome and status of every try."""
    tries = DeliveryAttempt.objects.filter(delivery=delivery).order_by("number")
    return list(tries.values_list("number", "outcome", "status_code"))
