"""Taking one's data along, and being forgotten."""

import json

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from audit.models import AuditEvent
from chat.models import ChatSession, Consent, Message, Person
from safety.models import Delivery, Incident
from safety.services.deliveries import deliver_due
from tests.raw import dump_raw

MARKER = "MARKER-7731"
CRISIS = f"{MARKER} I have a plan and I am going to kill myself tonight."


def test_the_export_holds_everything_about_the_person(api, person, session):
    api.say(session, CRISIS)
    api.post(f"sessions/{session.pk}/feedback", {"score": 3, "comment": f"{MARKER} fine"})
    reply = Message.objects.get(author="ai")
    api.post(f"messages/{reply.pk}/report", {"reason": "other", "comment": f"{MARKER} hm"})
    response = api.get("me/export")
    assert "attachment" in response.headers["Content-Disposition"]
    body = response.json()
    assert body["person"]["user_name"] == "Robin"
    assert len(body["consents"]) == 3
    exported = body["sessions"][0]
    assert [message["author"] for message in exported["messages"]] == ["person", "ai"]
    assert exported["messages"][0]["text"] == CRISIS
    assert exported["assessments"]
    assert exported["feedback"][0]["comment"] == f"{MARKER} fine"
    assert exported["reports"][0]["comment"] == f"{MARKER} hm"
    assert body["incidents"][0]["severity"] == "crisis"
    assert AuditEvent.objects.filter(action="chat.person:exported", person_id=person.pk).exists()


def test_the_export_holds_nothing_of_anybody_else(api, stranger, session):
    api.say(session, CRISIS)
    assert MARKER not in stranger.get("me/export").content.decode()


def test_erasure_leaves_no_words_and_keeps_the_record(api, person, session, settings):
    settings.SAFETY_ALERT_WEBHOOK = "http://127.0.0.1:9/webhook"
    api.say(session, CRISIS)
    events = AuditEvent.objects.count()
    assert api.delete("me").status_code == 204
    assert not Message.objects.exists()
    assert not ChatSession.objects.exists()
    assert not Consent.objects.exists()
    person = Person.objects.get(pk=person.pk)
    assert (person.user_name, person.birth_year, person.country) == ("", "", "")
    assert person.erased_at
    incident = Incident.objects.get()
    assert (incident.excerpt, incident.message_hash) == ("", "")
    assert MARKER not in Delivery.objects.get(channel="webhook").body
    assert AuditEvent.objects.count() > events
    assert AuditEvent.objects.filter(action="chat.person:erased").get().details == {
        "sessions": 1,
        "messages": 2,
    }


@pytest.mark.django_db(transaction=True)
def test_a_persons_words_rest_nowhere_in_the_clear():
    from tests.chat.conftest import ApiClient
    from tests.factories import make_person, make_session

    person = make_person(user_name=f"{MARKER} name")
    session = make_session(person)
    api = ApiClient(person)
    api.say(session, CRISIS)
    api.post(f"sessions/{session.pk}/feedback", {"score": 3, "comment": f"{MARKER} fine"})
    deliver_due(now=timezone.now())
    dump = dump_raw()
    assert person.pk in dump
    assert MARKER not in dump
    assert "kill myself" not in dump
    assert django_settings.ENCRYPTION_KEY[0] not in dump


def test_erased_means_gone_from_lists(api):
    api.delete("me")
    assert json.loads(api.get("me/export").content)["code"] == "token_invalid"
