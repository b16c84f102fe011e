"""A transaction on MongoDB: a session's own, run again where the server says that it can help.

The backend's `atomic` is not used: after a commit that failed it keeps the broken session, and later blocks are
silently no transactions at all. Here the session ends whatever happens.
Source: the driver specification of transactions, for the two labels and what each allows: the whole body again after
`TransientTransactionError`, only the commit again after `UnknownTransactionCommitResult`.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar, cast

import pymongo
from django.db import DatabaseError, IntegrityError, OperationalError, connections
from django.db.transaction import TransactionManagementError
from pymongo.errors import DuplicateKeyError, PyMongoError
from pymongo.read_concern import ReadConcern

if TYPE_CHECKING:
    from typing import Any, Protocol

    from pymongo import MongoClient
    from pymongo.client_session import ClientSession

    class _Connection(Protocol):
        """What is used of the backend's connection, which carries no types."""

        connection: MongoClient[dict[str, Any]]
        session: ClientSession | None
        in_atomic_block_mongo: bool
        run_on_commit: list[tuple[object, Callable[[], object], bool]]

        def ensure_connection(self) -> None: ...


R = TypeVar("R")

logger = logging.getLogger(__name__)

TRANSIENT = "TransientTransactionError"
UNKNOWN_COMMIT = "UnknownTransactionCommitResult"
TRY_SECONDS = 4.0
"""No try begins later than this after the first: longer than an election, and a waiting person must know."""
COMMIT_SECONDS = 5.0
"""How long to ask for the outcome of a commit: giving up leaves it unknown, and the person's client asks again. Longer
than an election; a primary that has lost its majority without noticing keeps every commit waiting."""
COMMIT_TRY_SECONDS = 2.5
"""How long to wait for one answer: a frozen primary gives none, and its successor must still be asked in time."""
PAUSE_SECONDS = 0.005
LONGEST_PAUSE_SECONDS = 0.25


class _State(threading.local):
    """Whether a joined function of this thread's transaction has failed; connections are per thread too."""

    spoiled = False


_state = _State()


def run(call: Callable[[], R]) -> R:
    """The call's result, committed as the address's write concern says; inside another transaction it joins that one.

    Raises:
        DatabaseError: what the server or the driver said, as Django's error, also where it came up while committing.
    """
    mine = _connection()
    if mine.in_atomic_block_mongo:
        return _joined(call)
    with _as_django_errors():
        result = _tried_again(mine, call)
    _run_hooks(mine)
    return result


def in_transaction() -> bool:
    """Whether a transaction of ours is open in this thread."""
    return _connection().in_atomic_block_mongo


def _connection() -> "_Connection":
    return cast("_Connection", connections["default"])


def _joined(call: Callable[[], R]) -> R:
    try:
        return call()
    except BaseException:
        _state.spoiled = True
        raise


def _tried_again(mine: "_Connection", call: Callable[[], R]) -> R:
    until = time.monotonic() + TRY_SECONDS
    pause = PAUSE_SECONDS
    while True:
        try:
            return _once(mine, call)
        except (DatabaseError, PyMongoError) as error:
            if not has_label(error, TRANSIENT) or time.monotonic() >= until:
                raise
        logger.info("another writer or an election was in the way: the transaction is tried again")
        time.sleep(pause * (0.5 + random.random()))  # noqa: S311 - spreads writers, keeps no secret
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def _once(mine: "_Connection", call: Callable[[], R]) -> R:
    with _session(mine) as session:
        result = _body(mine, call)
        if _state.spoiled:
            raise TransactionManagementError("a joined function failed: nothing may be committed")
        _commit(session)
        return result


@contextmanager
def _session(mine: "_Connection") -> Iterator["ClientSession"]:
    """A session with a transaction begun. It ends, and what was not committed is undone, whatever happens."""
    _end(mine)  # one that something else left behind
    mine.ensure_connection()
    mine.session = session = mine.connection.start_session()
    committed = False
    try:
        session.start_transaction(read_concern=ReadConcern("snapshot"))
        yield session
        committed = True
    finally:
        if not committed:
            mine.run_on_commit = []
        _end(mine)


def _body(mine: "_Connection", call: Callable[[], R]) -> R:
    _state.spoiled, mine.run_on_commit = False, []
    mine.in_atomic_block_mongo = True
    try:
        return call()
    finally:
        mine.in_atomic_block_mongo = False


def _commit(session: "ClientSession") -> None:
    until = time.monotonic() + COMMIT_SECONDS
    while True:
        try:
            with pymongo.timeout(_commit_patience(until)):
                session.commit_transaction()
        except PyMongoError as error:
            if not has_label(error, UNKNOWN_COMMIT) or time.monotonic() >= until:
                raise
        else:
            return
        logger.info("the outcome of a commit is not known: it is asked for again")
        time.sleep(PAUSE_SECONDS)


def _commit_patience(until: float) -> float:
    """Never nothing, which the driver would take for a wait without end."""
    return max(PAUSE_SECONDS, min(COMMIT_TRY_SECONDS, until - time.monotonic()))


def _end(mine: "_Connection") -> None:
    """End the session there is; ending one undoes what it has not committed."""
    session, mine.session = mine.session, None
    if session is not None:
        with suppress(PyMongoError):  # the server forgets it by itself
            session.end_session()


def _run_hooks(mine: "_Connection") -> None:
    """Each hook once. Taken off first, so that a hook may open a transaction of its own."""
    hooks, mine.run_on_commit = mine.run_on_commit, []
    for _, hook, _ in hooks:
        hook()


def has_label(error: BaseException | None, label: str) -> bool:
    """Whether the driver's error, which may stand behind Django's, carries the label."""
    while error is not None:
        if isinstance(error, PyMongoError) and error.has_error_label(label):
            return True
        error = error.__cause__
    return False


@contextmanager
def _as_django_errors() -> Iterator[None]:
    """The driver's errors as Django's. Their text stays behind: it may quote a row."""
    try:
        yield
    except DuplicateKeyError as error:
        raise IntegrityError("a unique value is taken") from error
    except PyMongoError as error:
        raise OperationalError(type(error).__name__) from error
