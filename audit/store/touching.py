"""Holding a row that a decision stands on, without changing anything in it.

MongoDB's transactions see a snapshot, and of two only those that write the same row get in each other's way. "The
person is not erased, so this may be written" reads a row that erasing writes: both would commit. A service that decides
so touches the row; whoever is second then runs again and sees what the first has done.

A write that leaves a row as it was is none to MongoDB, so a counter is raised.
Source: https://www.mongodb.com/docs/manual/core/transactions-production-consideration/, "In-progress Transactions and
Stale Reads"; docs/architecture.md lists every decision of this kind.
"""

from typing import Any

from django.db.models import F, QuerySet

from audit.store.transactions import require_transaction


def touch(rows: QuerySet[Any]) -> bool:
    """Hold the rows as they are until the transaction under way commits; their model has a column `touched`.

    Returns:
        Whether there is any, as the query asks for it.

    Raises:
        NotInTransaction: alone it would hold nothing.
    """
    require_transaction("touch")
    return bool(rows.update(touched=F("touched") + 1))
