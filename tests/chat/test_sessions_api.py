"""Sessions over the API: begin, look, ask for a human, tools, close, feedback, reports."""

import pytest
from django.urls import get_resolver
from django.utils import timezone

from chat.models import Author, ChatSession, Feedback, Report, SessionEvent
from chat.services.control import hand_to_human
from safety.models import Incident
from safety.services.incidents import clear_person_risk
from tests.factories import SYSTEM, make_message, make_session


def test_a_session_has_the_shape_of_the_brief(api, person):
    response = api.post("sessions", user_agent="test browser")
    assert response.status_code == 201
    body = response.json()
    assert body["user_id"] == person.pk
    assert body["user_name"] == "Robin"
    assert (body["safety_score"], body["level"], body["handled_by"]) == (0, "none", "ai")
    assert body["conversation_summary"] == {
        "total_messages": 0,
        "mood_trends": [],
        "tools_used": [],
        "last_safety_check": None,
    }
    assert body["created_at"].endswith("Z")
    row = ChatSession.objects.get(pk=body["id"])
    assert set(row.metadata) == {"user_agent", "ip_hash", "session_duration"}
    assert "127.0.0.1" not in str(row.metadata)


def test_sessions_are_listed_newest_first_and_shown_one_by_one(api, person):
    older, newer = make_session(person), make_session(person)
    assert [row["id"] for row in api.get("sessions").json()] == [newer.pk, older.pk]
    assert api.get(f"sessions/{older.pk}").json()["id"] == older.pk
    dashed = f"{older.pk[:8]}-{older.pk[8:12]}-{older.pk[12:16]}-{older.pk[16:20]}-{older.pk[20:]}"
    assert api.get(f"sessions/{dashed}").json()["id"] == older.pk


def test_asking_for_a_human_always_makes_an_incident(api, session):
    response = api.post(f"sessions/{session.pk}/human")
    assert response.status_code == 201
    assert response.json()["state"] == "nobody_yet"
    assert response.json()["resources"]
    incident = Incident.objects.get(session_id=session.pk)
    assert (incident.kind, incident.severity) == ("human_requested", "warning")
    assert incident.triggers == ["human_requested"]
    assert SessionEvent.objects.get(session=session).data == {"state": "nobody_yet"}


def test_asking_twice_raises_the_one_incident_and_waits_once(api, session):
    api.post(f"sessions/{session.pk}/human")
    version = Incident.objects.get().version
    api.post(f"sessions/{session.pk}/human")
    assert Incident.objects.get().version == version + 1
    assert SessionEvent.objects.filter(session=session).count() == 1


def test_asking_while_a_human_is_here_says_so(api, session):
    hand_to_human(session_id=session.pk, staff_id="s" * 32, actor=SYSTEM, now=timezone.now())
    assert api.post(f"sessions/{session.pk}/human").json()["state"] == "human_here"


def test_a_session_is_closed_once(api, session):
    first = api.post(f"sessions/{session.pk}/close").json()
    assert first["closed_at"]
    assert api.post(f"sessions/{session.pk}/close").json() == first
    assert SessionEvent.objects.filter(kind="closed").count() == 1


@pytest.mark.parametrize("path", ["human", "tools/breathing_exercise", "messages"])
def test_nothing_more_is_said_in_a_closed_session(api, session, problem, path):
    api.post(f"sessions/{session.pk}/close")
    body = {"text": "Are you still there?"} if path == "messages" else {}
    response = api.post(f"sessions/{session.pk}/{path}", body)
    document = problem(response)
    assert (response.status_code, document["code"]) == (409, "session_closed")
    assert document["resources"]


def test_feedback_is_kept_even_after_closing(api, session):
    api.post(f"sessions/{session.pk}/close")
    response = api.post(
        f"sessions/{session.pk}/feedback", {"score": 4, "comment": "It helped a bit."}
    )
    assert response.status_code == 201
    assert Feedback.objects.get().comment == "It helped a bit."


@pytest.mark.parametrize("score", [0, 6, "good", None, 2.5])
def test_feedback_is_one_to_five(api, session, problem, score):
    assert (
        problem(api.post(f"sessions/{session.pk}/feedback", {"score": score}))["code"]
        == "validation_failed"
    )


def test_tools_are_listed_and_tracked(api, session):
    names = [tool["name"] for tool in api.get("tools").json()]
    assert names == ["breathing_exercise", "grounding", "safety_plan", "doctor_recommendation"]
    for name in names:
        response = api.post(f"sessions/{session.pk}/tools/{name}")
        assert response.status_code == 201
        assert response.json()["steps"]
    session.refresh_from_db()
    assert session.tools_used == names


def test_an_unknown_tool_is_not_found(api, session, problem):
    assert problem(api.post(f"sessions/{session.pk}/tools/hypnosis"))["code"] == "tool_not_found"


def test_a_reported_reply_goes_to_a_human(api, session):
    reply = make_message(session, "Cheer up.", author=Author.AI)
    response = api.post(
        f"messages/{reply.pk}/report", {"reason": "hurtful", "comment": "That was cold."}
    )
    assert response.status_code == 201
    assert Report.objects.get().comment == "That was cold."
    incident = Incident.objects.get()
    assert (incident.kind, incident.triggers) == ("reply_reported", ["reply_reported"])


def test_own_words_cannot_be_reported(api, session, problem):
    message = make_message(session)
    assert (
        problem(api.post(f"messages/{message.pk}/report", {"reason": "other"}))["code"]
        == "not_reportable"
    )


@pytest.mark.parametrize("message_id", ["nonsense", "0" * 32])
def test_reporting_what_is_not_there(api, problem, message_id):
    assert (
        problem(api.post(f"messages/{message_id}/report", {"reason": "other"}))["code"]
        == "message_not_found"
    )


def test_risk_goes_along_into_a_new_session_until_a_moderator_clears_it(api, person, session):
    api.say(session, "I have a plan and I am going to kill myself tonight.")
    carried = api.post("sessions").json()
    assert carried["safety_score"] >= 3
    clear_person_risk(person_id=person.pk, actor=SYSTEM, now=timezone.now())
    assert api.post("sessions").json()["safety_score"] == 0


def _own_paths(session_id: str, message_id: str) -> list[tuple[str, str]]:
    """Every route of the API that names a session or a message, with the methods it answers to."""
    paths = []
    for route in get_resolver("chat.urls").url_patterns:
        pattern = str(route.pattern)
        if "<" not in pattern:
            continue
        path = pattern.replace("<str:session_id>", session_id).replace(
            "<str:message_id>", message_id
        )
        view = getattr(route.callback, "view_class", None)
        methods = [name for name in ("get", "post", "delete") if hasattr(view, name)]
        paths += [(method, path.replace("<str:name>", "grounding")) for method in methods]
    return paths


def test_somebody_elses_things_are_not_found_on_any_route(session, stranger, problem):
    reply = make_message(session, "Hello.", author=Author.AI)
    paths = _own_paths(session.pk, reply.pk)
    assert len(paths) >= 8
    for method, path in paths:
        response = getattr(stranger, method)(path)
        assert response.status_code == 404, path
        assert problem(response)["code"].endswith("_not_found")


@pytest.mark.parametrize("session_id", ["nonsense", "0" * 32, "1", "%00"])
def test_ids_that_are_none_are_not_found(api, problem, session_id):
    assert api.get(f"sessions/{session_id}").status_code == 404


def test_resources_need_no_sign_in_and_say_when_they_fall_back(anonymous):
    known = anonymous.get("resources?country=us").json()
    assert (known["country"], known["fallback"]) == ("US", False)
    unknown = anonymous.get("resources?country=XX").json()
    assert unknown["fallback"]
    assert unknown["message"]
    assert anonymous.get("resources").json()["fallback"]
    for body in (known, unknown):
        assert body["resources"]
        assert body["emergency_number"]
