"""Every write to the record."""

from audit.services.reading import export_events, search_events
from audit.services.recording import number_events, record

__all__ = ["export_events", "number_events", "record", "search_events"]
