"""Celery's names for chat's sweeps."""

from celery import shared_task
from django.utils import timezone

from chat.services import expiring, recovery


@shared_task
def finish_stuck_turns() -> int:
    """Finish turns whose process died."""
    return recovery.finish_stuck_turns(now=timezone.now())


@shared_task
def delete_expired_tokens() -> int:
    """Forget refresh tokens that no longer work."""
    return expiring.delete_expired_tokens(now=timezone.now())


@shared_task
def delete_old_events() -> int:
    """Forget what streams have told long ago."""
    return expiring.delete_old_events(now=timezone.now())
