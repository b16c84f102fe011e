"""Whether a process of an installation with Celery does its work, told from the canaries it handled.

A worker that no longer listens looks alive from outside; its canaries stop. While Redis is away nobody's canaries
come, restarting helps nobody, and the standby does the work: then only the standby must show signs of life.
"""

import socket
from datetime import datetime, timedelta

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from config.lanes import Lane
from config.standby import standby_name
from safety.queries import last_brought, last_sign_of

STANDBY = "standby"
BEAT = "beat"
NAMES = (*(lane.value for lane in Lane), BEAT, STANDBY)
"""Of the processes that can be asked about."""

OWN_SIGN_WITHIN = timedelta(seconds=60)
"""Canaries go to whichever worker of a lane is free; in this time every one of several has had its turn."""
ANY_SIGN_WITHIN = timedelta(seconds=30)
PING_SECONDS = 2


def is_alive(name: str, *, now: datetime) -> bool:
    """Whether the process of this name on this machine does its work.

    Args:
        name: one of NAMES.
        now: the present.
    """
    if name == STANDBY:
        return _recent(_sign(Lane.URGENT, standby_name()), ANY_SIGN_WITHIN, now)
    if not broker_answers():
        return True
    if name == BEAT:
        return any(_recent(last_brought(lane=lane.value), ANY_SIGN_WITHIN, now) for lane in Lane)
    return _recent(_sign(Lane(name), f"{name}@{socket.gethostname()}"), OWN_SIGN_WITHIN, now)


def broker_answers() -> bool:
    """Whether Redis answers at all."""
    client = Redis.from_url(
        settings.REDIS_URL, socket_timeout=PING_SECONDS, socket_connect_timeout=PING_SECONDS
    )
    try:
        return bool(client.ping())
    except RedisError:
        return False
    finally:
        client.close()


def _sign(lane: Lane, worker: str) -> datetime | None:
    return last_sign_of(lane=lane.value, worker=worker)


def _recent(at: datetime | None, within: timedelta, now: datetime) -> bool:
    return at is not None and now - at <= within
