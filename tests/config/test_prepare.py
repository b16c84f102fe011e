"""Preparing: the database is migrated, the first accounts are told once, and the places are named."""

import io

import pytest
from django.core.management import call_command

from moderation.models import StaffUser

pytestmark = pytest.mark.django_db


def prepared(monkeypatch, **variables: str) -> str:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    out = io.StringIO()
    call_command("prepare", stdout=out)
    return out.getvalue()


def test_an_empty_installation_gets_one_moderator_and_one_compliance_account_told_once(monkeypatch):
    told = prepared(monkeypatch)
    assert sorted(StaffUser.objects.values_list("username", flat=True)) == [
        "compliance",
        "moderator",
    ]
    for user in StaffUser.objects.all():
        line = next(line for line in told.splitlines() if line.startswith(f"  {user.username}"))
        assert user.check_password(line.split()[-1])
        assert not user.is_superuser
    assert "passwords" not in prepared(monkeypatch)
    assert StaffUser.objects.count() == 2


def test_the_places_are_named_with_the_port_that_is_served(monkeypatch):
    assert "http://127.0.0.1:9123/admin/console/" in prepared(monkeypatch, SERVICE_PORT="9123")
