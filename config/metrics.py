"""`/metrics` for Prometheus: what every process counted, and gauges read from the database."""

import logging
import os
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from audit.queries import oldest_unnumbered_seconds
from config.lanes import Lane
from safety.gauges import alert_backlog, open_incidents_by_severity
from safety.queries import last_brought

logger = logging.getLogger(__name__)


class DatabaseGauges(Collector):
    """Backlogs, read from the rows. Without a database they are absent: an alarm of its own."""

    def describe(self) -> Iterable[Metric]:
        """Nothing up front, so that registering asks the database nothing."""
        return []

    def collect(self) -> Iterable[Metric]:
        """The gauges of this moment."""
        try:
            return _read_gauges()
        except DatabaseError:
            logger.exception("metrics: the database does not answer")
            return []


def _read_gauges() -> list[Metric]:
    now = timezone.now()
    backlog = alert_backlog(now=now)
    incidents = GaugeMetricFamily(
        "vigil_incidents_open", "Incidents that are not resolved.", labels=["severity"]
    )
    for severity, count in open_incidents_by_severity().items():
        incidents.add_metric([severity.value], count)
    return [
        GaugeMetricFamily("vigil_alerts_due", "Alerts whose time has come.", value=backlog.due),
        GaugeMetricFamily(
            "vigil_alerts_oldest_due_seconds",
            "For how long the oldest of them has been due.",
            value=backlog.oldest_due_seconds,
        ),
        incidents,
        _silence(now),
        GaugeMetricFamily(
            "vigil_audit_oldest_unnumbered_seconds",
            "For how long the oldest audit event has waited for its number.",
            value=oldest_unnumbered_seconds(now=now),
        ),
    ]


def _silence(now: datetime) -> GaugeMetricFamily:
    silence = GaugeMetricFamily(
        "vigil_lane_silent_seconds",
        "For how long no worker has handled a canary of the lane; absent where none ever did.",
        labels=["lane"],
    )
    for lane in Lane:
        brought_at = last_brought(lane=lane.value)
        if brought_at is not None:
            silence.add_metric([lane.value], (now - brought_at).total_seconds())
    return silence


def exposition() -> bytes:
    """Everything there is to scrape, in Prometheus' text format."""
    gauges = CollectorRegistry()
    gauges.register(DatabaseGauges())
    return generate_latest(_counted()) + generate_latest(gauges)


def _counted() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """What Prometheus scrapes: for METRICS_TOKEN, or openly in the embedded mode only."""
    if settings.METRICS_TOKEN:
        if not _carries_token(request):
            return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    elif not settings.LOCAL:
        return HttpResponse("METRICS_TOKEN is not set.", status=403, content_type="text/plain")
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def _carries_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    return constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}")
