"""Deleting what has expired, a batch at a time.

A sweep instead of MongoDB's TTL indexes: the same on both engines, tried by the same tests, and it tells how many.
"""

from typing import Any, Final

from django.db.models import QuerySet

from audit.store.transactions import transactional

EXPIRED_AT_ONCE: Final = 500
"""Rows in one transaction: few enough that nobody who writes a message notices."""
BATCHES_A_RUN: Final = 20
"""Then the sweep's next run goes on, so that a backlog of years cannot hold up other sweeps."""


def delete_expired(expired: QuerySet[Any]) -> int:
    """Delete these rows, at most 10 000 of them.

    Args:
        expired: ordered by what an index finds them by; what belongs to a row must not hang on it.

    Returns:
        How many.
    """
    deleted = 0
    for _ in range(BATCHES_A_RUN):
        batch = _delete_batch(expired)
        deleted += batch
        if batch < EXPIRED_AT_ONCE:
            break
    return deleted


@transactional
def _delete_batch(expired: QuerySet[Any]) -> int:
    keys = list(expired.values_list("pk", flat=True)[:EXPIRED_AT_ONCE])
    count, _ = expired.model._default_manager.filter(pk__in=keys).delete()
    return int(count)
