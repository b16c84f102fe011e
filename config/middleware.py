"""What every request passes: a request id, and the content policy of every page."""

import re
from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from audit.store.ids import new_id
from config.logs import request_id_of_context

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""No inline script or style anywhere. Source: OWASP Content Security Policy cheat sheet, strict policy."""

Handler = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


def _begin(request: HttpRequest) -> str:
    given = request.headers.get("X-Request-ID", "")
    request_id = given if _GIVEN_ID.fullmatch(given) else new_id()
    request.request_id = request_id  # type: ignore[attr-defined]
    request_id_of_context.set(request_id)
    return request_id


@sync_and_async_middleware
def RequestIdMiddleware(get_response: Handler) -> Handler:  # noqa: N802 - named like a class in settings
    """Give the request an id (a well-formed `X-Request-ID` is kept), and answer with it."""
    if iscoroutinefunction(get_response):

        async def serve_async(request: HttpRequest) -> HttpResponseBase:
            request_id = _begin(request)
            response = await get_response(request)
            response.headers["X-Request-ID"] = request_id
            return response

        return serve_async

    def serve(request: HttpRequest) -> HttpResponseBase:
        request_id = _begin(request)
        response = get_response(request)
        response.headers["X-Request-ID"] = request_id
        return response

    return serve


@sync_and_async_middleware
def ContentPolicyMiddleware(get_response: Handler) -> Handler:  # noqa: N802 - named like a class in settings
    """Put the content policy on every response that has none of its own."""
    if iscoroutinefunction(get_response):

        async def serve_async(request: HttpRequest) -> HttpResponseBase:
            response = await get_response(request)
            response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
            return response

        return serve_async

    def serve(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        return response

    return serve
