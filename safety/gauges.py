"""Figures read from the rows at the moment Prometheus asks, so that no process keeps them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from audit.store.reports import reports_alias
from safety.levels import Level
from safety.models import Delivery, DeliveryState, Incident, IncidentStatus


@dataclass(frozen=True, slots=True)
class AlertBacklog:
    """Alerts whose time has come and that nobody has sent.

    Args:
        due: how many.
        oldest_due_seconds: for how long the oldest of them has been due; 0 when none is.
    """

    due: int
    oldest_due_seconds: float


def alert_backlog(*, now: datetime) -> AlertBacklog:
    """The alerts that are due."""
    overdue = Delivery.objects.filter(state=DeliveryState.WAITING, due_at__lte=now)
    found = overdue.aggregate(due=Count("pk"), oldest=Min("due_at"))
    oldest: datetime = found["oldest"] or now
    return AlertBacklog(due=found["due"], oldest_due_seconds=(now - oldest).total_seconds())


def open_incidents_by_severity() -> dict[Level, int]:
    """How many incidents are not resolved, for every severity an incident can have."""
    rows = Incident.objects.using(reports_alias())
    unresolved = rows.filter(status__in=[IncidentStatus.OPEN, IncidentStatus.CLAIMED])
    counted = dict(unresolved.values_list("severity").annotate(Count("pk")).order_by("severity"))
    return {level: counted.get(level.value, 0) for level in Level if level.needs_human}
