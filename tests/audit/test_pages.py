"""`/admin/audit/`: who may search and take away, what is recorded, and that large exports stream."""

import json
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext
from django.urls import path

from audit import pages, queries
from audit.actors import Actor
from audit.models import AuditEvent
from audit.services import record
from audit.store.transactions import transactional
from audit.verification import verify_part, verify_whole
from moderation.models import StaffUser

urlpatterns = [path("admin/", admin.site.urls)]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

ANN = "a" * 32
SEARCH, EXPORT = "/admin/audit/", "/admin/audit/export/"


def _staff(*permissions: str, name: str = "officer") -> StaffUser:
    user = StaffUser.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


@pytest.fixture
def officer() -> StaffUser:
    return _staff("view_auditevent", "export_auditevent")


@pytest.fixture
def signed_in(client: Client, officer: StaffUser) -> Client:
    client.force_login(officer)
    return client


def _lines(answer: Any) -> list[str]:
    lines: list[str] = b"".join(answer.streaming_content).decode().splitlines(keepends=True)
    return lines


@transactional
def _record(now, action="chat.session:begun", **details):
    return record(
        action,
        actor=Actor.person(ANN, "r1"),
        target=("session", "s1"),
        person_id=ANN,
        now=now,
        details=details,
    )


def test_nobody_enters_without_signing_in(client: Client) -> None:
    for answer in (client.get(SEARCH), client.post(EXPORT)):
        assert answer.status_code == 302
        assert "/admin/login/" in answer["Location"]


@pytest.mark.parametrize(
    ("permissions", "search", "export"),
    [
        ([], 403, 403),
        (["view_auditevent"], 200, 403),
        (["export_auditevent"], 403, 200),
        (["view_auditevent", "export_auditevent"], 200, 200),
    ],
)
def test_searching_and_exporting_are_two_permissions(
    client: Client, permissions, search, export
) -> None:
    client.force_login(_staff(*permissions))
    assert client.get(SEARCH).status_code == search
    assert client.post(EXPORT, {"format": "jsonl"}).status_code == export


def test_wrong_methods_are_refused(signed_in: Client) -> None:
    assert signed_in.post(SEARCH).status_code == 405
    assert signed_in.get(EXPORT).status_code == 405


def test_the_page_shows_events_newest_first_and_offers_the_export(signed_in: Client, now) -> None:
    _record(now, score=3)
    _record(now + timedelta(hours=1), action="chat.session:closed")
    page = signed_in.get(SEARCH).content.decode()
    assert page.index("chat.session:closed") < page.index("chat.session:begun")
    assert "score: 3" in page
    assert "waiting" in page
    assert "Export CSV" in page
    assert 'scope="col"' in page
    assert "3 events, newest first" in page  # signing in is one


def test_without_the_permission_the_export_is_not_offered(client: Client) -> None:
    client.force_login(_staff("view_auditevent"))
    assert "Export CSV" not in client.get(SEARCH).content.decode()


def test_an_empty_page_says_so(signed_in: Client) -> None:
    page = signed_in.get(SEARCH, {"action": "safety."}).content.decode()
    assert "No event was found" in page


def test_a_search_for_a_person_is_on_record_with_the_request(
    signed_in: Client, officer, now
) -> None:
    _record(now)
    answer = signed_in.get(SEARCH, {"person": ANN.upper()}, headers={"X-Request-ID": "r-7"})
    assert "chat.session:begun" in answer.content.decode()
    event = AuditEvent.objects.get(action="audit.record:searched")
    assert (event.actor_id, event.person_id, event.request_id) == (officer.pk, ANN, "r-7")
    signed_in.get(SEARCH, {"action": "chat."})
    assert AuditEvent.objects.filter(action="audit.record:searched").count() == 1


def test_pages_follow_each_other(signed_in: Client, now, monkeypatch) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    for minute in range(3):
        _record(now + timedelta(minutes=minute), score=minute)
    first: Any = signed_in.get(SEARCH, {"action": "chat."})
    assert "score: 2" in first.content.decode()
    assert "Newest events" not in first.content.decode()
    last = signed_in.get(f"{SEARCH}?{first.context_data['older']}").content.decode()
    assert "score: 0" in last
    assert "score: 2" not in last
    assert "Newest events" in last
    assert "Older events" not in last


@pytest.mark.parametrize(
    "query",
    [
        {"person": "Robin"},
        {"actor": "two words"},
        {"action": "<script>"},
        {"target": "x" * 98},
        {"since": "yesterday"},
        {"before": "2026_x"},
        {"actor": "\x00"},
    ],
)
def test_a_search_that_is_not_well_formed_finds_nothing_and_says_why(
    signed_in: Client, now, query
) -> None:
    _record(now)
    answer = signed_in.get(SEARCH, query)
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert "chat.session:begun" not in answer.content.decode()
    assert signed_in.post(EXPORT, {**query, "format": "jsonl"}).status_code == 400


def test_times_narrow_the_search(signed_in: Client, now) -> None:
    _record(now)
    inside = signed_in.get(
        SEARCH, {"since": "2026-11-24T12:00", "until": "2026-11-24T12:01"}
    ).content.decode()
    outside = signed_in.get(SEARCH, {"since": "2026-11-24T12:01"}).content.decode()
    assert "chat.session:begun" in inside
    assert "chat.session:begun" not in outside


@pytest.mark.parametrize("page", [SEARCH, "/admin/audit/auditevent/"])
def test_a_page_asks_the_same_number_of_queries_however_many_events(
    signed_in: Client, now, page: str, django_assert_num_queries
) -> None:
    _record(now)
    with CaptureQueriesContext(connection) as few:
        signed_in.get(page)
    for number in range(30):
        _record(now)
        _record_of_staff(now, _staff(name=f"staff-{number}").pk, "nobody")
    with django_assert_num_queries(len(few)):
        signed_in.get(page)


@transactional
def _record_of_staff(now, actor_id: str, target_id: str) -> None:
    record(
        "moderation.staff:disabled",
        actor=Actor.staff(actor_id),
        target=("staff", target_id),
        now=now,
    )


def test_staff_are_named_beside_their_ids_where_they_are_known(
    signed_in: Client, officer, now
) -> None:
    robin = _staff(name="robin")
    _record_of_staff(now, officer.pk, robin.pk)
    _record_of_staff(now, "f" * 32, "nobody")
    page = signed_in.get(SEARCH, {"action": "moderation.staff:disabled"}).content.decode()
    assert f"staff:{officer.pk} <strong><bdi>officer</bdi></strong>" in page
    assert f"staff:{robin.pk} <strong><bdi>robin</bdi></strong>" in page
    assert f"staff:{'f' * 32}</td>" in page
    assert "staff:nobody</td>" in page


def test_naming_staff_takes_one_query_however_many_they_are(
    signed_in: Client, now, django_assert_num_queries
) -> None:
    for number in range(12):
        staff = _staff(name=f"staff-{number}")
        _record_of_staff(now, staff.pk, staff.pk)
    events = list(AuditEvent.objects.filter(action="moderation.staff:disabled"))
    with django_assert_num_queries(1):
        assert len(queries.staff_names(events)) == 12


def test_an_export_is_a_file_that_verifies(signed_in: Client, officer, now) -> None:
    for _ in range(3):
        _record(now)
    answer = signed_in.post(EXPORT, {"format": "jsonl"})
    assert answer["Content-Disposition"].startswith('attachment; filename="audit-')
    assert "no-store" in answer["Cache-Control"]
    lines = _lines(answer)
    assert verify_whole(lines).size == 4  # signing in is one
    event = AuditEvent.objects.get(action="audit.export:made")
    assert (event.leaf.actor, event.details["events"]) == (f"staff:{officer.pk}", 4)


def test_an_export_holds_what_the_search_found(signed_in: Client, now) -> None:
    _record(now, action="chat.session:closed")
    _record(now)
    answer = signed_in.post(EXPORT, {"format": "jsonl", "action": "chat.session:begun"})
    lines = _lines(answer)
    assert verify_part(lines).size == 1
    assert json.loads(lines[0])["sequence"] == 2


def test_an_export_comes_in_pieces(signed_in: Client, now, monkeypatch) -> None:
    monkeypatch.setattr(pages, "LINES_AT_ONCE", 2)
    for _ in range(3):
        _record(now)
    answer: Any = signed_in.post(EXPORT, {"format": "csv", "action": "chat."})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    pieces = list(answer.streaming_content)
    assert [piece.count(b"\r\n") for piece in pieces] == [2, 2, 0]


def test_an_unknown_format_is_refused(signed_in: Client) -> None:
    assert signed_in.post(EXPORT, {"format": "xlsx"}).status_code == 400
    assert not AuditEvent.objects.filter(action="audit.export:made").exists()


def test_an_export_needs_the_token_of_its_page(officer: StaffUser) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(officer)
    assert strict.post(EXPORT, {"format": "jsonl"}).status_code == 403


def test_under_asgi_an_export_streams_as_well(signed_in: Client, now, monkeypatch) -> None:
    monkeypatch.setattr(pages, "LINES_AT_ONCE", 1)
    for _ in range(2):
        _record(now)
    pieces = async_to_sync(_stream_under_asgi)(signed_in)
    assert len(pieces) == 3
    assert verify_part("".join(pieces).splitlines(keepends=True)).size == 2


async def _stream_under_asgi(signed_in: Client) -> list[str]:
    client = AsyncClient()
    client.cookies = signed_in.cookies
    answer: Any = await client.post(EXPORT, {"format": "jsonl", "action": "chat."})
    assert answer.status_code == 200, answer.headers
    assert answer.is_async
    return [piece.decode() async for piece in answer.streaming_content]


def test_rows_can_be_looked_at_and_nothing_else(signed_in: Client, now) -> None:
    event = _record(now, score=3)
    rows = "/admin/audit/auditevent/"
    assert "session:s1" in signed_in.get(rows).content.decode()
    assert "chat.session:begun" in signed_in.get(f"{rows}{event.pk}/change/").content.decode()
    assert signed_in.post(f"{rows}{event.pk}/change/", {"action": "x"}).status_code == 403
    assert signed_in.get(f"{rows}add/").status_code == 403
    assert signed_in.get(f"{rows}{event.pk}/delete/").status_code == 403
