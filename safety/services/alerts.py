"""Alerts are rows, written in the transaction of the incident they tell of; sending them is another matter."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from audit.actors import Actor
from audit.services import record
from audit.store.ids import new_id
from audit.store.transactions import require_transaction, transactional
from safety.levels import Level
from safety.models import Channel, Delivery, Incident, IncidentKind
from safety.payloads import Alert, Payload, as_body, crisis_payload, mail_payload, webhook_payload
from safety.retries import RetryProfile
from safety.sending import configured_channels

SECOND_CHANNEL_AFTER: Final = timedelta(seconds=15)
"""How long the first channels have. Source: our design target, docs/architecture.md."""
SECOND_CHANNELS: Final = frozenset({Channel.SECOND_URL, Channel.SECOND_EMAIL})
CONSOLE_PATH: Final = "/admin/console/"


def enqueue_alerts(*, incident: Incident, words: str, now: datetime) -> list[Delivery]:
    """Write the alerts of an incident that was opened or raised.

    Args:
        incident: saved in the transaction under way.
        words: what the person said; at most 500 characters leave, none with SAFETY_ALERT_CONTENT=none.
        now: when.

    Raises:
        NotInTransaction: an alert must stand or fall with its incident.
    """
    require_transaction("enqueue_alerts")
    alert = _alert_of(incident, words, now)
    is_page = incident.requires_immediate_attention or incident.kind == IncidentKind.HUMAN_REQUESTED
    channels = [
        channel for channel in configured_channels() if is_page or channel is Channel.WEBHOOK
    ]
    unjudged = incident.severity == Level.UNKNOWN  # the gravest thing may be behind it
    profile = RetryProfile.CRISIS if is_page or unjudged else RetryProfile.STANDARD
    group_id = new_id()
    return [_enqueue(channel, alert, profile, group_id, incident=incident) for channel in channels]


def _alert_of(incident: Incident, words: str, now: datetime) -> Alert:
    return Alert(
        at=now,
        severity=incident.severity,
        person_id=incident.person_id,
        session_id=incident.session_id,
        triggers=incident.triggers,
        words="" if settings.SAFETY_ALERT_CONTENT == "none" else words,
        is_immediate=incident.requires_immediate_attention,
        incident_id=incident.pk,
    )


def _enqueue(
    channel: Channel,
    alert: Alert,
    profile: RetryProfile,
    group_id: str,
    *,
    incident: Incident | None,
) -> Delivery:
    waits = incident is not None and channel in SECOND_CHANNELS
    return Delivery.objects.create(
        incident=incident,
        group_id=group_id,
        channel=channel,
        profile=profile,
        body=as_body(_payload_of(channel, alert)),
        created_at=alert.at,
        due_at=alert.at + SECOND_CHANNEL_AFTER if waits else alert.at,
    )


def _payload_of(channel: Channel, alert: Alert) -> Payload:
    if channel is Channel.WEBHOOK:
        return webhook_payload(alert)
    if channel is Channel.SECOND_EMAIL:
        return mail_payload(alert, console_url=console_url(alert.incident_id))
    return crisis_payload(alert, escalated_at=alert.at)


def console_url(incident_id: str) -> str:
    """Where staff open the case: absolute where PUBLIC_URL tells the service's own address."""
    page = f"{CONSOLE_PATH}incidents/{incident_id}/" if incident_id else CONSOLE_PATH
    return settings.PUBLIC_URL.rstrip("/") + page


@transactional
def send_test_alert(*, actor: Actor, now: datetime) -> list[Delivery]:
    """Send an alert that says `test` to every receiver there is, each on its own and at once."""
    alert = Alert(
        at=now,
        severity="test",
        person_id="",
        session_id="",
        triggers=(),
        words="",
        is_immediate=False,
        incident_id="",
    )
    deliveries = [
        _enqueue(channel, alert, RetryProfile.STANDARD, new_id(), incident=None)
        for channel in configured_channels()
    ]
    record(
        "safety.test_alert:sent",
        actor=actor,
        target=("delivery", deliveries[0].pk if deliveries else ""),
        now=now,
        details={"deliveries": [delivery.pk for delivery in deliveries]},
    )
    return deliveries
