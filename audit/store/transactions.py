"""The one way to open a transaction.

Django's own `atomic` does nothing on MongoDB, where its `on_commit` runs even for a block that then fails; a lint rule
bans both. A decorated function may be run a second time after a conflict, so it touches only the database.
"""

import functools
import logging
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import OperationalError, connection, transaction

P = ParamSpec("P")
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


class NotInTransaction(RuntimeError):
    """Something that must be written together with what it tells of was called on its own."""


def transactional(function: Callable[P, R]) -> Callable[P, R]:
    """Run the function in one transaction; inside another such function it joins that one.

    An error that leaves a joined function spoils the whole transaction, as it does on MongoDB: nobody can catch it
    and commit the other half. Where another writer holds the database for too long, the outermost function is rolled
    back and run again, and after `LOCKED_TRIES` the error is raised: never a silent loss.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        call = functools.partial(function, *args, **kwargs)
        if _depth.value or connection.in_atomic_block:
            return _once(call)
        return _until_unlocked(call)

    return run


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


def _until_unlocked(call: Callable[[], R]) -> R:
    with _turn_to_write():
        return _tried_again(call)


@contextmanager
def _turn_to_write() -> Iterator[None]:
    """Queue the threads of this process for SQLite's one place to write, which by itself waits by sleeping.

    Whoever waits longer than the database would goes on without a turn, and meets the database's own time-out.
    """
    if connection.vendor != "sqlite":
        yield
        return
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


def after_commit(callback: Callable[[], object]) -> None:
    """Run the callback once the transaction under way is committed; never when it is rolled back.

    The work is done by then: a callback that fails is logged, and neither fails the caller nor runs the work again.
    """
    transaction.on_commit(functools.partial(_call, callback))  # noqa: TID251 - the one place for it


def _call(callback: Callable[[], object]) -> None:
    try:
        callback()
    except Exception:
        logger.exception("after commit: a callback failed")


def require_transaction(what: str) -> None:
    """Raise NotInTransaction where no transaction is open; `what` names the caller."""
    if not connection.in_atomic_block:
        raise NotInTransaction(f"{what} belongs into the transaction of what it tells of.")
