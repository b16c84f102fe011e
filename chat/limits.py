"""Rate limits: the one wrapper round django-ratelimit, whose faults are in docs/adr/0009.

The counters live in the cache: with `REDIS_URL` in Redis, where all processes share them. While Redis is down, or so
slow that it may as well be, sign-in fails closed and a person's message, like every other request, fails open: the
caller says which. Neither waits: see `config.redis_pool`.
"""

import logging
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django_ratelimit.core import get_usage

logger = logging.getLogger(__name__)


class TooManyRequests(Exception):
    """More than any person needs; `retry_after_seconds` says when to come back."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("too many requests")
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True)
class Usage:
    """Where a caller stands against a limit.

    Args:
        count: requests since the count began, this one included; 0 where the counter cannot be reached.
        exceeded: whether this request was one too many.
        retry_after_seconds: until the count begins anew.
    """

    count: int
    exceeded: bool
    retry_after_seconds: int


def count_request(
    request: HttpRequest, *, group: str, key: str, rate: str, fail_open: bool
) -> Usage:
    """Count one request of a caller.

    Args:
        request: the request.
        group: what is limited, such as `message`.
        key: who is counted, such as a person's id.
        rate: `30/m`, as django-ratelimit writes it.
        fail_open: what to answer when the counter cannot be reached.
    """
    try:
        usage = get_usage(
            request,
            group=group,
            key=lambda *_: key,
            rate=rate,
            increment=True,
        )
    except Exception as error:  # noqa: BLE001 - whatever the cache raises, the caller has said what it means
        # Without its traceback: while Redis is away this is said several times for each request.
        logger.warning("rate limit counter is down: %s", type(error).__name__)
        return Usage(count=0, exceeded=not fail_open, retry_after_seconds=60)
    return Usage(
        count=usage["count"],
        exceeded=usage["should_limit"],
        retry_after_seconds=max(1, usage["time_left"]),
    )


def refuse_flood(request: HttpRequest, *, group: str, key: str, rate: str) -> int:
    """Count one request and refuse a flood.

    Returns:
        How many there were, this one included; 0 where the counter is down.

    Raises:
        TooManyRequests: more than the rate; never when the counter is down.
    """
    usage = count_request(request, group=group, key=key, rate=rate, fail_open=True)
    if usage.exceeded:
        raise TooManyRequests(usage.retry_after_seconds)
    return usage.count


def client_address(request: HttpRequest) -> str:
    """The caller's address. Only as many forwarding headers are believed as there are proxies of ours."""
    hops = [
        hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()
    ]
    trusted = settings.TRUSTED_PROXIES
    if trusted and len(hops) >= trusted:
        return hops[-trusted]
    return str(request.META.get("REMOTE_ADDR", ""))
