"""One table from named errors to HTTP, and the problem document that tells of them.

Source: RFC 9457. `code` is stable; clients depend on it.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DatabaseError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from audit.store.sealing import SealBroken
from chat.api.views import request_id_of
from chat.limits import TooManyRequests
from chat.models import ChatSession, Person
from chat.queries import MessageNotFound, SessionNotFound
from chat.resources import resources_for
from chat.services.consents import ConsentRequired, NotCurrent
from chat.services.persons import RegistrationClosed
from chat.services.sessions import NotReportable, SessionClosed
from chat.services.stream import SessionMoved
from chat.services.turns import KeyReused
from chat.tokens import TokenExpired, TokenRefused
from chat.tools import UnknownTool

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
MAX_ERRORS = 50


@dataclass(frozen=True, slots=True)
class Kind:
    """How an error is told.

    Args:
        status: HTTP status.
        code: stable name.
        detail: what it means, for a developer.
        resources: whether crisis resources stand in the problem, because a person in danger may be behind it.
    """

    status: int
    code: str
    detail: str
    resources: bool = False


PROBLEMS: dict[type[Exception], Kind] = {
    ConsentRequired: Kind(
        403, "consent_required", "Required documents are not accepted yet.", resources=True
    ),
    NotCurrent: Kind(
        409, "consent_not_current", "That is not the current version of the document."
    ),
    SessionNotFound: Kind(404, "session_not_found", "There is no such session."),
    ChatSession.DoesNotExist: Kind(404, "session_not_found", "There is no such session."),
    SessionMoved: Kind(404, "session_not_found", "There is no such session."),
    MessageNotFound: Kind(404, "message_not_found", "There is no such message."),
    UnknownTool: Kind(404, "tool_not_found", "There is no such tool."),
    SessionClosed: Kind(
        409, "session_closed", "The session has ended; begin a new one.", resources=True
    ),
    KeyReused: Kind(409, "idempotency_key_reused", "The key came before with another text."),
    NotReportable: Kind(409, "not_reportable", "Only replies can be reported."),
    RegistrationClosed: Kind(
        403, "registration_closed", "An identity provider registers persons here."
    ),
    TooManyRequests: Kind(
        429, "too_many_requests", "More requests than a person needs.", resources=True
    ),
    TokenExpired: Kind(401, "token_expired", "The token has expired."),
    TokenRefused: Kind(401, "token_invalid", "The token is not valid here."),
    exceptions.NotAuthenticated: Kind(401, "not_authenticated", "A bearer token is needed."),
    exceptions.AuthenticationFailed: Kind(401, "token_invalid", "The token is not valid here."),
    exceptions.PermissionDenied: Kind(403, "forbidden", "That is not allowed."),
    PermissionDenied: Kind(403, "forbidden", "That is not allowed."),
    exceptions.NotFound: Kind(404, "not_found", "There is nothing here."),
    Http404: Kind(404, "not_found", "There is nothing here."),
    exceptions.MethodNotAllowed: Kind(
        405, "method_not_allowed", "That method is not offered here."
    ),
    exceptions.NotAcceptable: Kind(406, "not_acceptable", "Only JSON is offered."),
    exceptions.UnsupportedMediaType: Kind(415, "unsupported_media_type", "Send application/json."),
    RequestDataTooBig: Kind(413, "body_too_large", "The body is larger than any request needs."),
    exceptions.ParseError: Kind(400, "malformed", "The body is not a JSON object."),
    exceptions.ValidationError: Kind(400, "validation_failed", "Some fields are not valid."),
    DatabaseError: Kind(
        503,
        "storage_unavailable",
        "Your words could not be stored. Please try again.",
        resources=True,
    ),
    SealBroken: Kind(
        500, "stored_text_unreadable", "A stored text cannot be read.", resources=True
    ),
}
"""From the error's class, or its nearest ancestor, to how it is told."""

BROKEN = Kind(500, "internal_error", "Something went wrong here.", resources=True)


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler: every error of the API becomes a problem document."""
    request = context["request"]
    kind = kind_of(error)
    if kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("request failed: %s", kind.code, exc_info=error)
    document = problem_document(kind, request_id=request_id_of(request))
    document.update(_particulars(error))
    if kind.resources:
        document["resources"] = resources_for(_country_of(request)).as_json()["resources"]
    return Response(
        document, status=kind.status, headers=_headers(error, kind), content_type=CONTENT_TYPE
    )


def kind_of(error: Exception) -> Kind:
    """How the error is told; what nobody foresaw is `internal_error`."""
    for ancestor in type(error).__mro__:
        if ancestor in PROBLEMS:
            return PROBLEMS[ancestor]
    if isinstance(error, exceptions.APIException):
        return Kind(error.status_code, str(error.default_code), str(error.default_detail))
    return BROKEN


def problem_document(kind: Kind, *, request_id: str) -> dict[str, Any]:
    """The members every problem has."""
    return {
        "type": f"urn:vigil:problem:{kind.code}",
        "title": HTTPStatus(kind.status).phrase,
        "status": kind.status,
        "code": kind.code,
        "detail": kind.detail,
        "request_id": request_id,
    }


def _particulars(error: Exception) -> dict[str, Any]:
    if isinstance(error, ConsentRequired):
        return {"missing": error.missing}
    if isinstance(error, TooManyRequests):
        return {"retry_after_seconds": error.retry_after_seconds}
    if isinstance(error, exceptions.ValidationError):
        return {"errors": list(_field_errors("", error.get_full_details()))[:MAX_ERRORS]}
    return {}


def _field_errors(path: str, details: Any) -> list[dict[str, str]]:  # noqa: ANN401 - nested lists and mappings
    if isinstance(details, Mapping) and "code" in details and "message" in details:
        return [{"field": path, "code": str(details["code"]), "detail": str(details["message"])}]
    found: list[dict[str, str]] = []
    if isinstance(details, Mapping):
        for name, inner in details.items():
            found.extend(_field_errors(f"{path}.{name}" if path else str(name), inner))
    elif isinstance(details, list):
        for inner in details:
            found.extend(_field_errors(path, inner))
    return found


def _country_of(request: Any) -> str:  # noqa: ANN401 - signing in may be what failed
    user = getattr(request, "_user", None)
    return user.country if isinstance(user, Person) else ""


def _headers(error: Exception, kind: Kind) -> dict[str, str]:
    if kind.status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, TooManyRequests):
        return {"Retry-After": str(error.retry_after_seconds)}
    if kind.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": "5"}
    return {}


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:  # noqa: ARG001 - Django's signature
    """Django's handler404 for paths that no view has."""
    document = problem_document(PROBLEMS[Http404], request_id=request_id_of(request))
    return JsonResponse(document, status=404, content_type=CONTENT_TYPE)


def server_error(request: HttpRequest) -> JsonResponse:
    """Django's handler500: outside the API nothing else catches."""
    document = problem_document(BROKEN, request_id=request_id_of(request))
    return JsonResponse(document, status=500, content_type=CONTENT_TYPE)
