"""What every request passes: a request id, and the content policy of every page.

Both are plain synchronous middleware, and `ContentPolicyMiddleware` stands innermost: Django then runs the whole chain
in one thread, where a chain that could also run asynchronously would hop between threads at every link.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from audit.store.ids import new_id
from config.logs import request_id_of_context

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""No inline script or style anywhere. Source: OWASP Content Security Policy cheat sheet, strict policy."""

Handler = Callable[[HttpRequest], HttpResponseBase]


class RequestIdMiddleware:
    """Gives the request an id (a well-formed `X-Request-ID` is kept), and answers with it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request under its id."""
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _GIVEN_ID.fullmatch(given) else new_id()
        request.request_id = request_id  # type: ignore[attr-defined]
        request_id_of_context.set(request_id)
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        return response


class ContentPolicyMiddleware:
    """Puts the content policy on every response that has none of its own."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request under the policy."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        return response
