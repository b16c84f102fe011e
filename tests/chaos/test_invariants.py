"""The fault suite's own checks find what is planted: a check that cannot fail proves nothing."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import AuditEvent
from audit.services import number_events
from chaos import invariants, settling
from chaos.people import Diary, Said
from chaos.receiver import Receipt
from chat.models import Message, TurnState
from safety.models import Assessment, Channel, Delivery, DeliveryState, Incident
from safety.retries import RetryProfile
from tests.factories import make_incident, make_message, make_session
from tests.raw import mongo

pytestmark = pytest.mark.django_db(transaction=True)


def said(message, key="one", *, cried=False, tries=1):
    return Said(key, message.pk, message.session_id, cried, 0.0, 0.1, tries)


def receipt(delivery_id, digest="digest"):
    return Receipt(delivery_id, digest, "/alerts", "session", 0.0)


@pytest.fixture
def message():
    found = make_message(make_session())
    Assessment.objects.create(
        message_id=found.pk,
        person_id=found.session.person_id,
        session_id=found.session_id,
        created_at=timezone.now(),
        level="none",
        score=0,
        probability=0.0,
        elapsed_ms=0.1,
        release="test",
    )
    return found


def test_a_message_that_is_there_and_assessed_is_fine(message):
    assert invariants.stored_and_assessed(Diary(said=[said(message)])) == []
    assert invariants.said_once(Diary(said=[said(message)])) == []


def test_a_lost_message_is_found(message):
    diary = Diary(said=[said(message)])
    Message.objects.all().delete()
    assert invariants.stored_and_assessed(diary) == [f"acknowledged and not stored: {message.pk}"]


def test_a_message_nobody_assessed_is_found(message):
    Assessment.objects.all().delete()
    (fault,) = invariants.stored_and_assessed(Diary(said=[said(message)]))
    assert fault == f"stored and not assessed: {message.pk}"


def test_one_message_under_two_keys_is_found(message):
    diary = Diary(said=[said(message), said(message, "two")])
    assert invariants.said_once(diary) == [f"one message for two keys: {message.pk}"]


def test_a_message_nobody_said_is_found(message):
    make_message(message.session, "Once more.")
    assert invariants.said_once(Diary(said=[said(message)])) == ["2 messages stored of 1 said"]


def test_a_crisis_without_an_incident_is_found(message):
    Message.objects.update(level="crisis")
    assert invariants.cries_have_incidents(Diary(said=[said(message, cried=True)])) == [
        f"a crisis without an incident: session {message.session_id}"
    ]


def test_a_crisis_that_was_taken_for_less_is_found(message):
    Message.objects.update(level="concern")
    faults = invariants.cries_have_incidents(Diary(said=[said(message, cried=True)]))
    assert f"a crisis taken for concern: {message.pk}" in faults


@pytest.fixture
def _receivers(settings):
    settings.SAFETY_ALERT_WEBHOOK = "https://alerts.example/"
    settings.HUMAN_MODERATOR_ENDPOINT = "https://moderators.example"


@pytest.mark.usefixtures("_receivers")
@pytest.mark.parametrize("channel", [Channel.WEBHOOK, Channel.MODERATOR])
def test_an_incident_that_one_receiver_is_not_told_of_is_found(channel):
    incident = make_incident()
    assert incident.severity == "crisis"
    assert invariants.cries_have_incidents(Diary()) == []
    Delivery.objects.filter(channel=channel).delete()
    assert invariants.cries_have_incidents(Diary()) == [
        f"an incident without a delivery to {channel}: {incident.pk}"
    ]


@pytest.fixture
def delivery(settings):
    settings.SAFETY_ALERT_WEBHOOK = "https://alerts.example/"
    make_incident()
    Delivery.objects.update(state=DeliveryState.DELIVERED)
    return Delivery.objects.first()


def receipts():
    return [receipt(pk) for pk in Delivery.objects.values_list("pk", flat=True)]


def test_what_was_received_is_fine_also_twice(delivery):
    assert invariants.delivered([*receipts(), *receipts()]) == []


def test_a_delivery_that_never_came_is_found(delivery):
    (fault,) = invariants.delivered(
        [each for each in receipts() if each.delivery_id != delivery.pk]
    )
    assert fault == f"marked delivered and never received: {delivery.pk}"


def test_two_bodies_under_one_id_are_found(delivery):
    other = receipt(delivery.pk, "another")
    assert invariants.delivered([*receipts(), other]) == [f"two bodies under one id: {delivery.pk}"]


def test_an_id_that_nobody_sent_is_found(delivery):
    stray = receipt("0" * 32)
    assert invariants.delivered([*receipts(), stray]) == [f"received and unknown: {'0' * 32}"]


@pytest.mark.parametrize("heard", [[], [1, 0], [0], [0, 0, 1]])
def test_a_stream_that_lost_mixed_or_repeated_messages_is_found(heard):
    session = make_session()
    ids = [make_message(session, text).pk for text in ("First.", "Second.")]
    told = [json.dumps({"id": ids[number]}) for number in heard]
    (fault,) = invariants.heard_in_order(Diary(heard={session.pk: told}))
    assert f"heard {len(heard)} of 2" in fault
    whole = {session.pk: [json.dumps({"id": pk}) for pk in ids]}
    assert invariants.heard_in_order(Diary(heard=whole)) == []


def test_a_whole_record_verifies():
    make_incident()
    number_events()
    assert invariants.record_is_whole() == []


@pytest.mark.engine("sqlite")
def test_a_gap_in_the_record_is_found():
    make_incident()
    make_incident()
    number_events()
    last = AuditEvent.objects.order_by("-sequence")[0]
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_refuse_update")
        cursor.execute(
            "UPDATE audit_auditevent SET sequence = sequence + 5 WHERE _id = %s", [last.pk]
        )
    try:
        assert "audit numbers are not contiguous" in invariants.record_is_whole()
    finally:
        from importlib import import_module

        guard = import_module("audit.migrations.0002_append_only").TRIGGERS["audit_refuse_update"]
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TRIGGER audit_refuse_update {guard}")


def test_what_is_left_to_do_is_named(monkeypatch, message):
    monkeypatch.setattr(settling, "SETTLE_SECONDS", 0.0)
    Message.objects.filter(pk=message.pk).update(turn_state=TurnState.STORED)
    assert any("turns not finished" in fault for fault in settling.settle())
    Message.objects.filter(pk=message.pk).update(turn_state=TurnState.ANSWERED)
    number_events()
    assert settling.settle() == []
    assert Incident.objects.count() == 0


@pytest.mark.usefixtures("_receivers")
def test_an_alert_that_nobody_sends_is_named(monkeypatch):
    monkeypatch.setattr(settling, "SETTLE_SECONDS", 0.0)
    make_incident()
    number_events()
    first, *others = settling.settle()
    assert first == "2 alerts not delivered"
    assert all(fault.endswith("waiting, 0 tries, the last ") for fault in others)


@pytest.mark.parametrize(
    ("row", "helped"),
    [
        ({"profile": RetryProfile.STANDARD, "attempts": 2}, 1),
        ({"profile": RetryProfile.STANDARD, "attempts": 0}, 0),
        ({"profile": RetryProfile.CRISIS, "attempts": 2}, 0),
    ],
)
def test_only_a_patient_alert_that_was_refused_twice_is_brought_forward(delivery, row, helped):
    later = timezone.now() + timedelta(minutes=5)
    Delivery.objects.update(state=DeliveryState.WAITING, due_at=later, **row)
    assert settling.bring_forward() == helped * Delivery.objects.count()


HEARD = {"session": ["{}"]}


def test_enough_happened(message):
    diary = Diary(said=[said(message, cried=True, tries=2)] * invariants.ENOUGH_SAID, heard=HEARD)
    assert invariants.enough_happened(diary, [receipt("a"), receipt("a")]) == []


def test_a_load_that_was_none_is_found(message):
    assert len(invariants.enough_happened(Diary(heard={"session": []}), [receipt("a")])) == 5
    assert "a listener heard nothing" in invariants.enough_happened(Diary(), [])


@pytest.mark.engine("mongodb")
def test_an_open_transaction_is_found(monkeypatch):
    monkeypatch.setattr(invariants, "OPEN_SECONDS", 0.5)
    assert invariants.nothing_left_open() == []
    with mongo().connection.start_session() as session:
        session.start_transaction()
        mongo().database["chat_person"].insert_one(
            {"_id": "0" * 32, "subject": "x"}, session=session
        )
        assert invariants.nothing_left_open() == ["1 transactions are open"]
        session.abort_transaction()
