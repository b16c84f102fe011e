"""The console's pages: what is shown to whom, masked until it may be read."""

import pytest

from chat.models import ChatSession
from chat.services.control import hand_to_human
from moderation.console.actions import ACTIONS
from moderation.models import Look
from moderation.services.claims import claim_incident
from moderation.services.conversations import reply_as_human
from safety.levels import Level
from safety.models import AssessedKind, Incident
from safety.services.checking import Checked
from safety.services.incidents import Subject, record_assessment
from tests.factories import make_human_request, make_incident, make_staff, make_verdict, minutes_ago
from tests.moderation.conftest import actions_on_record, actor_of

pytestmark = pytest.mark.django_db
WORDS = "I have decided, tonight it ends."
JSON = {"Accept": "application/json"}


def page_of(incident):
    return f"/admin/console/incidents/{incident.pk}/"


def claim(incident, staff, now):
    return claim_incident(
        incident_id=incident.pk, version=None, staff=staff, actor=actor_of(staff), now=now
    )


@pytest.fixture
def incident():
    return make_incident(text=WORDS)


@pytest.fixture
def client(moderator, signed_in):
    return signed_in(moderator)


def test_the_console_asks_for_sign_in(client):
    client.logout()
    response = client.get("/admin/console/")
    assert response.headers["Location"] == "/admin/login/?next=/admin/console/"


def test_the_queue_shows_what_waits_in_words(client, incident):
    make_human_request()
    page = client.get("/admin/console/").content.decode()
    assert f'data-incident="{incident.pk}" data-severity="crisis"' in page
    assert "breach in 0:5" in page
    assert "suicide plan" in page
    assert "asked for a human" in page
    assert 'data-action="take-next"' in page
    assert WORDS not in page
    assert "UNDEFINED" not in page


def test_an_empty_queue_says_so(client):
    assert "Nobody waits now." in client.get("/admin/console/").content.decode()


def test_an_old_incident_is_overdue_in_words(client):
    make_incident(now=minutes_ago(3))
    assert "overdue by 2:0" in client.get("/admin/console/").content.decode()


def test_the_fragment_names_itself_and_holds_the_rows_only(client, incident):
    response = client.get("/admin/console/queue/")
    assert response.headers["X-Vigil-Fragment"] == "1"
    assert b"<html" not in response.content
    assert incident.pk.encode() in response.content


def test_words_are_masked_until_the_incident_is_claimed(client, incident, moderator, now):
    page = client.get(page_of(incident)).content.decode()
    assert "Masked." in page
    assert WORDS not in page
    assert "moderation.transcript:read" not in actions_on_record()
    claim(incident, moderator, now)
    page = client.get(page_of(incident)).content.decode()
    assert WORDS in page
    assert "UNDEFINED" not in page
    assert actions_on_record().count("moderation.transcript:read") == 1


def test_the_words_that_fired_are_marked_and_hostile_text_stays_text(client, moderator, now):
    text = "<b>Now</b> <script>alert(1)</script> & \u202egnorw"
    hostile = make_incident(text=text)
    subject = Subject(hostile.person_id, hostile.session_id, hostile.message_id, text, "", 0, 1)
    record_assessment(
        kind=AssessedKind.MESSAGE,
        checked=Checked(make_verdict(Level.CRISIS), 1.0),
        subject=subject,
        now=now,
    )
    claim(hostile, moderator, now)
    page = client.get(page_of(hostile)).content.decode()
    assert '<mark title="suicide_plan">&lt;b&gt;N</mark>' in page
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "Words that match the rule test.rule." in page


def test_the_composer_is_locked_until_takeover(client, incident, moderator, now):
    claim(incident, moderator, now)
    assert "<fieldset disabled>" in client.get(page_of(incident)).content.decode()
    response = client.post(f"{page_of(incident)}take-over/", {"version": 1})
    assert response.headers["Location"] == page_of(incident)
    page = client.get(page_of(incident)).content.decode()
    assert "<fieldset disabled>" not in page
    assert 'data-action="give-back"' in page


def test_the_rail_tells_local_help_and_the_screener(client, incident):
    page = client.get(page_of(incident)).content.decode()
    assert "999" in page
    assert "A plan" in page
    assert "not known" in page


def test_looking_without_a_claim_opens_the_words_with_a_reason(client, incident):
    client.post(f"{page_of(incident)}look/", {"reason": "second_opinion"})
    assert WORDS in client.get(page_of(incident)).content.decode()
    assert Look.objects.get().reason == "second_opinion"


def test_no_reason_for_looking_is_chosen_beforehand(client, incident):
    page = client.get(page_of(incident)).content.decode()
    select = page[page.index('<select id="look-reason"') :].partition("</select>")[0]
    assert select.split("<option")[1].startswith(' value="">')
    assert "selected" not in select
    assert client.post(f"{page_of(incident)}look/", {"reason": ""}).status_code == 400
    assert not Look.objects.exists()


def test_the_transcript_fragment_is_a_reading_too(client, incident, moderator, now):
    fragment = f"{page_of(incident)}transcript/"
    assert "no longer read" in client.get(fragment).content.decode()
    claim(incident, moderator, now)
    assert WORDS in client.get(fragment).content.decode()
    assert actions_on_record()[-1] == "moderation.transcript:read"


@pytest.mark.parametrize("role", ["board", "data", "compliance", "operator"])
def test_other_roles_get_403_everywhere(role, signed_in, incident):
    client = signed_in(make_staff(role))
    paths = ["/admin/console/", "/admin/console/queue/", "/admin/console/events", page_of(incident)]
    assert [client.get(path).status_code for path in paths] == [403] * 4
    posts = [f"{page_of(incident)}{action}/" for action in ACTIONS]
    for path in [*posts, "/admin/console/take-next/"]:
        assert client.post(path, {"version": 0, "reason": "fault"}).status_code == 403


def test_a_session_that_a_human_holds_shows_it(client, incident, moderator, now):
    claim(incident, moderator, now)
    hand_to_human(
        session_id=incident.session_id, staff_id=moderator.pk, actor=actor_of(moderator), now=now
    )
    assert "a human answers" in client.get(page_of(incident)).content.decode()


def test_an_ended_conversation_offers_no_takeover(client, incident, moderator, now):
    claim(incident, moderator, now)
    ChatSession.objects.filter(pk=incident.session_id).update(closed_at=now)
    page = client.get(page_of(incident)).content.decode()
    assert 'data-action="take-over"' not in page
    assert "the conversation has ended" in page


def test_colleagues_are_named_in_the_transcript_and_looks_are_told(client, incident, lead, now):
    claim(incident, lead, now)
    hand_to_human(session_id=incident.session_id, staff_id=lead.pk, actor=actor_of(lead), now=now)
    client.post(f"{page_of(incident)}look/", {"reason": "handover"})
    reply_as_human(
        incident_id=incident.pk, text="I am Lee.", staff=lead, actor=actor_of(lead), now=now
    )
    page = client.get(page_of(incident)).content.decode()
    assert "Human · lee" in page
    assert "You look without a claim (handover)." in page
    assert "UNDEFINED" not in page


def test_notes_and_earlier_incidents_stand_on_the_page(client, incident, moderator, now):
    Incident.objects.filter(pk=incident.pk).update(
        status="resolved", open_key=incident.pk, resolution={"outcome": "no_risk_found"}
    )
    session = ChatSession.objects.get(pk=incident.session_id)
    second = make_incident(session, text="It is back.")
    claim(second, moderator, now)
    client.post(f"{page_of(second)}note/", {"text": "second line informed"})
    page = client.get(page_of(second)).content.decode()
    assert "Note for staff only · sam" in page
    assert "second line informed" in page
    assert "no risk found" in page
