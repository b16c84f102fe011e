"""Celery's settings, as far as they show without Redis; `tests/workers` shows the rest."""

import pytest

from config.celery import SteadyConnection, app
from config.lanes import Lane
from config.sweeps import SWEEPS


class Enough(Exception):
    """So many tries."""


def test_redis_is_tried_every_second_for_as_long_as_it_is_away():
    pauses = []

    def note(_, pause):
        pauses.append(pause)
        if len(pauses) == 3:
            raise Enough

    connection = app.amqp.Connection("redis://127.0.0.1:1/0")
    assert isinstance(connection, SteadyConnection)
    with pytest.raises(Enough):
        connection.ensure_connection(note, None)
    assert pauses == [1, 1, 1]


def test_every_sweep_has_a_queue_that_is_its_lanes():
    for sweep in SWEEPS:
        assert app.conf.task_routes[sweep.task] == {"queue": sweep.lane.value}
    assert set(app.conf.task_queues) == {lane.value for lane in Lane}


def test_every_key_in_redis_has_our_prefix():
    assert app.conf.broker_transport_options["global_keyprefix"].startswith("vigil-celery")
