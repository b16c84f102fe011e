"""What alerts say, in the shapes that receivers depend on. Pure.

Source: the field names and the 500 characters are those of the brief's alert client; product.md adds `incident_id`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit.leaves import rfc3339

CONTENT_CHARACTERS: Final = 500
CONTENT_FIELD: Final = "message_content"
PRIORITY: Final = "IMMEDIATE"
ACTION_REQUIRED: Final = "Human intervention needed"

Payload = dict[str, object]


@dataclass(frozen=True, slots=True)
class Alert:
    """What happened, as far as a receiver needs it.

    Args:
        at: when.
        severity: name of the level; `test` for a test.
        person_id: whose session; empty for a test.
        session_id: where; empty for a test.
        triggers: why.
        words: the person's words, or empty where they must not leave.
        is_immediate: whether somebody must act at once.
        incident_id: the row staff work on; empty for a test.
    """

    at: datetime
    severity: str
    person_id: str
    session_id: str
    triggers: Sequence[str]
    words: str
    is_immediate: bool
    incident_id: str


def webhook_payload(alert: Alert) -> Payload:
    """The body for SAFETY_ALERT_WEBHOOK."""
    return {
        "timestamp": rfc3339(alert.at),
        "severity": alert.severity,
        "user_id": alert.person_id,
        "session_id": alert.session_id,
        "triggers": list(alert.triggers),
        CONTENT_FIELD: alert.words[:CONTENT_CHARACTERS],
        "requires_immediate_attention": alert.is_immediate,
        "incident_id": alert.incident_id,
    }


def crisis_payload(alert: Alert, *, escalated_at: datetime) -> Payload:
    """The body for `/crisis-alert` of HUMAN_MODERATOR_ENDPOINT, and for the second URL."""
    return {
        **webhook_payload(alert),
        "priority": PRIORITY,
        "action_required": ACTION_REQUIRED,
        "escalation_time": rfc3339(escalated_at),
    }


def mail_payload(alert: Alert, *, console_url: str) -> Payload:
    """The e-mail, which names the case and holds no words of the person: mail is read in many places."""
    lines = (
        f"Severity: {alert.severity}",
        f"Triggers: {', '.join(alert.triggers) or 'none'}",
        f"Incident: {alert.incident_id or 'none (test)'}",
        f"Session: {alert.session_id or 'none (test)'}",
        f"At: {rfc3339(alert.at)}",
        "",
        f"{ACTION_REQUIRED}: {console_url}",
    )
    return {"subject": f"Vigil: {alert.severity} alert", "text": "\n".join(lines)}


def as_body(payload: Payload) -> str:
    """The text that is stored, signed and sent; ASCII only, so that every receiver counts the same bytes."""
    return json.dumps(payload, separators=(",", ":"))


def without_words(body: str) -> str:
    """The same body with the person's words taken out; a body that never had any stays as it is."""
    payload: Payload = json.loads(body)
    if not payload.get(CONTENT_FIELD):
        return body
    return as_body({**payload, CONTENT_FIELD: ""})
