"""Celery's names for moderation's sweeps."""

from celery import shared_task
from django.utils import timezone

from moderation.services import erasing


@shared_task
def erase_staff_words() -> int:
    """Erase what staff wrote about persons who were erased."""
    return erasing.erase_staff_words(now=timezone.now())
