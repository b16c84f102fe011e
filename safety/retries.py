"""When a delivery that was not accepted is tried again. Pure.

Two profiles. A crisis is tried quickly and then every minute for a day, whatever the receiver answers. Everything else
follows the schedule that receivers of webhooks know.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Final

ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"

CRISIS_PAUSES: Final = (2, 5, 10, 20, 30, 60)
"""Seconds before tries 2 to 7; then every 60. Source: our design target: a human is told within seconds."""
CRISIS_SECONDS: Final = 24 * 3600
"""A crisis is not given up within this time."""
STANDARD_PAUSES: Final = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
"""Seconds before tries 2 to 10. Source: Standard Webhooks specification, "Deliverability and reliability"."""
JITTER: Final = 0.2
"""How much longer a pause may become, so that many rows do not come back at once."""
LONGEST_RETRY_AFTER: Final = timedelta(days=1)


class RetryProfile(StrEnum):
    """How patiently a delivery is tried again."""

    CRISIS = "crisis"
    STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try.

    Args:
        code: `accepted`, `rejected` (an answer outside 2xx), or the code of the error.
        status: HTTP status, where there was an answer.
        retry_after: the answer's Retry-After header as it came, or empty.
    """

    code: str
    status: int | None = None
    retry_after: str = ""

    @classmethod
    def of_answer(cls, status: int, retry_after: str) -> "Outcome":
        """The outcome of an answer: 2xx accepts."""
        code = ACCEPTED if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES else REJECTED
        return cls(code, status, retry_after)

    @property
    def is_accepted(self) -> bool:
        """Whether the receiver took it."""
        return self.code == ACCEPTED


def next_due(
    profile: RetryProfile, attempts: int, outcome: Outcome, now: datetime, jitter: float
) -> datetime | None:
    """When to try again after a try that was not accepted.

    Args:
        profile: how patiently.
        attempts: tries so far, the one just made included; at least 1.
        outcome: what came of it.
        now: when it ended.
        jitter: a random number from 0 to 1.

    Returns:
        The time of the next try, or None to give up.
    """
    if profile == RetryProfile.CRISIS:
        return _next_of_crisis(attempts, now)
    return _next_of_standard(attempts, outcome, now, jitter)


def _next_of_crisis(attempts: int, now: datetime) -> datetime | None:
    # Neither 410 nor Retry-After counts here: a receiver's mistake must not silence a crisis.
    longest = CRISIS_PAUSES[-1]
    earlier = attempts - 1
    passed = sum(CRISIS_PAUSES[:earlier]) + longest * max(0, earlier - len(CRISIS_PAUSES))
    if passed >= CRISIS_SECONDS:
        return None
    pause = CRISIS_PAUSES[earlier] if earlier < len(CRISIS_PAUSES) else longest
    return now + timedelta(seconds=pause)


def _next_of_standard(
    attempts: int, outcome: Outcome, now: datetime, jitter: float
) -> datetime | None:
    if outcome.status == HTTPStatus.GONE or attempts > len(STANDARD_PAUSES):
        return None
    planned = now + timedelta(seconds=STANDARD_PAUSES[attempts - 1] * (1 + JITTER * jitter))
    asked = retry_after_at(outcome.retry_after, now)
    return max(planned, asked) if asked else planned


def retry_after_at(header: str, now: datetime) -> datetime | None:
    """The time a Retry-After header asks for, at most a day away; None where it says nothing usable.

    Source: RFC 9110, section 10.2.3: whole seconds or an HTTP date.
    """
    latest = now + LONGEST_RETRY_AFTER
    if header.isascii() and header.isdigit():
        seconds = int(header[:9])
        return min(now + timedelta(seconds=seconds), latest)
    try:
        asked = parsedate_to_datetime(header)
    except ValueError:
        return None
    return min(asked, latest) if asked.tzinfo else None
