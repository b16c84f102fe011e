"""Reads of the record."""

from datetime import datetime

from audit.models import AuditEvent


def oldest_unnumbered_seconds(*, now: datetime) -> float:
    """For how long the oldest event has waited for its number; 0 when none waits."""
    oldest = (
        AuditEvent.objects.filter(sequence=None).order_by("at").values_list("at", flat=True).first()
    )
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
