"""Alerts on their way: in which order, on which channel, how signed, by whose hand, and whose words leave them."""

import json
import logging
import smtplib
from datetime import timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from audit.actors import Actor
from audit.models import AuditEvent
from safety import sending
from safety.delivery_queries import due_delivery_ids
from safety.models import Channel, Delivery, DeliveryAttempt, DeliveryState, IncidentKind
from safety.retries import RetryProfile
from safety.services.alerts import send_test_alert
from safety.services.deliveries import (
    deliver_due,
    erase_delivery_words,
    send_again,
)
from tests.safety.incidents import (
    WORDS,
    alerts_of,
    fresh,
    make_incident_row,
    outcomes_of,
    webhook_of,
)
from tests.safety.receiver import answer, drop, late

pytestmark = pytest.mark.django_db
STAFF = Actor.staff("0190aaaa")
OTHER_KEY = "whsec_OTg3NjU0MzIxMDk4NzY1NDMyMTA5ODc2NTQzMjEwOTg="


# --- Side by side, in order -----------------------------------------------------------------------------------------


def test_eight_are_sent_side_by_side(server, now):
    meeting = Barrier(8)
    server.behave(lambda peer: (meeting.wait(5), answer()(peer)))
    for _ in range(8):
        webhook_of(now)
    assert deliver_due(now=now) == 8
    assert Delivery.objects.filter(state=DeliveryState.DELIVERED).count() == 8


def test_more_than_eight_wait_their_turn_and_none_beyond_the_limit_is_taken(server, now):
    server.behave(late(0.01, answer()))
    for _ in range(12):
        webhook_of(now)
    assert deliver_due(now=now, limit=10) == 10
    assert len({request.headers["webhook-id"] for request in server.requests}) == 10


def test_a_new_crisis_goes_before_old_failures_and_before_everything_else(server, now):
    standard = webhook_of(now, immediate=False)
    old = webhook_of(now - timedelta(hours=1))
    Delivery.objects.filter(pk=old.pk).update(attempts=40)
    new = webhook_of(now)
    order = due_delivery_ids(now=now, limit=20)
    assert order == [new.pk, old.pk, standard.pk]
    assert due_delivery_ids(now=now, limit=2) == [new.pk, old.pk]


# --- The second channel ---------------------------------------------------------------------------------------------


@pytest.fixture
def two_channels(server, settings):
    settings.SECOND_CHANNEL_EMAIL = ["on-call@vigil.example"]
    return server


def test_the_second_channel_is_spared_when_the_first_was_accepted(two_channels, now):
    _, second = alerts_of(make_incident_row(now=now), now=now)
    deliver_due(now=now)
    assert deliver_due(now=now + timedelta(seconds=15)) == 0
    assert fresh(second).state == DeliveryState.NOT_NEEDED
    assert mail.outbox == []
    assert AuditEvent.objects.filter(action="safety.delivery:not_needed").count() == 1


def test_an_accepted_webhook_does_not_spare_the_moderators(two_channels, settings, now):
    settings.HUMAN_MODERATOR_ENDPOINT = "http://127.0.0.1:9/nobody-listens"
    alerts_of(make_incident_row(now=now), now=now)
    deliver_due(now=now)
    assert Delivery.objects.filter(state=DeliveryState.DELIVERED).get().channel == "webhook"
    deliver_due(now=now + timedelta(seconds=15))
    assert len(mail.outbox) == 1


def test_the_second_channel_goes_out_when_nobody_accepted(two_channels, now):
    two_channels.behave(answer(500))
    _, second = alerts_of(make_incident_row(now=now), now=now)
    deliver_due(now=now)
    deliver_due(now=now + timedelta(seconds=15))
    assert fresh(second).state == DeliveryState.DELIVERED
    (sent,) = mail.outbox
    assert sent.to == ["on-call@vigil.example"]
    assert sent.subject == "Vigil: crisis alert"
    assert WORDS not in sent.body


def test_a_mail_server_that_fails_is_tried_again(two_channels, settings, now, monkeypatch):
    settings.SAFETY_ALERT_WEBHOOK = ""

    def fail(*_: object, **__: object) -> None:
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(sending, "send_mail", fail)
    (second,) = alerts_of(make_incident_row(now=now), now=now)
    deliver_due(now=now + timedelta(seconds=15))
    assert outcomes_of(second) == [(1, "mail_failed", None)]
    assert fresh(second).state == DeliveryState.WAITING


def test_a_request_for_a_human_is_a_page_even_without_danger(server, settings, now):
    settings.HUMAN_MODERATOR_ENDPOINT = server.url
    incident = make_incident_row(
        now=now, immediate=False, kind=IncidentKind.HUMAN_REQUESTED, triggers=["human_requested"]
    )
    alerts_of(incident, now=now, words="")
    assert deliver_due(now=now) == 2
    paths = sorted(request.path for request in server.requests)
    assert paths == ["/crisis-alert", "/webhook"]


# --- Signatures -----------------------------------------------------------------------------------------------------


def test_a_receiver_can_verify_the_signature(server, settings):
    webhook_of(timezone.now())
    deliver_due(now=timezone.now())
    (request,) = server.requests
    verified = Webhook(settings.WEBHOOK_SIGNING_SECRET[0]).verify(request.body, request.headers)
    assert verified["message_content"] == WORDS
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER_KEY).verify(request.body, request.headers)


def test_both_keys_verify_while_they_are_changed(server, settings):
    settings.WEBHOOK_SIGNING_SECRET = [OTHER_KEY, *settings.WEBHOOK_SIGNING_SECRET]
    webhook_of(timezone.now())
    deliver_due(now=timezone.now())
    (request,) = server.requests
    for secret in settings.WEBHOOK_SIGNING_SECRET:
        assert Webhook(secret).verify(request.body, request.headers)


def test_without_a_key_the_id_is_still_told(server, settings, now):
    settings.WEBHOOK_SIGNING_SECRET = []
    delivery = webhook_of(now)
    deliver_due(now=now)
    (request,) = server.requests
    assert request.headers["webhook-id"] == delivery.pk
    assert "webhook-signature" not in request.headers


# --- By hand --------------------------------------------------------------------------------------------------------


def test_staff_send_an_alert_again_from_the_start_of_its_schedule(server, now):
    server.behave(answer(410), answer(500), answer())
    delivery = webhook_of(now, immediate=False)
    deliver_due(now=now)
    later = now + timedelta(hours=1)
    send_again(delivery_id=delivery.pk, actor=STAFF, now=later)
    deliver_due(now=later)
    assert fresh(delivery).due_at < later + timedelta(seconds=10)  # the first pause again
    deliver_due(now=later + timedelta(seconds=10))
    assert [number for number, _, _ in outcomes_of(delivery)] == [1, 2, 3]
    assert fresh(delivery).state == DeliveryState.DELIVERED
    event = AuditEvent.objects.get(action="safety.delivery:sent_again")
    assert (event.actor_id, event.target_id) == (STAFF.id, delivery.pk)


def test_a_second_channel_asked_for_by_name_goes_out_in_any_case(two_channels, now):
    _, second = alerts_of(make_incident_row(now=now), now=now)
    deliver_due(now=now)
    later = now + timedelta(seconds=15)
    deliver_due(now=later)
    send_again(delivery_id=second.pk, actor=STAFF, now=later)
    assert deliver_due(now=later) == 1
    assert len(mail.outbox) == 1


def test_a_test_alert_arrives_and_touches_no_incident(server, now):
    send_test_alert(actor=STAFF, now=now)
    assert deliver_due(now=now) == 1
    assert json.loads(server.requests[0].body)["severity"] == "test"


# --- Words ----------------------------------------------------------------------------------------------------------


def test_words_are_erased_from_alerts_sent_or_not(server, settings, now):
    settings.HUMAN_MODERATOR_ENDPOINT = "http://127.0.0.1:9"
    settings.SECOND_CHANNEL_EMAIL = ["on-call@vigil.example"]
    mine, other = make_incident_row(now=now), make_incident_row(now=now)
    alerts_of(mine, now=now)
    alerts_of(other, now=now)
    deliver_due(now=now)
    assert erase_delivery_words(incident_ids=[mine.pk], now=now) == 2
    assert erase_delivery_words(incident_ids=[mine.pk], now=now) == 0
    assert all(WORDS not in row.body for row in Delivery.objects.filter(incident=mine))
    assert sum(WORDS in row.body for row in Delivery.objects.filter(incident=other)) == 2


def test_words_are_in_no_log_and_no_row_of_the_delivery_log(server, now, caplog):
    caplog.set_level(logging.DEBUG)
    server.behave(answer(500), drop, answer(200, body=WORDS.encode()))
    webhook_of(now)
    for seconds in (0, 10, 30):
        deliver_due(now=now + timedelta(seconds=seconds))
    assert len(server.requests) == 3
    assert WORDS not in caplog.text
    assert WORDS not in repr(list(DeliveryAttempt.objects.values()))
    assert WORDS not in repr(list(AuditEvent.objects.values()))


def test_rows_name_themselves(server, now):
    delivery = webhook_of(now)
    deliver_due(now=now)
    assert str(delivery) == f"{Channel.WEBHOOK} {delivery.pk}"
    assert str(DeliveryAttempt.objects.get()) == f"{delivery.pk} #1: accepted"
    assert delivery.profile == RetryProfile.CRISIS
