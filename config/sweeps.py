"""One table of everything that happens by itself. `manage.py work` loops over it; Celery's schedule is made from it.

A sweep is a Celery task that looks for rows whose time has come, so that running it twice, late or by two processes at
once does no harm.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.utils.module_loading import import_string

from config.lanes import Lane

if TYPE_CHECKING:
    from collections.abc import Callable


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
    Sweep("config.tasks.handle_urgent_canary", 0.5, Lane.URGENT),
    Sweep("config.tasks.handle_default_canary", 1),
    Sweep("audit.tasks.number_audit_events", 1),
    Sweep("moderation.tasks.erase_staff_words", 5),
    Sweep("chat.tasks.delete_expired_tokens", 600),
    Sweep("chat.tasks.delete_old_events", 600),
    Sweep("config.tasks.delete_expired_staff_sessions", 3600),
)

CANARIES = {"config.tasks.handle_urgent_canary", "config.tasks.handle_default_canary"}
BROUGHT = tuple(sweep for sweep in SWEEPS if sweep.task not in CANARIES)
"""What a standby does: everything but the signs of life of those it stands in for."""
