"""What the console does: forms in, a page to go to or JSON out; whoever is late learns what happened."""

import pytest

from chat.models import Author, Message
from moderation.console.actions import ACTIONS
from moderation.services.claims import claim_incident
from safety.levels import Level
from safety.models import Incident, RiskClearance
from tests.factories import make_incident
from tests.moderation.conftest import actor_of

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


def test_a_whole_incident_by_forms_alone(client, incident, moderator):
    page = page_of(incident)
    assert client.post("/admin/console/take-next/").headers["Location"] == page
    client.post(f"{page}take-over/", {"version": 1})
    client.post(f"{page}reply/", {"text": "I am Sam, a human."})
    client.post(f"{page}note/", {"text": "second line informed"})
    client.post(f"{page}give-back/", {"version": 2})
    client.post(f"{page}escalate/", {"version": 3})
    done = client.post(
        f"{page}resolve/",
        {"version": 4, "outcome": "supported_in_chat", "detection": "true"},
    )
    assert done.headers["Location"] == "/admin/console/"
    resolved = Incident.objects.get(pk=incident.pk)
    assert resolved.resolution["outcome"] == "supported_in_chat"
    assert Message.objects.get(author=Author.HUMAN).text == "I am Sam, a human."
    assert RiskClearance.objects.filter(person_id=incident.person_id).exists()
    assert "Resolved." in client.get("/admin/console/").content.decode()
    assert "resolved" in client.get(page).content.decode()


def test_the_second_gets_409_with_the_owners_name(client, incident, colleague, now):
    claim(incident, colleague, now)
    response = client.post(f"{page_of(incident)}claim/")
    assert response.status_code == 409
    assert b"toni has claimed it." in response.content
    answer = client.post(f"{page_of(incident)}claim/", headers=JSON)
    assert answer.status_code == 409
    assert answer.json() == {
        "status": 409,
        "code": "claimed_by_other",
        "detail": "A colleague was first.",
        "owner": "toni",
        "version": 1,
    }


def test_a_stale_version_gets_409_that_says_how_it_stands(client, incident, moderator, now):
    claim(incident, moderator, now)
    Incident.objects.filter(pk=incident.pk).update(version=9)
    response = client.post(f"{page_of(incident)}take-over/", {"version": 1})
    assert response.status_code == 409
    assert b"It is now claimed, severity crisis." in response.content


def test_words_that_could_not_be_sent_are_given_back(client, incident, moderator, now):
    claim(incident, moderator, now)
    response = client.post(f"{page_of(incident)}reply/", {"text": "Please stay with me."})
    assert response.status_code == 409
    assert b"Please stay with me.</textarea>" in response.content


def test_json_answers_tell_the_new_state(client, incident):
    answer = client.post(f"{page_of(incident)}claim/", headers=JSON).json()
    assert answer["status"] == "claimed"
    assert (answer["version"], answer["claimed_by"]) == (1, "sam")


@pytest.mark.parametrize(
    ("action", "form"),
    [
        ("reply", {"text": "   "}),
        ("note", {}),
        ("take-over", {}),
        ("look", {}),
        ("look", {"reason": ""}),
        ("look", {"reason": "other"}),
        ("look", {"reason": "curiosity"}),
        ("resolve", {"version": 1, "outcome": "no_risk_found", "detection": "wrong_severity"}),
        ("resolve", {"version": 1, "outcome": "made_up", "detection": "true"}),
        ("resolve", {"version": 1, "outcome": "", "detection": ""}),
    ],
)
def test_a_form_that_lacks_something_gets_400(client, incident, moderator, now, action, form):
    claim(incident, moderator, now)
    response = client.post(f"{page_of(incident)}{action}/", form)
    assert response.status_code == 400
    answer = client.post(f"{page_of(incident)}{action}/", form, headers=JSON)
    assert answer.json()["code"] == "not_understood"


def test_taking_the_next_one_while_holding_a_crisis_asks_first(client, incident, moderator, now):
    claim(incident, moderator, now)
    following = make_incident(level=Level.WARNING)
    refused = client.post("/admin/console/take-next/")
    assert refused.status_code == 409
    assert b'name="confirmed"' in refused.content
    taken = client.post("/admin/console/take-next/", {"confirmed": "on"})
    assert taken.headers["Location"] == page_of(following)


def test_with_nobody_waiting_there_is_nothing_to_take(client):
    response = client.post("/admin/console/take-next/")
    assert (response.status_code, b"Nobody waits now." in response.content) == (409, True)


@pytest.mark.parametrize("others", ["none", "waiting", "held crisis"])
def test_resolve_and_take_next_in_one_step(client, incident, moderator, now, others):
    claim(incident, moderator, now)
    following = None if others == "none" else make_incident()
    if others == "held crisis":
        claim(following, moderator, now)
    form = {"version": 1, "outcome": "no_risk_found", "detection": "false", "then": "next"}
    done = client.post(f"{page_of(incident)}resolve/", form)
    assert done.headers["Location"] == (page_of(following) if following else "/admin/console/")


def test_a_lead_releases_from_the_queue(lead, signed_in, incident, moderator, now):
    claim(incident, moderator, now)
    client = signed_in(lead)
    assert 'data-action="release"' in client.get("/admin/console/").content.decode()
    client.post(f"{page_of(incident)}release/", {"version": 1})
    assert Incident.objects.get(pk=incident.pk).status == "open"


def test_its_owner_releases_from_the_queue_and_a_colleague_cannot(
    client, incident, moderator, colleague, signed_in, now
):
    claim(incident, moderator, now)
    button = 'data-action="release"'
    assert button not in signed_in(colleague).get("/admin/console/").content.decode()
    page = client.get("/admin/console/").content.decode()
    assert page.count(button) == 1
    assert 'aria-label="Release to the queue: suicide plan"' in page
    client.post(f"{page_of(incident)}release/", {"version": 1})
    assert Incident.objects.get(pk=incident.pk).status == "open"


def test_an_unknown_incident_or_action_is_404(client, incident):
    assert client.get("/admin/console/incidents/nothing/").status_code == 404
    assert client.post(f"{page_of(incident)}erase/").status_code == 404


@pytest.mark.parametrize("action", ACTIONS)
def test_actions_are_posts_that_carry_a_token(action, moderator, incident):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(moderator)
    path = f"{page_of(incident)}{action}/"
    assert strict.get(path).status_code == 405
    assert strict.post(path).status_code == 403
    assert Incident.objects.get(pk=incident.pk).version == 0
