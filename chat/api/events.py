"""A session's live stream: server-sent events from rows, resumed from `Last-Event-ID`.

Signing in and refusing work as in every other view; what is handed back is an asynchronous stream, so an open one
costs no thread between its looks at the database.
Source: WHATWG HTML, section 9.2, for the format.
"""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from chat.api.views import PersonView
from chat.limits import TooManyRequests
from chat.models import EventKind, Message, SessionEvent
from chat.queries import events_after, last_sequence_of
from chat.serializers.outputs import MessageOutput

LOOK_SECONDS = 0.5
PING_SECONDS = 15
STREAM_SECONDS = 300
"""After this a stream ends and the client comes back, so that its rights are checked again."""
RECONNECT_MS = 1000
BUSY_RETRY_SECONDS = 30

_looking = ThreadPoolExecutor(4, thread_name_prefix="stream")


class StreamCount:
    """Open streams in this process, over all and by person."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_person: Counter[str] = Counter()

    def check_room(self, person_id: str) -> None:
        """Raise TooManyRequests when the process or the person has as many as allowed."""
        with self._lock:
            full = self._by_person.total() >= settings.STREAMS_PER_PROCESS
            if full or self._by_person[person_id] >= settings.STREAMS_PER_PERSON:
                raise TooManyRequests(BUSY_RETRY_SECONDS)

    @contextmanager
    def one_more(self, person_id: str) -> Iterator[None]:
        """Count a stream while it is open."""
        with self._lock:
            self._by_person[person_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._by_person[person_id] -= 1
                self._by_person += Counter()  # drops those at zero


OPEN_STREAMS = StreamCount()


class AlwaysJSON(BaseContentNegotiation):
    """A client asks for `text/event-stream`; problems are told in JSON all the same."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:  # noqa: ARG002 - its signature
        """The only parser."""
        return next(iter(parsers))

    def select_renderer(
        self,
        request: Request,  # noqa: ARG002 - the framework's signature
        renderers: Iterable[BaseRenderer],  # noqa: ARG002 - the framework's signature
        format_suffix: str | None = None,  # noqa: ARG002 - the framework's signature
    ) -> tuple[BaseRenderer, str]:
        """JSON."""
        return JSONRenderer(), "application/json"


class EventsView(PersonView):
    """The stream of one session."""

    content_negotiation_class = AlwaysJSON

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "Last-Event-ID",
                int,
                OpenApiParameter.HEADER,
                description="The last event already seen; without it the stream begins seven days ago.",
            )
        ],
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
        operation_id="stream_events",
    )
    def get(self, request: Request, session_id: str) -> StreamingHttpResponse:
        """Open the stream: `message`, `handled_by`, `waiting`, `closed`."""
        session = self.own_session(session_id)
        after = _last_event_id(request)
        OPEN_STREAMS.check_room(self.person.pk)
        response = StreamingHttpResponse(
            _stream(self.person.pk, session.pk, after), content_type="text/event-stream"
        )
        response.headers["Cache-Control"] = "no-cache, no-transform"
        response.headers["X-Accel-Buffering"] = "no"
        return response


def _last_event_id(request: Request) -> int:
    given = request.headers.get("Last-Event-ID", "0") or "0"
    if not (given.isascii() and given.isdigit() and len(given) <= 10):  # noqa: PLR2004 - digits of a 32-bit number
        raise serializers.ValidationError(
            {"Last-Event-ID": [serializers.ErrorDetail("Not an event id.", code="invalid")]}
        )
    return int(given)


async def _stream(person_id: str, session_id: str, after: int) -> AsyncIterator[str]:
    with OPEN_STREAMS.one_more(person_id):
        yield f"retry: {RECONNECT_MS}\n\n"
        ends_at = time.monotonic() + STREAM_SECONDS
        ping_at = time.monotonic() + PING_SECONDS
        while time.monotonic() < ends_at:
            batch = await sync_to_async(_look, thread_sensitive=False, executor=_looking)(
                session_id, after
            )
            for sequence, text in batch or ():
                after = sequence
                yield text
            if batch is None or (batch and batch[-1][1].startswith("event: closed")):
                return
            if time.monotonic() >= ping_at:
                ping_at = time.monotonic() + PING_SECONDS
                yield ": ping\n\n"
            await asyncio.sleep(LOOK_SECONDS)


def _look(session_id: str, after: int) -> list[tuple[int, str]] | None:
    """What is new; None where the session is gone, because the person had themselves erased."""
    close_old_connections()
    last = last_sequence_of(session_id)
    if last is None or last == after:
        return None if last is None else []
    events = events_after(session_id=session_id, sequence=after)
    message_ids = [event.data["message_id"] for event in events if event.kind == EventKind.MESSAGE]
    messages = {row.pk: row for row in Message.objects.filter(pk__in=message_ids)}
    return [(event.sequence, _told(event, messages)) for event in events]


def _told(event: SessionEvent, messages: dict[str, Message]) -> str:
    data: dict[str, Any] = dict(event.data)
    if event.kind == EventKind.MESSAGE:
        data = dict(MessageOutput(messages[data["message_id"]]).data)
    return f"event: {event.kind}\nid: {event.sequence}\ndata: {json.dumps(data)}\n\n"
