"""What is done to an installation, one thing at a time."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from chaos.parts import Part
from chaos.production import Production

DOWN_SECONDS = 2.0
"""How long a killed part stays away: a supervisor's pause."""
FROZEN_SECONDS = 6.0
"""Longer than every time-out between the parts."""
STEPS_IN_SECONDS = 4.5
"""After this the standby has taken over from the worker that died (`config/standby.py`)."""
RECOVER_SECONDS = 2.5
"""Until the next thing happens, when every web process is ready again: the balancer looks once a second."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that happens to one part, or to one after the other.

    Args:
        name: what the report calls it.
        parts: which, each found when its time has come.
        away_seconds: from what happens to one until the next, or until all are back.
        freezes: whether they are stopped for a while and not killed.
    """

    name: str
    parts: tuple[Callable[[Production], Part], ...]
    away_seconds: float = DOWN_SECONDS
    freezes: bool = False


@dataclass(frozen=True, slots=True)
class Outage:
    """A fault that happened.

    Args:
        name: of the fault.
        began_at: time.monotonic().
        ended_at: when the part was back and had had time to recover.
    """

    name: str
    began_at: float
    ended_at: float


def _service(name: str) -> Callable[[Production], Part]:
    return lambda vigil: vigil.part(name)


FAULTS = (
    Fault("MongoDB's primary is killed", (Production.primary,)),
    Fault("Redis is killed", (_service("redis"),)),
    Fault("the urgent worker is killed", (_service("worker-urgent"),)),
    Fault(
        "who numbers the record is killed, then who stands in",
        (_service("worker-default"), _service("standby")),
        STEPS_IN_SECONDS,
    ),
    Fault("web 1 is killed", (_service("web-1"),)),
    Fault("web 2 is killed", (_service("web-2"),)),
    Fault("beat is killed", (_service("beat"),)),
    Fault("Redis is frozen", (_service("redis"),), FROZEN_SECONDS, freezes=True),
    Fault("MongoDB's primary is frozen", (Production.primary,), FROZEN_SECONDS, freezes=True),
)


def strike(vigil: Production, fault: Fault) -> Outage:
    """Let it happen, and mend it as a supervisor would."""
    began_at = time.monotonic()
    struck = []
    for find in fault.parts:
        part = find(vigil)
        struck.append(part)
        part.freeze() if fault.freezes else part.kill()
        time.sleep(fault.away_seconds)
    for part in struck:
        part.thaw() if fault.freezes else part.start()
    vigil.wait_until_ready()
    time.sleep(RECOVER_SECONDS)
    return Outage(fault.name, began_at, time.monotonic())
