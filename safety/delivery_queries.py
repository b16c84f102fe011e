"""What is asked about alerts on their way."""

from datetime import datetime

from safety.models import Channel, Delivery, DeliveryState
from safety.retries import RetryProfile


def due_delivery_ids(*, now: datetime, limit: int) -> list[str]:
    """Alerts whose time has come: crises first, and among equals those that were tried least.

    So neither a receiver that is down nor a heap of old rows stands in the way of a new crisis.
    """
    due = Delivery.objects.filter(state=DeliveryState.WAITING, due_at__lte=now)
    found: list[str] = []
    for profile in (RetryProfile.CRISIS, RetryProfile.STANDARD):
        ids = (
            due.filter(profile=profile)
            .order_by("attempts", "due_at", "pk")
            .values_list("pk", flat=True)
        )
        found.extend(ids[: limit - len(found)])
    return found


def group_is_accepted(delivery: Delivery) -> bool:
    """Whether somebody who answers for a crisis already has the alert of this group.

    That is the moderators' endpoint where there is one: an accepted webhook may be no more than a log.
    """
    group = Delivery.objects.filter(group_id=delivery.group_id).exclude(pk=delivery.pk)
    moderators = group.filter(channel=Channel.MODERATOR)
    answering = moderators if moderators.exists() else group
    return answering.filter(state=DeliveryState.DELIVERED).exists()
