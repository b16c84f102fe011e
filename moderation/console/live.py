"""`/admin/console/events`: tells open pages that something changed. Marks only; what changed is fetched as a page.

The rows are the source: a look is two indexed queries, every half second, in a small pool of threads, so that an open
page costs no thread of its own. Rights are checked again at every tenth look.
Source: WHATWG HTML, section 9.2, for the format.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.store.ids import as_id
from chat.api.events import StreamCount
from moderation.console.pages import staff_of, told
from moderation.models import StaffUser
from moderation.permissions import Denied, check_can_open_console
from moderation.queries import queue_stamp, session_stamp
from moderation.staff_sessions import has_expired

LOOK_SECONDS = 0.5
CHECK_SECONDS = 5
PING_SECONDS = 15
STREAM_SECONDS = 300
RECONNECT_MS = 1000

_looking = ThreadPoolExecutor(4, thread_name_prefix="console")
OPEN_STREAMS = StreamCount()


@dataclass(frozen=True, slots=True)
class Watch:
    """What an open page watches.

    Args:
        staff_id: whose page.
        session_key: their sign-in; the stream ends with it.
        chat_session_id: a conversation beside the queue; empty on the queue's page.
    """

    staff_id: str
    session_key: str
    chat_session_id: str


@require_safe
@told
def events(request: HttpRequest) -> HttpResponseBase:
    """Open the stream."""
    staff = staff_of(request)
    OPEN_STREAMS.check_room(staff.pk)
    watch = Watch(
        staff_id=staff.pk,
        session_key=request.session.session_key or "",
        chat_session_id=as_id(request.GET.get("session", "")) or "",
    )
    response = StreamingHttpResponse(stream(watch), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-cache, no-transform"
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def stream(watch: Watch) -> AsyncIterator[str]:
    """Marks whenever they change, until the time is over or the right to see them is gone."""
    began = time.monotonic()
    checked_at = pinged_at = began
    seen: dict[str, str] = {}
    with OPEN_STREAMS.one_more(watch.staff_id):
        yield f"retry: {RECONNECT_MS}\n\n"
        while (moment := time.monotonic()) < began + STREAM_SECONDS:
            check = moment >= checked_at + CHECK_SECONDS
            stamps = await _in_pool(watch, check=check)
            if stamps is None:
                yield "event: ended\ndata: signed-out\n\n"
                return
            checked_at = moment if check else checked_at
            for name, stamp in stamps.items():
                if seen.get(name) != stamp:
                    yield f"event: {name}\ndata: {stamp}\n\n"
            seen = stamps
            if moment >= pinged_at + PING_SECONDS:
                pinged_at = moment
                yield ": ping\n\n"
            await asyncio.sleep(LOOK_SECONDS)


async def _in_pool(watch: Watch, *, check: bool) -> dict[str, str] | None:
    look = sync_to_async(_look, thread_sensitive=False, executor=_looking)
    return await look(watch, check=check)


def _look(watch: Watch, *, check: bool) -> dict[str, str] | None:
    close_old_connections()
    if check and not _is_allowed(watch):
        return None
    stamps = {"queue": queue_stamp()}
    if watch.chat_session_id:
        stamps["transcript"] = session_stamp(watch.chat_session_id)
    return stamps


def _is_allowed(watch: Watch) -> bool:
    staff = StaffUser.objects.filter(pk=watch.staff_id).first()
    if staff is None or has_expired(watch.session_key, now=timezone.now()):
        return False
    try:
        check_can_open_console(staff)
    except Denied:
        return False
    return True
