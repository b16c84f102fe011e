"""What Celery runs for the record, in the default queue (config/sweeps.py)."""

from celery import shared_task

from audit.services import number_events


@shared_task(ignore_result=True)
def number_audit_events() -> int:
    """Number events that have no number yet; may run twice at once."""
    return number_events()
