"""What safety counts for Prometheus. Labels are fixed words: never an id, never text.

With PROMETHEUS_MULTIPROC_DIR set before the processes start, web and worker add up.
"""

from prometheus_client import Counter, Histogram

ASSESSMENTS = Counter(
    "vigil_assessments_total", "Texts that were assessed, by level and kind.", ["level", "kind"]
)
ASSESSMENT_SECONDS = Histogram(
    "vigil_assessment_seconds",
    "Time one assessment took.",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
ALERTS_SENT = Counter(
    "vigil_alerts_sent_total",
    "Alerts that were tried, by channel and outcome.",
    ["channel", "outcome"],
)
