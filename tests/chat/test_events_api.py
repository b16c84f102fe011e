"""The live stream: order, resuming, ending, limits."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from chat.api import events
from chat.services.control import hand_to_human
from chat.services.sessions import close_session
from tests.chat.conftest import ApiClient
from tests.factories import SYSTEM, make_message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(events, "LOOK_SECONDS", 0.02)


def read(response: Any, *, until: Callable[[str], bool], seconds: float = 5.0) -> str:
    """What the stream sends until it is enough, or ends."""

    async def collect() -> str:
        text = ""
        stream: AsyncGenerator[bytes] = response.streaming_content
        async with asyncio.timeout(seconds):
            async for chunk in stream:
                text += chunk.decode()
                if until(text):
                    break
        await stream.aclose()
        return text

    return async_to_sync(collect)()


def parsed(text: str) -> list[tuple[str, int, dict[str, Any]]]:
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "event" in lines:
            found.append((lines["event"], int(lines["id"]), json.loads(lines["data"])))
    return found


def test_the_stream_tells_what_happened_in_order_and_ends_with_the_session(api, session):
    api.say(session, "Good evening.")
    hand_to_human(session_id=session.pk, staff_id="s" * 32, actor=SYSTEM, now=timezone.now())
    close_session(session=session, actor=SYSTEM, now=timezone.now())
    response = api.get(f"sessions/{session.pk}/events")
    assert response.headers["Content-Type"] == "text/event-stream"
    assert response.headers["Cache-Control"] == "no-cache, no-transform"
    assert response.headers["X-Accel-Buffering"] == "no"
    text = read(response, until=lambda _: False)
    assert text.startswith("retry: 1000\n\n")
    told = parsed(text)
    assert [kind for kind, _, _ in told] == ["message", "message", "handled_by", "closed"]
    assert told[0][2]["text"] == "Good evening."
    assert told[1][2]["author"] == "ai"
    assert told[2][2] == {"handled_by": "human"}


def test_a_stream_goes_on_where_it_broke(api, session):
    first = make_message(session, "One.")
    second = make_message(session, "Two.")
    response = api.get(f"sessions/{session.pk}/events", **{"Last-Event-ID": str(first.sequence)})
    told = parsed(read(response, until=lambda text: "Two." in text))
    assert [data["id"] for _, _, data in told] == [second.pk]


def test_a_stream_hears_what_comes_later_and_pings(api, session, monkeypatch):
    monkeypatch.setattr(events, "PING_SECONDS", 0.05)
    response = api.get(f"sessions/{session.pk}/events")
    assert ": ping" in read(response, until=lambda text: ": ping" in text)


def test_a_stream_ends_by_itself(api, session, monkeypatch):
    monkeypatch.setattr(events, "STREAM_SECONDS", 0.1)
    assert (
        read(api.get(f"sessions/{session.pk}/events"), until=lambda _: False) == "retry: 1000\n\n"
    )


@pytest.mark.parametrize("given", ["x", "-1", "1.5", "٣", "9" * 30])
def test_an_event_id_that_is_none_is_refused(api, session, given):
    response = api.get(
        f"sessions/{session.pk}/events", **{"Last-Event-ID": given.encode().decode("latin-1")}
    )
    assert response.status_code == 400


def test_a_person_opens_a_few_streams_and_no_more(api, person, session, settings):
    settings.STREAMS_PER_PERSON = 1
    with events.OPEN_STREAMS.one_more(person.pk):
        response = api.get(f"sessions/{session.pk}/events")
        assert (response.status_code, response.json()["code"]) == (429, "too_many_requests")
    assert api.get(f"sessions/{session.pk}/events").status_code == 200


def test_a_process_holds_so_many_streams(api, session, settings):
    settings.STREAMS_PER_PROCESS = 1
    with events.OPEN_STREAMS.one_more("somebody else"):
        assert api.get(f"sessions/{session.pk}/events").status_code == 429


def test_a_client_that_asks_for_an_event_stream_gets_problems_in_json(session):
    response = ApiClient().get(f"sessions/{session.pk}/events", Accept="text/event-stream")
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


def test_a_stream_ends_when_the_person_is_erased(api, session):
    response = api.get(f"sessions/{session.pk}/events")
    api.delete("me")
    assert read(response, until=lambda _: False) == "retry: 1000\n\n"
