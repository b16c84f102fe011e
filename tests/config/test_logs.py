"""What somebody wrote never enters a log line, whichever way it travels."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from config.logs import RequestIdFilter, WordlessFormatter, request_id_of_context

MARKER = "marzipan-lantern"


class OddError(Exception):
    """Quotes its input, as many errors do."""


def failing(request: HttpRequest) -> HttpResponse:
    try:
        raise ValueError(request.POST["text"])  # noqa: TRY301 - an error within an error
    except ValueError as error:
        raise OddError(f"cannot handle {error}") from error


urlpatterns = [path("failing", failing)]


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, object]]]]:
    """The lines that the service's own formatter writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    spec = dict(settings.LOGGING["formatters"]["json"])
    spec.pop("()")
    handler.setFormatter(WordlessFormatter(spec.pop("fmt"), **spec))
    handler.addFilter(RequestIdFilter())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


@pytest.mark.urls(__name__)
def test_a_failing_view_logs_types_and_places_only(lines) -> None:
    client = Client(raise_request_exception=False)
    answer = client.post(
        f"/failing?q={MARKER}", {"text": f"I feel {MARKER}"}, headers={"X-Request-ID": "r-1"}
    )
    assert answer.status_code == 500
    (line,) = [line for line in lines() if "exc_info" in line]
    assert MARKER not in json.dumps(lines())
    assert "OddError" in str(line["exc_info"])
    assert "failing" in str(line["exc_info"])
    assert line["request_id"] == "r-1"


def test_an_error_within_an_error_shows_no_text(lines) -> None:
    try:
        try:
            raise ValueError(MARKER)  # noqa: TRY301 - an error within an error
        except ValueError:
            raise OddError(MARKER) from None
    except OddError:
        logging.getLogger("chat.replies").exception("a reply failed")
    (line,) = lines()
    assert line["message"] == "a reply failed"
    assert MARKER not in json.dumps(line)


def test_extra_values_but_ids_are_left_out(lines) -> None:
    logging.getLogger("chat").error(
        "a reply failed", extra={"request": MARKER, "words": MARKER, "message_id": "1"}
    )
    (line,) = lines()
    assert line["message_id"] == "1"
    assert MARKER not in json.dumps(line)


def test_a_line_without_an_exception_has_none(lines) -> None:
    token = request_id_of_context.set("r-2")
    logging.getLogger("chat").warning("busy", exc_info=(None, None, None))
    request_id_of_context.reset(token)
    (line,) = lines()
    assert line["request_id"] == "r-2"
    assert line.get("exc_info", "None") == "None"
