"""Incidents as the outbox sees them."""

from datetime import datetime
from typing import Any

from audit.store.ids import new_id
from audit.store.transactions import transactional
from safety.models import Delivery, Incident, IncidentKind
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
