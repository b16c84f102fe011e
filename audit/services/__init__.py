"""Every write to the record."""

from audit.services.reading import export_events, search_events
from audit.services.recording import Entry, number_events, record, record_all

__all__ = ["Entry", "export_events", "number_events", "record", "record_all", "search_events"]
