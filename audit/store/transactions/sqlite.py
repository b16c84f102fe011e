"""A transaction on SQLite: one writer at a time, tried again where another one held the database for too long."""

import logging
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.conf import settings
from django.db import OperationalError, connection, transaction

R = TypeVar("R")

logger = logging.getLogger(__name__)

LOCKED_TRIES = 2
"""Each try has already waited for the database's own busy time-out (5 s): then a waiting person must know."""
PAUSE_SECONDS = 0.05
_PRIMARY_CODE = 0xFF
"""Source: https://sqlite.org/rescode.html, extended codes carry the primary one in their lowest byte."""


class _Depth(threading.local):
    """How many transactional functions are under way in this thread; connections are per thread too."""

    value = 0


_depth = _Depth()
_writing = threading.Lock()


def run(call: Callable[[], R]) -> R:
    """The call's result, committed; inside another transaction it joins that one."""
    if _depth.value or connection.in_atomic_block:
        return _once(call)
    with _turn_to_write():
        return _tried_again(call)


def _once(call: Callable[[], R]) -> R:
    joins = _depth.value > 0
    with _deeper(), transaction.atomic(savepoint=not joins):  # noqa: TID251 - the one place for it
        return call()


@contextmanager
def _deeper() -> Iterator[None]:
    _depth.value += 1
    try:
        yield
    finally:
        _depth.value -= 1


@contextmanager
def _turn_to_write() -> Iterator[None]:
    """Queue the threads of this process for SQLite's one place to write, which by itself waits by sleeping.

    Whoever waits longer than the database would goes on without a turn, and meets the database's own time-out.
    """
    mine = _writing.acquire(timeout=settings.DATABASES["default"]["OPTIONS"]["timeout"])
    try:
        yield
    finally:
        if mine:
            _writing.release()


def _tried_again(call: Callable[[], R]) -> R:
    for _ in range(LOCKED_TRIES - 1):
        try:
            return _once(call)
        except OperationalError as error:
            if not is_locked(error):
                raise
        logger.warning("database is locked: the transaction is tried again")
        time.sleep(PAUSE_SECONDS * (1 + random.random()))  # noqa: S311 - spreads writers, keeps no secret
    return _once(call)


def is_locked(error: OperationalError) -> bool:
    """Whether another writer was in the way, so that trying again can help."""
    cause = error.__cause__
    if not isinstance(cause, sqlite3.Error):
        return False
    return cause.sqlite_errorcode & _PRIMARY_CODE in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
