"""The fault suite's own checks find what is planted: a check that cannot fail proves nothing."""

import json

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import AuditEvent
from audit.services import number_events
from chaos import invariants
from chaos.people import Diary, Said
from chaos.receiver import Receipt
from chat.models import Message, TurnState
from safety.models import Assessment, Delivery, DeliveryState, Incident
from tests.factories import make_incident, make_message, make_session
from tests.raw import mongo

pytestmark = pytest.mark.django_db(transaction=True)


def said(message, key="one", *, cried=False):
    return Said(key, message.pk, message.session_id, cried, 0.0, 0.1, 1)


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
    diary = Diary(said=[said(message, cried=True)])
    assert invariants.cries_have_incidents(diary) == [
        f"a crisis without an incident: session {message.session_id}"
    ]


def test_an_incident_without_a_delivery_is_found(settings):
    settings.SAFETY_ALERT_WEBHOOK = "https://alerts.example/"
    incident = make_incident()
    assert invariants.cries_have_incidents(Diary()) == []
    Delivery.objects.all().delete()
    assert invariants.cries_have_incidents(Diary()) == [
        f"an incident without a delivery: {incident.pk}"
    ]


@pytest.fixture
def delivery(settings):
    settings.SAFETY_ALERT_WEBHOOK = "https://alerts.example/"
    make_incident()
    Delivery.objects.update(state=DeliveryState.DELIVERED)
    return Delivery.objects.first()


def receipts():
    return [Receipt(pk, "digest", "/") for pk in Delivery.objects.values_list("pk", flat=True)]


def test_what_was_received_is_fine_also_twice(delivery):
    assert invariants.delivered([*receipts(), *receipts()]) == []


def test_a_delivery_that_never_came_is_found(delivery):
    (fault,) = invariants.delivered(
        [each for each in receipts() if each.delivery_id != delivery.pk]
    )
    assert fault == f"marked delivered and never received: {delivery.pk}"


def test_two_bodies_under_one_id_are_found(delivery):
    other = Receipt(delivery.pk, "another", "/")
    assert invariants.delivered([*receipts(), other]) == [f"two bodies under one id: {delivery.pk}"]


def test_an_id_that_nobody_sent_is_found(delivery):
    stray = Receipt("0" * 32, "digest", "/")
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
    monkeypatch.setattr(invariants, "SETTLE_SECONDS", 0.0)
    Message.objects.filter(pk=message.pk).update(turn_state=TurnState.STORED)
    assert any("turns not finished" in fault for fault in invariants.settle())
    Message.objects.filter(pk=message.pk).update(turn_state=TurnState.ANSWERED)
    number_events()
    assert invariants.settle() == []
    assert Incident.objects.count() == 0


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
