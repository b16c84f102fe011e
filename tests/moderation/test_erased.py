"""A person erases their data while a moderator works on their case: the case stays in hand, nobody is trapped."""

import pytest

from chat.models import ChatSession, Person
from chat.services.leaving import erase_person
from moderation.models import Label, LookReason, Note
from moderation.permissions import NotClaimed
from moderation.services.claims import claim_incident
from moderation.services.conversations import give_back, reply_as_human, take_over
from moderation.services.erased import PersonErased
from moderation.services.erasing import erase_staff_words
from moderation.services.reading import look, read_transcript
from safety.models import Incident
from tests.factories import SYSTEM, make_incident
from tests.moderation.conftest import actor_of

pytestmark = pytest.mark.django_db
WORDS = "I have decided, tonight it ends."
QUEUE = "/admin/console/"
JSON = {"Accept": "application/json"}
TOLD = "The person has erased their data."
RESOLUTION = {"outcome": "person_left", "detection": "true", "note": "Gone before we could speak."}


def page_of(incident):
    return f"/admin/console/incidents/{incident.pk}/"


def erase(incident, now):
    erase_person(person=Person.objects.get(pk=incident.person_id), actor=SYSTEM, now=now)


def claim(incident, staff, now):
    return claim_incident(
        incident_id=incident.pk, version=None, staff=staff, actor=actor_of(staff), now=now
    )


@pytest.fixture
def client(moderator, signed_in):
    return signed_in(moderator)


@pytest.fixture
def erased(now):
    incident = make_incident(text=WORDS, now=now)
    erase(incident, now)
    return incident


@pytest.fixture
def held(erased, moderator, now):
    return claim(erased, moderator, now)


def test_the_page_opens_and_says_so_without_a_claim(client, erased):
    page = client.get(page_of(erased)).content.decode()
    assert TOLD in page
    assert 'data-action="claim"' in page
    assert 'data-action="look"' not in page
    assert "Masked." not in page
    assert "UNDEFINED" not in page


def test_the_page_of_a_claimed_case_offers_only_what_still_makes_sense(client, held):
    page = client.get(page_of(held)).content.decode()
    assert TOLD in page
    for action in ("take-over", "give-back", "reply"):
        assert f'data-action="{action}"' not in page
    for action in ("release", "resolve", "note"):
        assert f'data-action="{action}"' in page
    assert "UNDEFINED" not in page
    fragment = client.get(f"{page_of(held)}transcript/").content.decode()
    assert TOLD in fragment
    assert 'data-handled="erased"' in fragment


def test_the_row_is_marked_and_only_that_row(client, erased):
    other = make_incident()
    page = client.get(QUEUE).content.decode()
    assert page.count("data-erased") == 1
    marked = page[page.index(erased.pk) :]
    assert marked.index("data-erased") < marked.index("</li>")
    assert other.pk in page


def test_claim_note_escalate_release_and_resolve_work(client, erased):
    page = page_of(erased)
    assert client.post(f"{page}claim/").headers["Location"] == page
    assert client.post(f"{page}note/", {"text": "Told the lead."}).status_code == 302
    assert "Told the lead." in client.get(page).content.decode()
    assert client.post(f"{page}escalate/", {"version": 1}).status_code == 302
    assert client.post(f"{page}release/", {"version": 2}).headers["Location"] == QUEUE
    assert client.post("/admin/console/take-next/").headers["Location"] == page
    done = client.post(f"{page}resolve/", {"version": 4, **RESOLUTION})
    assert done.headers["Location"] == QUEUE
    assert Incident.objects.get(pk=erased.pk).resolution["outcome"] == "person_left"
    assert TOLD in client.get(page).content.decode()


@pytest.mark.parametrize(
    ("action", "form"),
    [
        ("take-over", {"version": 1}),
        ("give-back", {"version": 1}),
        ("reply", {"text": "I am Sam, a human."}),
        ("look", {"reason": "handover"}),
    ],
)
def test_what_needs_the_person_is_refused_by_name(client, held, action, form):
    answer = client.post(f"{page_of(held)}{action}/", form)
    assert answer.status_code == 409
    assert b'data-problem="person_erased"' in answer.content
    answer = client.post(f"{page_of(held)}{action}/", form, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, "person_erased")
    assert Incident.objects.get(pk=held.pk).version == 1


def test_words_that_reach_nobody_are_given_back(client, held):
    answer = client.post(f"{page_of(held)}reply/", {"text": "Are you there?"})
    assert b"Are you there?</textarea>" in answer.content


def test_the_services_name_it_and_a_stranger_learns_nothing(erased, moderator, colleague, now):
    held = claim(erased, moderator, now)
    who = {"incident_id": held.pk, "now": now}
    mine = {**who, "staff": moderator, "actor": actor_of(moderator)}
    strange = {**who, "staff": colleague, "actor": actor_of(colleague)}
    for service, more in (
        (take_over, {"version": 1}),
        (give_back, {"version": 1}),
        (reply_as_human, {"text": "Hi."}),
    ):
        with pytest.raises(PersonErased):
            service(**mine, **more)
        with pytest.raises(NotClaimed):
            service(**strange, **more)
    with pytest.raises(PersonErased):
        look(**strange, reason=LookReason.HANDOVER, explanation="")


def test_reading_finds_notes_only(held, moderator, now):
    Note(incident_id=held.pk, author=moderator, text="Told the lead.", created_at=now).save()
    found = read_transcript(
        incident_id=held.pk, staff=moderator, actor=actor_of(moderator), now=now
    )
    assert (found.user_name, found.session, found.messages) == ("", None, [])
    assert [note.text for note in found.notes] == ["Told the lead."]


def test_a_person_who_is_not_even_known_by_id_has_no_name(held, moderator, now):
    Person.objects.filter(pk=held.person_id).delete()
    found = read_transcript(
        incident_id=held.pk, staff=moderator, actor=actor_of(moderator), now=now
    )
    assert found.user_name == ""


def test_erasing_in_mid_conversation_traps_nobody(client, moderator, now):
    incident = make_incident(text=WORDS)
    page = page_of(incident)
    client.post("/admin/console/take-next/")
    client.post(f"{page}take-over/", {"version": 1})
    client.post(f"{page}reply/", {"text": "I am Sam, a human."})
    client.post(f"{page}note/", {"text": "They mentioned a sister."})
    erase(incident, now)
    assert not ChatSession.objects.filter(pk=incident.session_id).exists()
    assert erase_staff_words(now=now) == 1
    assert client.post(f"{page}reply/", {"text": "Hello?"}).status_code == 409
    shown = client.get(page).content.decode()
    assert TOLD in shown
    assert "sister" not in shown
    assert "(erased with the person&#x27;s data)" in shown
    following = make_incident()
    assert client.post("/admin/console/take-next/").status_code == 409
    done = client.post(f"{page}resolve/", {"version": 3, "then": "next", **RESOLUTION})
    assert done.headers["Location"] == page_of(following)
    assert Label.objects.get().outcome == "person_left"


def test_open_pages_learn_of_it_from_the_version(erased, now):
    resolved = make_incident(now=now)
    Incident.objects.filter(pk=resolved.pk).update(
        person_id=erased.person_id, status="resolved", open_key=resolved.pk
    )
    erase_staff_words(now=now)
    assert Incident.objects.get(pk=erased.pk).version == 1
    assert Incident.objects.get(pk=resolved.pk).version == 0
