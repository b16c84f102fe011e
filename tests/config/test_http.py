"""What every response carries, the probes, cross-origin rules and the problem table."""

import json

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest
from django.test import Client
from rest_framework.exceptions import APIException, Throttled

from config.errors import PROBLEMS, kind_of, server_error


@pytest.fixture
def http(db: None) -> Client:
    return Client()


def test_a_request_gets_an_id_and_keeps_a_good_one(http):
    assert len(http.get("/healthz").headers["X-Request-ID"]) == 32
    given = http.get("/healthz", headers={"X-Request-ID": "load-balancer.77"})
    assert given.headers["X-Request-ID"] == "load-balancer.77"


@pytest.mark.parametrize("bad", ["has space", "x" * 65, "new\u2028line", "<script>"])
def test_a_bad_request_id_is_replaced(http, bad):
    answer = http.get("/healthz", headers={"X-Request-ID": bad.encode().decode("latin-1")})
    assert len(answer.headers["X-Request-ID"]) == 32


@pytest.mark.parametrize(
    "path", ["/healthz", "/admin/login/", "/api/v1/resources", "/api/docs", "/nowhere"]
)
def test_every_page_has_a_strict_content_policy(http, path):
    headers = http.get(path).headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def test_probes_answer(http):
    assert http.get("/healthz").json() == {"status": "ok"}
    assert http.get("/readyz").json() == {"status": "ready", "database": "up"}


@pytest.mark.engine("sqlite")
def test_readiness_really_asks_the_database(http, monkeypatch):
    def down(*_: object, **__: object) -> None:
        raise OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", down)
        answer = http.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "down")
    assert http.get("/healthz").status_code == 200


def test_an_unknown_path_is_a_problem(http):
    answer = http.get("/api/v1/nothing-here")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_what_breaks_outside_the_api_is_a_problem():
    document = json.loads(server_error(HttpRequest()).content)
    assert (document["status"], document["code"]) == (500, "internal_error")


def test_only_named_origins_may_call_from_a_browser(http, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.org"]
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "idempotency-key",
    }
    good = http.options("/api/v1/sessions", headers={"Origin": "https://app.example.org", **asked})
    assert good.headers["Access-Control-Allow-Origin"] == "https://app.example.org"
    assert "idempotency-key" in good.headers["Access-Control-Allow-Headers"]
    bad = http.options("/api/v1/sessions", headers={"Origin": "https://evil.example.org", **asked})
    assert "Access-Control-Allow-Origin" not in bad.headers
    admin = http.options("/admin/", headers={"Origin": "https://app.example.org", **asked})
    assert "Access-Control-Allow-Origin" not in admin.headers


def test_codes_are_words_and_statuses_are_errors():
    for kind in PROBLEMS.values():
        assert kind.code.replace("_", "").isalpha()
        assert 400 <= kind.status < 600


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OperationalError(), 503, "storage_unavailable"),
        (Throttled(), 429, "throttled"),
        (APIException(), 500, "error"),
        (KeyError(), 500, "internal_error"),
    ],
)
def test_errors_are_told_by_their_nearest_ancestor(error, status, code):
    kind = kind_of(error)
    assert (kind.status, kind.code) == (status, code)


def test_the_schema_and_its_page_are_served(http):
    assert b"/api/v1/sessions/{session_id}/messages" in http.get("/api/schema").content
    page = http.get("/api/docs").content.decode()
    assert "cdn" not in page
    assert "<script>" not in page
