"""One table of everything that happens by itself. `manage.py work` loops over it; Celery's schedule is made from it.

A sweep is a Celery task that looks for rows whose time has come, so that running it twice, late or by two processes at
once does no harm.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, cast

from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Callable


class Lane(StrEnum):
    """Where a sweep runs: a slow chore never stands in the way of an alert. Also the names of Celery's queues."""

    URGENT = "urgent"
    DEFAULT = "default"


LOOPS = {Lane.URGENT: 2, Lane.DEFAULT: 1}
"""How many loops the embedded worker gives each lane. Two urgent ones: while one waits for a slow receiver, the other
finds what has become due meanwhile."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """Something to do again and again.

    Args:
        task: dotted path of the Celery task; called without arguments, it returns how many rows it dealt with.
        every_seconds: pause between the end of one run and the start of the next.
        lane: where it runs.
    """

    task: str
    every_seconds: float
    lane: Lane = Lane.DEFAULT

    def run(self) -> int:
        """Do it here and now, without a broker."""
        task = cast("Callable[[], int]", import_string(self.task))
        return task()


SWEEPS = (
    Sweep("safety.tasks.deliver_due_alerts", 0.1, Lane.URGENT),
    Sweep("chat.tasks.finish_stuck_turns", 2, Lane.URGENT),
    Sweep("audit.tasks.number_audit_events", 1),
    Sweep("moderation.tasks.erase_staff_words", 5),
    Sweep("chat.tasks.delete_expired_tokens", 3600),
    Sweep("config.tasks.delete_expired_staff_sessions", 3600),
)
