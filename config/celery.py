"""Celery, for installations with Redis. It only wakes the sweeps: every row that matters is in the database.

    celery --app config.celery worker --queues urgent
    celery --app config.celery worker --queues default
    celery --app config.celery beat

Source: settings found by killing workers and brokers, `docs/adr/0004-outbox-over-broker.md`.
"""

import os

from celery import Celery
from django.conf import settings

from config.sweeps import SWEEPS, Lane, Sweep

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


app = Celery("vigil", broker=settings.CELERY_BROKER_URL)
app.conf.update(
    accept_content=["json"],
    beat_schedule=schedule_of(SWEEPS),
    broker_connection_retry_on_startup=True,
    broker_transport_options={
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
    worker_hijack_root_logger=False,
    worker_prefetch_multiplier=1,
)
app.autodiscover_tasks(sorted({sweep.task.partition(".")[0] for sweep in SWEEPS}))
