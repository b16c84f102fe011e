"""`/admin/audit/`: search the record and take it away, inside the staff's site."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from audit.actors import Actor, ActorKind
from audit.forms import ExportForm, SearchForm
from audit.leaves import Detail
from audit.models import AuditEvent
from audit.permissions import (
    Denied,
    HoldsPermissions,
    can_export,
    check_can_export,
    check_can_search,
)
from audit.queries import EventPage, staff_names
from audit.services import export_events, search_events

CONTENT_TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
LINES_AT_ONCE = 200
STAFF = ActorKind.STAFF.value
NOTHING = EventPage(events=[], older="")


def audit_urls(site: AdminSite) -> list[URLPattern]:
    """The pages of the record, for a site's `get_urls`, before Django's own pages."""
    return [
        path("audit/", site.admin_view(partial(search, site=site)), name="audit_search"),
        path("audit/export/", site.admin_view(partial(export, site=site)), name="audit_export"),
    ]


@require_safe
def search(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """One page of the record, newest first."""
    try:
        check_can_search(_staff(request))
    except Denied as reason:
        raise PermissionDenied(str(reason)) from reason
    form = SearchForm(request.GET or {"since": ""})
    page = NOTHING
    if form.is_valid():
        page = search_events(
            filters=form.filters(),
            before=form.cleaned_data["before"],
            actor=_actor(request),
            now=timezone.now(),
        )
    return TemplateResponse(request, "audit/search.html", _context(request, site, form, page))


def _context(
    request: HttpRequest, site: AdminSite, form: SearchForm, page: EventPage
) -> dict[str, Any]:
    query = request.GET.copy()
    query["before"] = page.older
    return {
        **site.each_context(request),
        "title": "Audit record",
        "form": form,
        "is_nav_sidebar_enabled": False,  # the table needs the width
        "rows": _rows(page.events),
        "older": query.urlencode() if page.older else "",
        "is_first_page": not request.GET.get("before"),
        "can_export": can_export(_staff(request)),
    }


def _rows(events: Sequence[AuditEvent]) -> list[dict[str, Any]]:
    names = staff_names(events)
    return [
        {
            "event": event,
            "details": _told(event.details),
            "actor_name": names.get(event.actor_id, "") if event.actor_kind == STAFF else "",
            "target_name": names.get(event.target_id, "") if event.target_type == STAFF else "",
        }
        for event in events
    ]


def _told(details: Mapping[str, Detail]) -> str:
    parts = {
        name: ", ".join(value) if isinstance(value, list) else value
        for name, value in details.items()
    }
    return "; ".join(f"{name}: {value}" for name, value in parts.items())


@require_POST
def export(request: HttpRequest, *, site: AdminSite) -> HttpResponse | StreamingHttpResponse:  # noqa: ARG001 - both pages are called alike
    """The events of a search as a file."""
    try:
        check_can_export(_staff(request))
    except Denied as reason:
        raise PermissionDenied(str(reason)) from reason
    form = ExportForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("The search is not well formed.", content_type="text/plain")
    file_format = form.cleaned_data["format"]
    made = export_events(
        filters=form.filters(), file_format=file_format, actor=_actor(request), now=timezone.now()
    )
    response = StreamingHttpResponse(
        _body(request, made.lines()), content_type=CONTENT_TYPES[file_format]
    )
    response.headers["Content-Disposition"] = (
        f'attachment; filename="audit-{made.id}.{file_format}"'
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _staff(request: HttpRequest) -> HoldsPermissions:
    return cast("HoldsPermissions", request.user)  # admin_view let nobody else through


def _actor(request: HttpRequest) -> Actor:
    return Actor.staff(str(request.user.pk), getattr(request, "request_id", ""))


def _body(request: HttpRequest, lines: Iterable[str]) -> Iterator[str] | AsyncIterator[str]:
    """What the server can stream: a plain iterator under ASGI would be gathered in memory first."""
    pieces = _pieces(lines)
    return _asynchronous(pieces) if isinstance(request, ASGIRequest) else pieces


def _pieces(lines: Iterable[str]) -> Iterator[str]:
    piece: list[str] = []
    for line in lines:
        piece.append(line)
        if len(piece) == LINES_AT_ONCE:
            yield "".join(piece)
            piece.clear()
    yield "".join(piece)


async def _asynchronous(pieces: Iterator[str]) -> AsyncIterator[str]:
    following = sync_to_async(_next)
    while (piece := await following(pieces)) is not None:
        yield piece


def _next(pieces: Iterator[str]) -> str | None:
    return next(pieces, None)
