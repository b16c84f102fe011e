"""What chat counts for Prometheus. Labels are fixed words: never an id, never text."""

from prometheus_client import Counter, Histogram

MESSAGES = Counter("vigil_messages_total", "Messages of persons that were stored.")
REPLY_SECONDS = Histogram(
    "vigil_reply_seconds",
    "Time one reply took, by provider.",
    ["provider"],
    buckets=(0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30),
)
