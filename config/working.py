"""Working without a broker: loops over the sweeps until told to stop, which mend themselves when one fails.

The embedded worker always works; a standby only while the broker brings a lane no work.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from django.db import close_old_connections, connection

from config.lanes import LOOPS, Lane
from config.sweeps import Sweep

logger = logging.getLogger(__name__)

LONGEST_PAUSE_SECONDS = {Lane.URGENT: 2.0, Lane.DEFAULT: 30.0}
"""How far a failing sweep backs off; an urgent one stays close, since what failed may be over at once."""
STOP_WITHIN_SECONDS = 4.0
ASLEEP_SECONDS = 0.5
"""How soon a loop that is not needed looks again."""


def always() -> bool:
    """Whether the embedded worker is needed."""
    return True


def pause_after(sweep: Sweep, failures: int) -> float:
    """Seconds until the sweep's next run: its own pace, doubled with each failure in a row."""
    if not failures:
        return sweep.every_seconds
    longest = max(sweep.every_seconds, LONGEST_PAUSE_SECONDS[sweep.lane])
    return min(longest, sweep.every_seconds * float(1 << min(failures, 16)))


@dataclass(slots=True)
class Loop:
    """One thread's work: the sweeps of a lane, each at its own pace.

    Args:
        sweeps: of one lane.
        stop: set when it is time to end.
        needed: asked before each round; a loop that is not needed sleeps.
    """

    sweeps: Sequence[Sweep]
    stop: threading.Event
    needed: Callable[[], bool] = always
    _due: dict[str, float] = field(default_factory=dict)
    _failures: dict[str, int] = field(default_factory=dict)

    def run(self) -> None:
        """Work until stopped."""
        try:
            while not self.stop.wait(self.work_once()):
                pass
        finally:
            connection.close()

    def work_once(self) -> float:
        """Run whatever is due.

        Returns:
            Seconds until something is due again.
        """
        if not self.needed():
            return ASLEEP_SECONDS
        for sweep in self.sweeps:
            if self._due.get(sweep.task, 0.0) <= time.monotonic() and not self.stop.is_set():
                self._run(sweep)
        return max(0.0, min(self._due.values(), default=1.0) - time.monotonic())

    def _run(self, sweep: Sweep) -> None:
        close_old_connections()
        try:
            sweep.run()
            self._failures[sweep.task] = 0
        except Exception:
            self._failures[sweep.task] = self._failures.get(sweep.task, 0) + 1
            logger.exception("sweep failed: %s", sweep.task)
            close_old_connections()
        self._due[sweep.task] = time.monotonic() + pause_after(sweep, self._failures[sweep.task])


def work_until(
    stop: threading.Event,
    sweeps: Sequence[Sweep],
    needed: Callable[[Lane], bool] = lambda _: True,
) -> bool:
    """Work with all loops until stopped.

    Args:
        stop: set when it is time to end.
        sweeps: of all lanes.
        needed: whether a lane needs these loops now.

    Returns:
        Whether it ended because it was told to; False when a loop died, so that the process can say that it failed.
    """
    threads = [
        threading.Thread(
            target=Loop(_of_lane(sweeps, lane), stop, partial(needed, lane)).run,
            name=f"{lane}-{number}",
            daemon=True,
        )
        for lane, count in LOOPS.items()
        for number in range(count)
    ]
    for thread in threads:
        thread.start()
    while not stop.wait(0.5):
        if not all(thread.is_alive() for thread in threads):
            stop.set()
            return False
    _join(threads)
    return True


def _of_lane(sweeps: Sequence[Sweep], lane: Lane) -> list[Sweep]:
    return [sweep for sweep in sweeps if sweep.lane is lane]


def _join(threads: Sequence[threading.Thread]) -> None:
    until = time.monotonic() + STOP_WITHIN_SECONDS
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
