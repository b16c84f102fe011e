"""What servers, workers and the start of the process are given."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from config.env import ROOT
from config.tasks import delete_expired_staff_sessions
from moderation.models import StaffSession
from tests.settings import TEST_ENVIRONMENT


def test_servers_find_an_application_of_either_kind():
    from config import asgi, wsgi

    assert callable(asgi.application)
    assert callable(wsgi.application)


def test_celery_loses_nothing_when_a_worker_is_killed_and_carries_nothing_but_json():
    from config.celery import app

    assert app.conf.task_acks_late is True
    assert app.conf.task_reject_on_worker_lost is True
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.broker_transport_options["visibility_timeout"] == 10
    assert app.conf.task_serializer == "json"
    assert app.conf.accept_content == ["json"]


def test_a_wake_up_that_waited_too_long_is_dropped():
    from config.celery import app

    for entry in app.conf.beat_schedule.values():
        assert entry["options"]["expires"] == max(1.0, entry["schedule"])
        assert "args" not in entry


def test_sign_in_sessions_are_deleted_when_their_time_is_over(db):
    now = timezone.now()
    for key, age in (("old", timedelta(hours=-1)), ("new", timedelta(hours=1))):
        StaffSession.objects.create(session_key=key, session_data="", expire_date=now + age)
    delete_expired_staff_sessions()
    assert list(StaffSession.objects.values_list("session_key", flat=True)) == ["new"]


def start_with(**variables: str) -> str:
    """What a process prints that reads the settings with these variables and fails."""
    done = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=ROOT,
        env={**TEST_ENVIRONMENT, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"MONGODB_URI": "mongodb://db.example/vigil"}, "MONGODB_URI"),
        ({"ENCRYPTION_KEY": ""}, "ENCRYPTION_KEY"),
        ({"SECRET_KEY": "changeme"}, "SECRET_KEY"),
        ({"JWT_SECRET": "changeme"}, "JWT_SECRET"),
        ({"REGISTRATION_OPEN": "ture"}, "REGISTRATION_OPEN"),
        ({"SAFETY_CHECK_TIMEOUT": "0"}, "SAFETY_CHECK_TIMEOUT"),
        ({"SAFETY_ALERT_CONTENT": "everything"}, "SAFETY_ALERT_CONTENT"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_vigil_does_not_understand_stops_it_at_the_start(variables, told):
    assert told in start_with(**variables)
