"""Taking over, replying, giving back, raising the alarm again, noting."""

import pytest

from chat.models import Author, ChatSession, Handler, Message
from chat.services.control import NotHandledByHuman
from chat.services.sessions import SessionClosed
from moderation.models import Note
from moderation.permissions import NotClaimed
from moderation.services.claims import claim_incident
from moderation.services.conversations import (
    add_note,
    escalate,
    give_back,
    reply_as_human,
    take_over,
)
from moderation.services.moves import AlreadyResolved, IncidentMoved
from safety.models import Delivery, Incident
from tests.factories import make_incident
from tests.moderation.conftest import actions_on_record, actor_of

pytestmark = pytest.mark.django_db

VERSIONED = {"take_over": take_over, "give_back": give_back, "escalate": escalate}


@pytest.fixture
def mine(moderator, now):
    return claim_incident(
        incident_id=make_incident(now=now).pk,
        version=None,
        staff=moderator,
        actor=actor_of(moderator),
        now=now,
    )


def by(staff, incident, now, **more):
    return {
        "incident_id": incident.pk,
        "staff": staff,
        "actor": actor_of(staff),
        "now": now,
        **more,
    }


def test_a_whole_conversation(mine, moderator, now):
    assert take_over(**by(moderator, mine, now, version=1)).version == 2
    assert ChatSession.objects.get(pk=mine.session_id).handled_by == Handler.HUMAN
    message = reply_as_human(**by(moderator, mine, now, text="I am Sam, a human."))
    assert (message.author, message.staff_id) == (Author.HUMAN, moderator.pk)
    assert give_back(**by(moderator, mine, now, version=2)).version == 3
    assert ChatSession.objects.get(pk=mine.session_id).handled_by == Handler.AI
    assert [action for action in actions_on_record() if action.startswith("moderation")] == [
        "moderation.incident:claimed",
        "moderation.incident:taken_over",
        "moderation.incident:given_back",
    ]


def test_replying_before_taking_over_is_refused(mine, moderator, now):
    with pytest.raises(NotHandledByHuman):
        reply_as_human(**by(moderator, mine, now, text="Hello"))
    assert not Message.objects.filter(author=Author.HUMAN).exists()


def test_a_conversation_that_has_ended_is_not_taken_over(mine, moderator, now):
    ChatSession.objects.filter(pk=mine.session_id).update(closed_at=now)
    with pytest.raises(SessionClosed):
        take_over(**by(moderator, mine, now, version=1))


@pytest.mark.parametrize("name", VERSIONED)
def test_what_changes_an_incident_needs_the_version_that_was_seen(name, mine, moderator, now):
    with pytest.raises(IncidentMoved):
        VERSIONED[name](**by(moderator, mine, now, version=0))


@pytest.mark.parametrize("name", VERSIONED)
def test_a_colleague_cannot_act_on_a_claim_of_somebody_else(name, mine, colleague, now):
    with pytest.raises(NotClaimed):
        VERSIONED[name](**by(colleague, mine, now, version=1))


@pytest.mark.parametrize("name", ["take_over", "give_back"])
def test_a_lead_cannot_speak_for_a_colleague_without_claiming(name, mine, lead, now):
    with pytest.raises(NotClaimed):
        VERSIONED[name](**by(lead, mine, now, version=1))


def test_a_reply_or_note_of_a_colleague_is_refused(mine, colleague, now):
    for service in (reply_as_human, add_note):
        with pytest.raises(NotClaimed):
            service(**by(colleague, mine, now, text="Hello"))


def test_raising_the_alarm_again_writes_new_alerts(mine, moderator, lead, now, settings):
    settings.SAFETY_ALERT_WEBHOOK = "http://127.0.0.1:9/hook"
    moved = escalate(**by(moderator, mine, now, version=1))
    assert moved.response["escalated"] is True
    assert Delivery.objects.filter(incident=mine).count() == 1
    assert escalate(**by(lead, mine, now, version=2)).version == 3


def test_no_alarm_is_raised_for_what_is_over(mine, lead, now):
    Incident.objects.filter(pk=mine.pk).update(status="resolved")
    with pytest.raises(AlreadyResolved):
        escalate(**by(lead, mine, now, version=1))


def test_a_note_rests_sealed_and_is_no_message(mine, moderator, now):
    note = add_note(**by(moderator, mine, now, text="second line informed"))
    assert Note.objects.get(pk=note.pk).text == "second line informed"
    stored = Note.objects.filter(pk=note.pk).values_list("text", flat=True).get()
    assert "second line" not in str(stored)
    assert not Message.objects.filter(session_id=mine.session_id, author=Author.HUMAN).exists()
