"""Celery's names for safety's sweeps."""

from celery import shared_task
from django.utils import timezone

from safety.services import deliveries


@shared_task
def deliver_due_alerts() -> int:
    """Send the alerts whose time has come."""
    return deliveries.deliver_due(now=timezone.now())
