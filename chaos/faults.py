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
RECOVER_SECONDS = 2.5


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that happens to one part.

    Args:
        name: what the report calls it.
        part: which one, when it happens.
        freezes: whether it is stopped for a while and not killed.
    """

    name: str
    part: Callable[[Production], Part]
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
    Fault("MongoDB's primary is killed", Production.primary),
    Fault("Redis is killed", _service("redis")),
    Fault("the urgent worker is killed", _service("worker-urgent")),
    Fault("the default worker, which numbers the record, is killed", _service("worker-default")),
    Fault("web 1 is killed", _service("web-1")),
    Fault("web 2 is killed", _service("web-2")),
    Fault("beat is killed", _service("beat")),
    Fault("the standby is killed", _service("standby")),
    Fault("Redis is frozen", _service("redis"), freezes=True),
    Fault("MongoDB's primary is frozen", Production.primary, freezes=True),
)


def strike(vigil: Production, fault: Fault) -> Outage:
    """Let it happen, and mend it as a supervisor would."""
    part = fault.part(vigil)
    began_at = time.monotonic()
    if fault.freezes:
        part.freeze()
        time.sleep(FROZEN_SECONDS)
        part.thaw()
    else:
        part.kill()
        time.sleep(DOWN_SECONDS)
        part.start()
    time.sleep(RECOVER_SECONDS)
    return Outage(fault.name, began_at, time.monotonic())
