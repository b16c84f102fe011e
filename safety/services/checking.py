"""The engine under a time limit. Whatever breaks or is late reads as `unknown`, never as safe."""

import logging
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.conf import settings

from safety.engine.assess import assess, assess_reply, current_release
from safety.engine.protocol import Arc, Verdict
from safety.levels import Level

logger = logging.getLogger(__name__)

CHECKS_AT_ONCE = 32
"""A check takes some four milliseconds; more wait. Hung ones fill the pool, and then every check is late: unknown."""

_pool = ThreadPoolExecutor(CHECKS_AT_ONCE, thread_name_prefix="check")


@dataclass(frozen=True, slots=True)
class Checked:
    """A verdict and what it took.

    Args:
        verdict: what the engine says, or `unknown` with the marker that tells why.
        elapsed_ms: milliseconds.
    """

    verdict: Verdict
    elapsed_ms: float


def check_message(text: str, arc: Arc) -> Checked:
    """Check a person's words, at most SAFETY_CHECK_TIMEOUT milliseconds."""
    return _within_limit(lambda: assess(text, arc))


def check_reply(text: str, numbers: Collection[str] = ()) -> Checked:
    """Check a reply before it is shown, at most SAFETY_CHECK_TIMEOUT milliseconds.

    Args:
        text: the reply.
        numbers: telephone numbers that may stand in it.
    """
    return _within_limit(lambda: assess_reply(text, numbers))


def unreadable() -> Checked:
    """What is said of words whose seal does not open: nobody could check them."""
    return Checked(_unknown("check_failed"), 0.0)


def _within_limit(check: Callable[[], Verdict]) -> Checked:
    started = time.perf_counter()
    try:
        verdict = _pool.submit(check).result(timeout=settings.SAFETY_CHECK_TIMEOUT / 1000)
    except TimeoutError:
        logger.error("safety check is late")  # noqa: TRY400 - the place in the code says nothing
        verdict = _unknown("check_timeout")
    except Exception:
        logger.exception("safety check failed")
        verdict = _unknown("check_failed")
    return Checked(verdict, (time.perf_counter() - started) * 1000)


def _unknown(marker: str) -> Verdict:
    try:
        release = current_release()
    except Exception:
        logger.exception("the release has no name")
        release = "unknown"
    return Verdict(
        level=Level.UNKNOWN, triggers=(marker,), probability=1.0, findings=(), release=release
    )
