"""Which alerts an incident writes."""

import json
from datetime import timedelta

import pytest

from audit.actors import Actor
from audit.models import AuditEvent
from audit.store.sealing import Sealed
from audit.store.transactions import NotInTransaction
from safety.models import Channel, Delivery, IncidentKind
from safety.retries import RetryProfile
from safety.services.alerts import console_url, enqueue_alerts, send_test_alert
from tests.safety.incidents import WORDS, alerts_of, make_incident_row

STAFF = Actor.staff("0190aaaa")
FIRST = [Channel.WEBHOOK, Channel.MODERATOR]
ALL = [*FIRST, Channel.SECOND_URL, Channel.SECOND_EMAIL]


@pytest.fixture
def every_channel(settings):
    settings.SAFETY_ALERT_WEBHOOK = "http://127.0.0.1:9/webhook"
    settings.HUMAN_MODERATOR_ENDPOINT = "http://127.0.0.1:9/api/"
    settings.SECOND_CHANNEL_URL = "http://127.0.0.1:9/second"
    settings.SECOND_CHANNEL_EMAIL = ["on-call@vigil.example"]
    return settings


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("immediate", "kind", "channels", "profile"),
    [
        (False, IncidentKind.DETECTED, [Channel.WEBHOOK], RetryProfile.STANDARD),
        (True, IncidentKind.DETECTED, ALL, RetryProfile.CRISIS),
        (False, IncidentKind.HUMAN_REQUESTED, ALL, RetryProfile.CRISIS),
        (False, IncidentKind.REPLY_REPORTED, [Channel.WEBHOOK], RetryProfile.STANDARD),
        (True, IncidentKind.HUMAN_REQUESTED, ALL, RetryProfile.CRISIS),
    ],
)
def test_an_incident_alerts_those_who_must_know(
    every_channel, now, immediate, kind, channels, profile
):
    incident = make_incident_row(now=now, immediate=immediate, kind=kind)
    deliveries = alerts_of(incident, now=now)
    assert [delivery.channel for delivery in deliveries] == channels
    assert {delivery.profile for delivery in deliveries} == {profile}
    assert len({delivery.group_id for delivery in deliveries}) == 1


@pytest.mark.django_db
def test_the_second_channels_wait_for_the_first(every_channel, now):
    deliveries = alerts_of(make_incident_row(now=now), now=now)
    waits = [(delivery.due_at - now).total_seconds() for delivery in deliveries]
    assert waits == [0, 0, 15, 15]


@pytest.mark.django_db
def test_without_receivers_there_are_no_alerts(now):
    assert alerts_of(make_incident_row(now=now), now=now) == []


@pytest.mark.django_db
def test_bodies_are_those_of_the_brief_and_rest_sealed(every_channel, now):
    webhook, moderator, second, mail = alerts_of(make_incident_row(now=now), now=now)
    assert json.loads(webhook.body)["message_content"] == WORDS
    assert "priority" not in json.loads(webhook.body)
    assert json.loads(moderator.body)["priority"] == "IMMEDIATE"
    assert json.loads(second.body) == json.loads(moderator.body)
    assert WORDS not in mail.body
    stored = Delivery.objects.get(pk=webhook.pk).__dict__["body"]
    assert isinstance(stored, Sealed)


@pytest.mark.django_db
def test_words_stay_here_when_the_operator_says_so(every_channel, now):
    every_channel.SAFETY_ALERT_CONTENT = "none"
    deliveries = alerts_of(make_incident_row(now=now), now=now)
    assert json.loads(deliveries[0].body)["message_content"] == ""
    assert all(WORDS not in delivery.body for delivery in deliveries)


@pytest.mark.django_db(transaction=True)
def test_an_alert_cannot_be_written_apart_from_its_incident(every_channel, now):
    incident = make_incident_row(now=now)
    with pytest.raises(NotInTransaction):
        enqueue_alerts(incident=incident, words=WORDS, now=now)
    assert Delivery.objects.count() == 0


@pytest.mark.django_db
def test_a_test_alert_goes_to_every_receiver_at_once_and_is_on_record(every_channel, now):
    deliveries = send_test_alert(actor=STAFF, now=now)
    assert [delivery.channel for delivery in deliveries] == ALL
    assert {delivery.due_at for delivery in deliveries} == {now}
    assert {delivery.incident_id for delivery in deliveries} == {None}
    assert len({delivery.group_id for delivery in deliveries}) == len(ALL)
    body = json.loads(deliveries[0].body)
    assert (body["severity"], body["triggers"], body["message_content"]) == ("test", [], "")
    event = AuditEvent.objects.get(action="safety.test_alert:sent")
    assert event.actor_id == STAFF.id
    assert event.details == {"deliveries": [delivery.pk for delivery in deliveries]}


@pytest.mark.django_db
def test_a_test_alert_without_receivers_is_still_on_record(now):
    assert send_test_alert(actor=STAFF, now=now + timedelta(seconds=1)) == []
    assert AuditEvent.objects.get(action="safety.test_alert:sent").details == {"deliveries": []}


def test_the_link_is_absolute_where_the_public_address_is_known(settings):
    settings.PUBLIC_URL = "https://vigil.example/"
    assert console_url("0190cccc") == "https://vigil.example/admin/console/incidents/0190cccc/"
    assert console_url("") == "https://vigil.example/admin/console/"
