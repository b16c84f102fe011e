"""The lanes that sweeps run in: a slow chore never stands in the way of an alert."""

from enum import StrEnum


class Lane(StrEnum):
    """Also the names of Celery's queues, and of the workers that serve them."""

    URGENT = "urgent"
    DEFAULT = "default"


LOOPS = {Lane.URGENT: 2, Lane.DEFAULT: 1}
"""How many loops the embedded worker gives each lane. Two urgent ones: while one waits for a slow receiver, the other
finds what has become due meanwhile."""
