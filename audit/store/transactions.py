"""The one way to open a transaction.

Django's own `atomic` does nothing on MongoDB, where its `on_commit` runs even for a block that then fails; a lint rule
bans both. A decorated function may be run a second time after a conflict, so it touches only the database.
"""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import connection, transaction

P = ParamSpec("P")
R = TypeVar("R")


class NotInTransaction(RuntimeError):
    """Something that must be written together with what it tells of was called on its own."""


def transactional(function: Callable[P, R]) -> Callable[P, R]:
    """Run the function in one transaction; inside another such function it joins that one."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic():  # noqa: TID251 - the one place for it
            return function(*args, **kwargs)

    return run


def after_commit(callback: Callable[[], object]) -> None:
    """Run the callback once the transaction under way is committed; never when it is rolled back."""
    transaction.on_commit(callback)  # noqa: TID251 - the one place for it


def require_transaction(what: str) -> None:
    """Raise NotInTransaction where no transaction is open; `what` names the caller."""
    if not connection.in_atomic_block:
        raise NotInTransaction(f"{what} belongs into the transaction of what it tells of.")
