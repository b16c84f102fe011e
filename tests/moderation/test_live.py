"""The stream that tells open pages of changes: marks only, and only while the right to see them lasts."""

import asyncio
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from moderation.console import live
from moderation.console.live import OPEN_STREAMS, Watch, stream
from moderation.models import StaffSession
from moderation.services.staff import disable_staff
from safety.models import Incident
from tests.factories import make_incident, make_message, make_session, make_staff
from tests.moderation.conftest import actor_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(live, "CHECK_SECONDS", 0)


@pytest.fixture
def moderator():
    return make_staff("moderator")


@pytest.fixture
def watch(moderator):
    client = Client()
    client.force_login(moderator)
    return Watch(moderator.pk, client.session.session_key or "", "")


def collect(watch: Watch, steps: list[Any], *, limit: float = 5.0) -> list[str]:
    """What the stream sends; after each piece the next step is done, in a thread of its own."""

    async def run() -> list[str]:
        sent: list[str] = []
        pieces = stream(watch)
        async for piece in pieces:
            sent.append(piece)
            if len(sent) > len(steps):
                break
            step = steps[len(sent) - 1]
            if step:
                await asyncio.to_thread(step)
        await pieces.aclose()  # type: ignore[attr-defined]
        return sent

    return asyncio.run(asyncio.wait_for(run(), limit))


def test_the_stream_begins_with_the_retry_time_and_the_stamp(watch):
    assert collect(watch, [None])[0] == "retry: 1000\n\n"
    assert collect(watch, [None])[1].startswith("event: queue\ndata: ")


def test_a_new_incident_is_told_by_a_new_stamp_without_words(watch):
    sent = collect(watch, [None, lambda: make_incident(text="some words")])
    assert sent[1] != sent[2]
    assert "some words" not in "".join(sent)


def test_a_watched_session_tells_of_a_new_message(watch):
    session = make_session()
    beside = Watch(watch.staff_id, watch.session_key, session.pk)
    sent = collect(beside, [None, None, lambda: make_message(session)])
    assert [piece.partition("\n")[0] for piece in sent[1:]] == [
        "event: queue",
        "event: transcript",
        "event: transcript",
    ]


def test_disabling_somebody_ends_their_stream(watch, moderator):
    operator = make_staff("operator")

    def disable():
        disable_staff(
            user_id=moderator.pk, staff=operator, actor=actor_of(operator), now=timezone.now()
        )

    assert collect(watch, [None, disable])[-1] == "event: ended\ndata: signed-out\n\n"


@pytest.mark.parametrize("what", ["role", "session", "user"])
def test_losing_the_right_ends_the_stream(watch, moderator, what):
    def lose():
        if what == "role":
            moderator.groups.clear()
        elif what == "session":
            StaffSession.objects.all().delete()
        else:
            moderator.groups.clear()
            type(moderator).objects.filter(pk=moderator.pk).delete()

    assert collect(watch, [None, lose])[-1].startswith("event: ended")


def test_a_stream_pings_and_ends_by_itself(watch, monkeypatch):
    monkeypatch.setattr(live, "PING_SECONDS", 0)
    assert collect(watch, [None, None])[2] == ": ping\n\n"
    monkeypatch.setattr(live, "STREAM_SECONDS", 0)
    assert collect(watch, [None, None]) == ["retry: 1000\n\n"]


def test_an_open_stream_is_counted_and_there_is_a_limit(watch, moderator, settings):
    settings.STREAMS_PER_PERSON = 1
    client = Client()
    client.force_login(moderator)
    with OPEN_STREAMS.one_more(moderator.pk):
        assert client.get("/admin/console/events").status_code == 429
    response = client.get("/admin/console/events")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/event-stream"
    assert response.headers["Cache-Control"] == "no-cache, no-transform"
    assert response.headers["X-Accel-Buffering"] == "no"


def test_a_look_costs_four_queries(watch, django_assert_num_queries):
    make_incident()
    assert Incident.objects.count() == 1
    with django_assert_num_queries(4):
        live._look(watch, check=False)
