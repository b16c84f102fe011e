"""Waiting, after the load, until the installation has nothing left to do."""

import time
from datetime import timedelta

from django.utils import timezone

from audit.models import AuditEvent
from chat.models import Message, TurnState
from safety.models import Delivery, DeliveryState
from safety.retries import RetryProfile

SETTLED = (DeliveryState.DELIVERED, DeliveryState.NOT_NEEDED)
SETTLE_SECONDS = 90.0
FAR = timedelta(seconds=60)
"""Farther away than every pause of a crisis and every lease: only a patient schedule waits that long."""
POLL_SECONDS = 0.5


def settle() -> list[str]:
    """Wait until nothing is left to do; what is left in the end, in words."""
    until = time.monotonic() + SETTLE_SECONDS
    while waiting := _waiting():
        if time.monotonic() > until:
            return [*waiting, *_undelivered()]
        bring_forward()
        time.sleep(POLL_SECONDS)
    return []


def _waiting() -> list[str]:
    counts = {
        "alerts not delivered": Delivery.objects.exclude(state__in=SETTLED).count(),
        "turns not finished": Message.objects.exclude(turn_state=TurnState.ANSWERED).count(),
        "audit events without a number": AuditEvent.objects.filter(sequence=None).count(),
    }
    return [f"{count} {name}" for name, count in counts.items() if count]


def _undelivered() -> list[str]:
    return [
        f"{row.profile} {row.pk} {row.state}, {row.attempts} tries, the last {row.last_outcome}"
        for row in Delivery.objects.exclude(state__in=SETTLED).order_by("pk")[:5]
    ]


def bring_forward() -> int:
    """Let the clock strike for alerts that wait for minutes because they were refused twice.

    Those of no crisis are tried again after five minutes, and later. A row that was never tried, or is a crisis, or
    was left behind by a worker that died, is not helped: it must come by itself.

    Returns:
        How many.
    """
    now = timezone.now()
    return Delivery.objects.filter(
        profile=RetryProfile.STANDARD,
        state=DeliveryState.WAITING,
        attempts__gte=2,
        due_at__gt=now + FAR,
    ).update(due_at=now)
