"""Signs of life that went the whole way: scheduled, queued, taken by a worker, written to the database."""

from datetime import datetime, timedelta

from django.db import IntegrityError

from audit.store.transactions import transactional
from safety.models import Canary

FORGET_AFTER = timedelta(hours=1)
"""Workers come and go under new names."""


def handle_canary(*, lane: str, worker: str, now: datetime) -> int:
    """Note that this worker lives, and forget the ones long gone.

    Args:
        lane: through which it was told.
        worker: the worker's name.
        now: the present.

    Returns:
        1: there is always one.
    """
    if not Canary.objects.filter(lane=lane, worker=worker).update(handled_at=now):
        _hatch(lane=lane, worker=worker, now=now)
    return 1


def _hatch(*, lane: str, worker: str, now: datetime) -> None:
    Canary.objects.filter(lane=lane, handled_at__lt=now - FORGET_AFTER).delete()
    try:
        _create(lane=lane, worker=worker, now=now)
    except IntegrityError:
        """Another process of the same worker was first, and says the same."""


@transactional
def _create(*, lane: str, worker: str, now: datetime) -> None:
    Canary.objects.create(lane=lane, worker=worker, handled_at=now)
