"""Chores that belong to the whole and not to one app: canaries, and Django's own rows."""

from celery import current_task, shared_task
from django.utils import timezone

from config.lanes import Lane
from moderation.staff_sessions import delete_expired_sessions
from safety.services.canaries import handle_canary

EMBEDDED = "embedded"


@shared_task
def delete_expired_staff_sessions() -> int:
    """Delete sign-in sessions whose time is over; what `manage.py clearsessions` does."""
    return delete_expired_sessions(now=timezone.now())


@shared_task
def handle_urgent_canary() -> int:
    """The urgent lane's sign of life."""
    return _handle(Lane.URGENT)


@shared_task
def handle_default_canary() -> int:
    """The default lane's sign of life."""
    return _handle(Lane.DEFAULT)


def _handle(lane: Lane) -> int:
    worker = current_task.request.hostname or EMBEDDED
    return handle_canary(lane=lane.value, worker=worker, now=timezone.now())
