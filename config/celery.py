"""Celery, for installations with Redis. It only wakes the sweeps: every row that matters is in the database.

The processes of a production installation (`deploy/` starts exactly these):

    python -m config.serving
    python -m celery -A config.celery worker -n urgent@%h -Q urgent -c 2 --without-gossip --without-mingle
    python -m celery -A config.celery worker -n default@%h -Q default -c 1 --without-gossip --without-mingle
    python -m celery -A config.celery beat --scheduler celery.beat:Scheduler --pidfile ""
    python manage.py work --standby

Any number of each may run. Beat keeps its plan in memory: two of them send twice the wake-ups, which does no harm.
The standby does a lane's work while the broker brings it none, so a dead Redis delays no alert by more than seconds.
`python manage.py worker_alive NAME` is each one's liveness probe.

Source: settings found by killing workers and brokers, `docs/adr/0004-outbox-over-broker.md` and 0012.
"""

import os
from typing import Any, Self

from celery import Celery
from celery.app.amqp import AMQP
from celery.signals import worker_process_init
from django.conf import settings
from kombu import Connection

from config.databases import close_inherited_pools
from config.lanes import Lane
from config.sweeps import SWEEPS, Sweep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

REDELIVER_AFTER_SECONDS = 10
"""A task whose worker was killed is given to another after this long; with Celery's defaults it took 102 s."""


def schedule_of(sweeps: tuple[Sweep, ...]) -> dict[str, dict[str, object]]:
    """Celery's schedule for the sweeps. A wake-up that waited too long is dropped: the next one finds the same rows."""
    return {
        sweep.task: {
            "task": sweep.task,
            "schedule": sweep.every_seconds,
            "options": {"queue": sweep.lane.value, "expires": max(1.0, sweep.every_seconds)},
        }
        for sweep in sweeps
    }


class SteadyConnection(Connection):
    """Tries to reach Redis every second. Kombu's pauses grow to 30 s: so long nobody would work once it is back."""

    def ensure_connection(self, *args: Any, **options: Any) -> Self:  # noqa: ANN401 - kombu's signature
        """Try until it is there."""
        pauses = {"interval_start": 1, "interval_step": 0, "interval_max": 1}
        super().ensure_connection(*args, **{**pauses, **options})
        return self


class Broker(AMQP):
    """Celery's way to Redis."""

    Connection = SteadyConnection


app = Celery("vigil", amqp=Broker, broker=settings.CELERY_BROKER_URL)
app.conf.update(
    accept_content=["json"],
    beat_schedule=schedule_of(SWEEPS),
    broker_connection_max_retries=None,  # Redis may be away for as long as it likes
    broker_connection_retry_on_startup=True,
    broker_pool_limit=4,
    broker_transport_options={
        "global_keyprefix": "vigil-celery:",
        "visibility_timeout": REDELIVER_AFTER_SECONDS,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
    },
    enable_utc=True,
    result_backend=None,
    task_acks_late=True,
    task_create_missing_queues=False,
    task_default_queue=Lane.DEFAULT.value,
    task_ignore_result=True,
    task_publish_retry=False,
    task_queues={lane.value: {} for lane in Lane},
    task_routes={sweep.task: {"queue": sweep.lane.value} for sweep in SWEEPS},
    task_reject_on_worker_lost=True,
    task_serializer="json",
    timezone="UTC",
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_hijack_root_logger=False,
    worker_prefetch_multiplier=1,
)
app.autodiscover_tasks(sorted({sweep.task.partition(".")[0] for sweep in SWEEPS}))


@worker_process_init.connect
def _begin_anew(**_: object) -> None:
    """A client of MongoDB does not survive a fork: each worker process makes its own."""
    close_inherited_pools()
