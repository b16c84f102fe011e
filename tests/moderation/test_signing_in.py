"""Signing in: limited, on the record, and over in time."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import AuditEvent
from moderation.models import StaffSession
from moderation.staff_sessions import (
    ABSOLUTE_LIMIT,
    IDLE_LIMIT,
    SessionStore,
    end_sessions_of,
    has_expired,
)
from tests.factories import PASSWORD
from tests.moderation.conftest import actions_on_record

pytestmark = pytest.mark.django_db


def sign_in(client, username="sam", password=PASSWORD, **headers):
    return client.post(
        "/admin/login/", {"username": username, "password": password}, headers=headers
    )


def test_signing_in_and_out_is_on_record(moderator):
    client = Client()
    assert sign_in(client).status_code == 302
    assert client.post("/admin/logout/").status_code == 200
    assert actions_on_record() == ["moderation.staff:signed_in", "moderation.staff:signed_out"]
    assert StaffSession.objects.count() == 0


@pytest.mark.parametrize(
    ("username", "password"), [("sam", "wrong wrong wrong"), ("nobody", PASSWORD)]
)
def test_a_failed_try_gets_the_same_answer_whoever_it_was(moderator, username, password):
    response = sign_in(Client(), username, password)
    assert response.status_code == 200
    assert b"Please enter the correct username and password" in response.content
    event = AuditEvent.objects.get(action="moderation.staff:sign_in_failed")
    assert event.target_id == (moderator.pk if username == "sam" else "unknown")


def test_a_disabled_user_gets_the_same_answer(moderator):
    moderator.is_active = False
    moderator.save()
    assert b"Please enter the correct username" in sign_in(Client()).content


def test_a_name_that_was_typed_is_never_recorded(moderator):
    sign_in(Client(), "my-secret-passphrase", "x")
    assert not AuditEvent.objects.filter(details__icontains="secret").exists()
    assert not AuditEvent.objects.filter(target_id__icontains="secret").exists()


def test_too_many_tries_are_refused_even_with_the_right_password(moderator, settings):
    settings.SIGN_INS_PER_MINUTE = 3
    client = Client()
    for _ in range(3):
        sign_in(client, password="wrong wrong wrong")
    refused = sign_in(client)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert actions_on_record()[-1] == "moderation.staff:sign_in_refused"


def test_an_invented_forwarding_header_does_not_help(moderator, settings):
    settings.SIGN_INS_PER_MINUTE = 2
    statuses = [
        sign_in(Client(), f"guess-{number}", **{"X-Forwarded-For": f"10.0.0.{number}"}).status_code
        for number in range(4)
    ]
    assert statuses == [200, 200, 429, 429]


def test_with_the_counter_down_nobody_gets_in(moderator, monkeypatch):
    def broken(*_, **__):
        raise ConnectionError

    monkeypatch.setattr("chat.limits.get_usage", broken)
    assert sign_in(Client()).status_code == 429


@pytest.fixture
def key(moderator, signed_in):
    client = signed_in(moderator)
    return client.session.session_key


def test_a_fresh_sign_in_is_within_its_limits(key, moderator):
    assert not has_expired(key, now=timezone.now())
    row = StaffSession.objects.get(pk=key)
    assert row.user_id == moderator.pk
    assert row.get_session_store_class() is SessionStore


@pytest.mark.parametrize(
    ("column", "limit"), [("seen_at", IDLE_LIMIT), ("signed_in_at", ABSOLUTE_LIMIT)]
)
def test_a_sign_in_ends_at_its_limits(key, column, limit):
    past = timezone.now() - limit - timedelta(seconds=1)
    StaffSession.objects.filter(pk=key).update(**{column: past})
    assert has_expired(key, now=timezone.now())


@pytest.mark.parametrize("column", ["seen_at", "signed_in_at"])
def test_an_expired_sign_in_is_sent_to_sign_in_again(moderator, signed_in, column):
    client = signed_in(moderator)
    StaffSession.objects.update(**{column: timezone.now() - timedelta(days=1)})
    response = client.get("/admin/console/")
    assert response.headers["Location"] == "/admin/login/?next=/admin/console/"
    assert actions_on_record()[-1] == "moderation.staff:session_expired"
    assert client.get("/admin/console/").status_code == 302


def test_a_page_that_refreshes_itself_keeps_nobody_signed_in(moderator, signed_in):
    client = signed_in(moderator)
    old = timezone.now().replace(microsecond=0) - timedelta(minutes=20)
    StaffSession.objects.update(seen_at=old)
    client.get("/admin/console/queue/", headers={"X-Vigil-Background": "1"})
    assert StaffSession.objects.get().seen_at == old
    client.get("/admin/console/")
    assert StaffSession.objects.get().seen_at != old


def test_an_unknown_sign_in_counts_as_expired():
    assert has_expired("nothing", now=timezone.now())


def test_signing_somebody_out_everywhere(moderator, signed_in):
    signed_in(moderator)
    signed_in(moderator)
    assert end_sessions_of(moderator.pk) == 2
