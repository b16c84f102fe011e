"""Staff of two kinds, and browsers that are signed in as them."""

from collections.abc import Callable

import pytest
from django.test import Client

from audit.actors import Actor
from audit.models import AuditEvent
from moderation.models import StaffUser
from tests.factories import make_staff


def actor_of(staff: StaffUser) -> Actor:
    return Actor.staff(staff.pk)


def actions_on_record() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


@pytest.fixture
def moderator(db) -> StaffUser:
    return make_staff("moderator", "sam")


@pytest.fixture
def colleague(db) -> StaffUser:
    return make_staff("moderator", "toni")


@pytest.fixture
def lead(db) -> StaffUser:
    return make_staff("lead", "lee")


@pytest.fixture
def signed_in(db) -> Callable[[StaffUser], Client]:
    def sign_in(staff: StaffUser) -> Client:
        client = Client()
        client.force_login(staff)
        return client

    return sign_in
