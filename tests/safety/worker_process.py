"""A worker of its own, for tests that kill it: `prepare COUNT`, `deliver SECONDS_AHEAD` or `states 0`.

It works on the database in DATA_DIR.
"""

import sys
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up first
from django.utils import timezone  # noqa: E402

from safety.models import Delivery, DeliveryState  # noqa: E402
from safety.services.deliveries import deliver_due  # noqa: E402
from tests.safety.incidents import alerts_of, make_incident_row  # noqa: E402


def prepare(count: int) -> None:
    """A fresh database with alerts that are due."""
    call_command("migrate", verbosity=0, skip_checks=True)
    now = timezone.now()
    for _ in range(count):
        alerts_of(make_incident_row(now=now), now=now)


def deliver(seconds_ahead: int) -> None:
    """Work until nothing waits, on a clock that is ahead."""
    ahead = timedelta(seconds=seconds_ahead)
    while Delivery.objects.filter(state=DeliveryState.WAITING).exists():
        deliver_due(now=timezone.now() + ahead)


def states(_: int) -> None:
    """Tell where every alert stands."""
    for pk, state in Delivery.objects.order_by("pk").values_list("pk", "state"):
        sys.stdout.write(f"{pk} {state}\n")


if __name__ == "__main__":
    {"prepare": prepare, "deliver": deliver, "states": states}[sys.argv[1]](int(sys.argv[2]))
