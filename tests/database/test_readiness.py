"""Ready means that a majority takes a write."""

import pytest
from django.test import Client

pytestmark = [pytest.mark.engine("mongodb"), pytest.mark.django_db]

OPERATION_FAILED = 96


@pytest.mark.parametrize("command", ["ping", "update"])
def test_without_an_answer_nobody_is_sent_here(fail_point, command):
    assert Client().get("/readyz").json() == {"status": "ready", "database": "up"}
    fail_point([command], times=9, errorCode=OPERATION_FAILED)
    assert Client().get("/readyz").status_code == 503
    assert Client().get("/healthz").status_code == 200
