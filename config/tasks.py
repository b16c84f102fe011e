"""Chores of Django's own that no app of ours owns."""

from importlib import import_module

from celery import shared_task
from django.conf import settings


@shared_task
def delete_expired_staff_sessions() -> int:
    """Delete sign-in sessions whose time is over; what `manage.py clearsessions` does."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return 0
