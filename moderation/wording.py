"""The console's words for codes and times. Pure."""

from datetime import datetime
from typing import Final

from safety.levels import Level

SEVERITIES: Final = {
    Level.CRISIS.value: "Crisis",
    Level.UNKNOWN.value: "Unknown: not judged",
    Level.WARNING.value: "Warning",
    Level.CONCERN.value: "Concern",
    Level.LOW.value: "Low",
    Level.NONE.value: "None",
}
KINDS: Final = {
    "detected": "detected in a message",
    "human_requested": "asked for a human",
    "reply_reported": "says a reply hurt them",
}
AUTHORS: Final = {"person": "Person", "ai": "AI", "human": "Human", "system": "System"}
MARKERS: Final = {
    "check_failed": "the check failed",
    "check_timeout": "the check was late",
    "language_unsupported": "language not supported",
    "human_requested": "asked for a human",
    "reply_reported": "reply reported",
}
GROUNDS: Final = {"claim": "You have claimed this incident."}


def trigger_words(code: str) -> str:
    """A trigger or marker in words."""
    return MARKERS.get(code, code.replace("_", " "))


def clock(seconds: int) -> str:
    """Seconds as `0:41`, `12:05` or `1:02:03`."""
    minutes, rest = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def due_words(due_at: datetime, *, now: datetime) -> str:
    """How long until the time limit, or since it was missed."""
    left = int((due_at - now).total_seconds())
    return f"breach in {clock(left)}" if left >= 0 else f"overdue by {clock(left)}"


def urgency(raised_at: datetime, due_at: datetime, *, now: datetime) -> str:
    """How much of the time is gone: `early`, `half`, `late` (80 %) or `overdue`.

    Source: our design asks for warnings at 50 and 80 %, docs/architecture.md.
    """
    if now > due_at:
        return "overdue"
    gone = (now - raised_at) / max(due_at - raised_at, due_at.resolution)
    if gone >= 0.8:  # noqa: PLR2004 - see the docstring
        return "late"
    return "half" if gone >= 0.5 else "early"  # noqa: PLR2004 - see the docstring


def since_words(since: datetime, *, now: datetime) -> str:
    """How long ago, coarse: `just now`, `4 min`, `3 h`, `2 days`."""
    minutes = int((now - since).total_seconds()) // 60
    if minutes < 1:
        return "just now"
    for limit, size, unit in ((60, 1, "min"), (48 * 60, 60, "h")):
        if minutes < limit:
            return f"{minutes // size} {unit} ago"
    return f"{minutes // (24 * 60)} days ago"
