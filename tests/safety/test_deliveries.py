"""Alerts on their way: claimed once, tried until accepted, never under two results."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.actors import Actor
from audit.models import AuditEvent
from audit.store.sealing import SealBroken
from safety import sending
from safety.models import Delivery, DeliveryState, Incident
from safety.retries import Outcome
from safety.services import deliveries as service
from safety.services.deliveries import (
    SentDelivery,
    claim_delivery,
    deliver_due,
    keep_result,
)
from safety.tasks import deliver_due_alerts
from tests.safety.incidents import (
    WORDS,
    alerts_of,
    fresh,
    make_incident_row,
    outcomes_of,
    webhook_of,
)
from tests.safety.receiver import answer, drop, half_an_answer, silence

pytestmark = pytest.mark.django_db
STAFF = Actor.staff("0190aaaa")


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
