"""A second way for work to be done: the sweeps run here while the broker brings a lane nothing.

Alerts are rows; a broker that is down, a beat that died or workers that no longer listen must not delay them. The
standby sees from the canaries that a lane has fallen silent, and does its work until it speaks again. Doing some of
it twice does no harm: every sweep may run in two places at once.
"""

import logging
import socket
from datetime import datetime

from django.db import DatabaseError
from django.utils import timezone
from pymongo.errors import PyMongoError

from config.lanes import Lane
from safety.models import STANDBY
from safety.queries import last_brought
from safety.services.canaries import handle_canary

logger = logging.getLogger(__name__)

SILENT_AFTER_SECONDS = 3.0
"""Several canaries missed: longer than a healthy broker ever takes, and alerts still leave within seconds."""


def standby_name() -> str:
    """This process's name among the workers."""
    return f"{STANDBY}{socket.gethostname()}"


def look_after(lane: Lane) -> bool:
    """Give this process's own sign of life, and tell whether the lane needs it.

    A database that does not answer is nobody's to work on: the lane counts as taken care of.
    """
    now = timezone.now()
    try:
        handle_canary(lane=lane.value, worker=standby_name(), now=now)
        return is_silent(lane, now=now)
    except (DatabaseError, PyMongoError):
        logger.warning("standby: the database does not answer")
        return False


def is_silent(lane: Lane, *, now: datetime) -> bool:
    """Whether the broker brings this lane no work."""
    brought_at = last_brought(lane=lane.value)
    return brought_at is None or (now - brought_at).total_seconds() > SILENT_AFTER_SECONDS
