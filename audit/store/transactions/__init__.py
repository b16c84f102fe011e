"""The one way to open a transaction, real on both engines.

Django's own `atomic` does nothing on MongoDB, where its `on_commit` runs even for a block that then fails; a lint rule
bans both. A decorated function may be run a second time after a conflict, so it touches only the database.
"""

import functools
import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import connection, transaction

from audit.store.transactions import mongodb, sqlite

P = ParamSpec("P")
R = TypeVar("R")

logger = logging.getLogger(__name__)

MONGODB = "mongodb"
"""What Django's connections to it say their vendor is."""


class NotInTransaction(RuntimeError):
    """Something that must be written together with what it tells of was called on its own."""


def transactional(function: Callable[P, R]) -> Callable[P, R]:
    """Run the function in one transaction; inside another such function it joins that one.

    An error that leaves a joined function spoils the whole transaction: nobody can catch it and commit the other
    half. Where another writer is in the way, the outermost function is rolled back and run again, and when that does
    not help the error is raised: never a silent loss.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        call = functools.partial(function, *args, **kwargs)
        if connection.vendor == MONGODB:
            return mongodb.run(call)
        return sqlite.run(call)

    return run


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


def in_transaction() -> bool:
    """Whether a transaction is open in this thread."""
    if connection.vendor == MONGODB:
        return mongodb.in_transaction()
    return connection.in_atomic_block


def require_transaction(what: str) -> None:
    """Raise NotInTransaction where no transaction is open; `what` names the caller."""
    if not in_transaction():
        raise NotInTransaction(f"{what} belongs into the transaction of what it tells of.")
