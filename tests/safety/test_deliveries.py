"""Alerts on their way: claimed once, tried until accepted, never under two results."""

import json
import logging
import smtplib
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from audit.actors import Actor
from audit.models import AuditEvent
from audit.store.sealing import SealBroken
from safety import sending
from safety.delivery_queries import due_delivery_ids
from safety.models import Channel, Delivery, DeliveryAttempt, DeliveryState, Incident, IncidentKind
from safety.retries import Outcome, RetryProfile
from safety.services import deliveries as service
from safety.services.alerts import send_test_alert
from safety.services.deliveries import (
    SentDelivery,
    claim_delivery,
    deliver_due,
    erase_delivery_words,
    keep_result,
    send_again,
)
from safety.tasks import deliver_due_alerts
from tests.safety.incidents import WORDS, alerts_of, make_incident_row
from tests.safety.receiver import answer, drop, half_an_answer, late, receiver, silence

pytestmark = pytest.mark.django_db
STAFF = Actor.staff("0190aaaa")
OTHER_KEY = "whsec_OTg3NjU0MzIxMDk4NzY1NDMyMTA5ODc2NTQzMjEwOTg="


@pytest.fixture
def server(settings):
    with receiver() as running:
        settings.SAFETY_ALERT_WEBHOOK = f"{running.url}/webhook"
        yield running


def fresh(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def webhook_of(now: datetime, *, immediate: bool = True) -> Delivery:
    return alerts_of(make_incident_row(now=now, immediate=immediate), now=now)[0]


def outcomes_of(delivery: Delivery) -> list[tuple[int, str, int | None]]:
    tries = DeliveryAttempt.objects.filter(delivery=delivery).order_by("number")
    return list(tries.values_list("number", "outcome", "status_code"))


def test_a_due_alert_is_delivered_and_everything_is_written_down(server, now):
    delivery = webhook_of(now)
    assert deliver_due(now=now) == 1
    (request,) = server.requests
    assert request.path == "/webhook"
    assert json.loads(request.body)["message_content"] == WORDS
    stored = fresh(delivery)
    assert (stored.state, stored.attempts, stored.last_outcome) == ("delivered", 1, "accepted")
    assert stored.delivered_at >= now
    assert outcomes_of(delivery) == [(1, "accepted", 200)]
    event = AuditEvent.objects.get(action="safety.delivery:delivered")
    assert event.target_id == delivery.pk
    assert event.details["channel"] == "webhook"


def test_nothing_due_is_nothing_done(server, now):
    delivery = webhook_of(now)
    assert deliver_due(now=now - timedelta(seconds=1)) == 0
    assert fresh(delivery).attempts == 0


def test_the_task_delivers_what_is_due(server):
    webhook_of(timezone.now())
    assert deliver_due_alerts() == 1


def test_the_moderators_are_told_under_their_path(server, settings, now):
    settings.SAFETY_ALERT_WEBHOOK = ""
    settings.HUMAN_MODERATOR_ENDPOINT = f"{server.url}/api/"
    webhook_of(now)
    deliver_due(now=now)
    assert [request.path for request in server.requests] == ["/api/crisis-alert"]


# --- Who was told ---------------------------------------------------------------------------------------------------


def test_the_first_acceptance_is_written_into_the_incident(server, settings, now):
    settings.HUMAN_MODERATOR_ENDPOINT = server.url
    incident = make_incident_row(now=now)
    alerts_of(incident, now=now)
    deliver_due(now=now)
    first = Incident.objects.get(pk=incident.pk)
    assert first.response["human_notified"] is True
    assert first.response["notification_timestamp"].startswith("2026-11-24T12:00:0")
    assert first.response["escalated"] is False
    assert first.version == incident.version
    alerts_of(incident, now=now)
    deliver_due(now=now + timedelta(hours=1))
    assert Incident.objects.get(pk=incident.pk).response == first.response


def test_a_second_channel_alone_does_not_count_as_told(server, settings, now):
    settings.SAFETY_ALERT_WEBHOOK = ""
    settings.SECOND_CHANNEL_URL = server.url
    incident = make_incident_row(now=now)
    alerts_of(incident, now=now)
    deliver_due(now=now + timedelta(seconds=15))
    assert Incident.objects.get(pk=incident.pk).response["human_notified"] is False


def test_a_failed_try_tells_nobody(server, now):
    server.behave(answer(500))
    incident = make_incident_row(now=now)
    alerts_of(incident, now=now)
    deliver_due(now=now)
    assert Incident.objects.get(pk=incident.pk).response["human_notified"] is False


# --- Trying again -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behavior", "outcome", "status"),
    [
        (answer(500), "rejected", 500),
        (answer(410), "rejected", 410),
        (answer(302, "Location: /elsewhere"), "redirect_refused", 302),
        (half_an_answer, "answer_broken", None),
        (drop, "answer_broken", None),
    ],
)
def test_a_crisis_is_tried_again_under_the_same_id(server, now, behavior, outcome, status):
    server.behave(behavior, answer())
    delivery = webhook_of(now)
    deliver_due(now=now)
    stored = fresh(delivery)
    assert (stored.state, stored.last_outcome) == ("waiting", outcome)
    assert now + timedelta(seconds=2) <= stored.due_at < now + timedelta(seconds=4)
    assert deliver_due(now=now + timedelta(seconds=4)) == 1
    assert outcomes_of(delivery) == [(1, outcome, status), (2, "accepted", 200)]
    assert [request.headers["webhook-id"] for request in server.requests] == [delivery.pk] * 2


def test_a_slow_receiver_is_left_after_the_time_of_its_channel(server, settings, now, monkeypatch):
    monkeypatch.setattr(sending, "WEBHOOK_SECONDS", 0.2)
    server.behave(silence(0.4))
    delivery = webhook_of(now)
    deliver_due(now=now)
    assert outcomes_of(delivery) == [(1, "timed_out", None)]


def test_gone_ends_a_standard_alert_and_is_on_record(server, now, caplog):
    server.behave(answer(410))
    delivery = webhook_of(now, immediate=False)
    deliver_due(now=now)
    stored = fresh(delivery)
    assert (stored.state, stored.last_outcome, stored.delivered_at) == (
        "given_up",
        "rejected",
        None,
    )
    assert AuditEvent.objects.filter(action="safety.delivery:given_up").count() == 1
    assert caplog.records[-1].message == "an alert was given up"


def test_retry_after_is_honoured_for_a_standard_alert(server, now):
    server.behave(answer(429, "Retry-After: 600"))
    delivery = webhook_of(now, immediate=False)
    deliver_due(now=now)
    assert fresh(delivery).due_at >= now + timedelta(seconds=600)


def test_a_receiver_that_is_no_longer_configured_is_waited_for(server, settings, now):
    delivery = webhook_of(now)
    settings.SAFETY_ALERT_WEBHOOK = ""
    deliver_due(now=now)
    assert outcomes_of(delivery) == [(1, "no_receiver", None)]
    assert fresh(delivery).state == DeliveryState.WAITING


def test_an_address_inside_is_refused_and_tried_again_after_the_setting_is_mended(
    server, settings, now
):
    settings.OUTBOUND_ALLOWED_HOSTS = []
    delivery = webhook_of(now)
    deliver_due(now=now)
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.0/8"]
    deliver_due(now=now + timedelta(seconds=5))
    assert [outcome for _, outcome, _ in outcomes_of(delivery)] == ["address_refused", "accepted"]


def test_a_body_that_does_not_open_does_not_stop_the_others(server, now, monkeypatch):
    broken, whole = webhook_of(now), webhook_of(now)
    real = sending.signature_headers

    def unless_broken(delivery_id, body, at):
        if delivery_id == broken.pk:
            raise SealBroken("safety_delivery.body")
        return real(delivery_id, body, at)

    monkeypatch.setattr(sending, "signature_headers", unless_broken)
    assert deliver_due(now=now) == 2
    assert fresh(broken).last_outcome == "body_unreadable"
    assert fresh(whole).state == DeliveryState.DELIVERED


def test_an_error_of_our_own_is_an_outcome_and_logged_without_words(server, settings, now, caplog):
    settings.WEBHOOK_SIGNING_SECRET = ["whsec_"]
    delivery = webhook_of(now)
    deliver_due(now=now)
    assert fresh(delivery).last_outcome == "sending_failed"
    (logged,) = [record for record in caplog.records if record.message == "sending failed"]
    assert logged.delivery_id == delivery.pk
    assert WORDS not in caplog.text


# --- One sender at a time -----------------------------------------------------------------------------------------


def test_an_alert_is_claimed_once(server, now):
    delivery = webhook_of(now)
    claimed = claim_delivery(delivery_id=delivery.pk, now=now)
    assert claimed is not None
    assert claimed.attempts == 1
    assert claim_delivery(delivery_id=delivery.pk, now=now + timedelta(seconds=14)) is None
    assert deliver_due(now=now) == 0


def test_of_two_who_read_the_same_row_one_claims_it(server, now, monkeypatch):
    delivery = webhook_of(now)
    real = service._ours

    def somebody_was_first(row):
        Delivery.objects.filter(pk=row.pk).update(attempts=row.attempts + 1)
        return real(row)

    monkeypatch.setattr(service, "_ours", somebody_was_first)
    assert claim_delivery(delivery_id=delivery.pk, now=now) is None


def test_an_alert_whose_worker_died_is_sent_by_the_next_one_under_the_same_id(server, now):
    delivery = webhook_of(now)
    claim_delivery(delivery_id=delivery.pk, now=now)  # and dies
    assert deliver_due(now=now + timedelta(seconds=15)) == 1
    assert server.requests[0].headers["webhook-id"] == delivery.pk
    assert outcomes_of(delivery) == [(2, "accepted", 200)]


@pytest.mark.parametrize("late_outcome", [Outcome.of_answer(200, ""), Outcome("timed_out")])
def test_a_worker_thought_dead_changes_nothing_for_its_successor(server, now, late_outcome):
    delivery = webhook_of(now)
    slow = claim_delivery(delivery_id=delivery.pk, now=now)
    later = now + timedelta(seconds=15)
    claim_delivery(delivery_id=delivery.pk, now=later)
    held = fresh(delivery)
    assert slow is not None
    assert keep_result(sent=SentDelivery(slow, now, later, late_outcome)) is False
    stored = fresh(delivery)
    assert (stored.state, stored.due_at, stored.attempts) == (held.state, held.due_at, 2)
    assert outcomes_of(delivery) == [(1, late_outcome.code, late_outcome.status)]
    assert not AuditEvent.objects.filter(action="safety.delivery:delivered").exists()


def test_the_result_for_an_alert_that_is_gone_is_dropped(server, now):
    claimed = claim_delivery(delivery_id=webhook_of(now).pk, now=now)
    assert claimed is not None
    Incident.objects.all().delete()
    sent = SentDelivery(claimed, now, now, Outcome.of_answer(200, ""))
    assert keep_result(sent=sent) is False


def test_a_result_that_cannot_be_kept_does_not_stop_the_others(server, now, monkeypatch, caplog):
    first, second = webhook_of(now), webhook_of(now)
    real = keep_result

    def fail_for_the_first(*, sent):
        if sent.delivery.pk == first.pk:
            raise RuntimeError("the disk is full")
        return real(sent=sent)

    monkeypatch.setattr(service, "keep_result", fail_for_the_first)
    assert deliver_due(now=now) == 2
    assert fresh(second).state == DeliveryState.DELIVERED
    assert fresh(first).state == DeliveryState.WAITING
    assert [record.message for record in caplog.records] == ["a result was not kept"]


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
