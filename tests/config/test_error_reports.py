"""An error report tells where something broke, and nothing that somebody wrote. The real SDK, in its own process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from config.error_reports import only_what_is_allowed, start_error_reports

ROOT = Path(__file__).resolve().parents[2]
MARKER = "marzipan-lantern"

SCRIPT = f"""
import json, logging, sys
import django
from django.conf import settings
django.setup()
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path
from sentry_sdk.transport import Transport
import sentry_sdk
from config.error_reports import start_error_reports

sent = []

class Kept(Transport):
    def capture_envelope(self, envelope):
        sent.append(envelope.serialize().decode(errors="replace"))

class OddError(Exception):
    pass

def failing(request, word):
    words = request.body.decode() + request.GET["q"]
    logging.getLogger("chat.replies").error("a reply failed for %s", words)
    logging.getLogger("somebody.elses").error("could not handle " + words)
    logging.getLogger("chat.replies").warning("crumb " + words)
    try:
        raise ValueError(words)
    except ValueError as error:
        raise OddError("cannot handle: " + words) from error

urlpatterns = [path("failing/<str:word>", failing)]
start_error_reports("http://key@127.0.0.1:9/1", transport=Kept)
sentry_sdk.set_user({{"id": "1", "username": "{MARKER}"}})
sentry_sdk.set_tag("words", "{MARKER}")
sentry_sdk.set_context("words", {{"text": "{MARKER}"}})
with override_settings(ROOT_URLCONF=sys.modules["__main__"], ALLOWED_HOSTS=["*"]):
    Client(raise_request_exception=False).post(
        "/failing/{MARKER}?q={MARKER}",
        data=json.dumps({{"text": "I feel {MARKER}"}}),
        content_type="application/json",
        headers={{"X-Words": "{MARKER}", "Cookie": "words={MARKER}"}},
    )
sentry_sdk.flush()
print(json.dumps(sent))
"""


@pytest.fixture(scope="module")
def sent() -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    reports: list[str] = json.loads(done.stdout)
    return reports


def test_what_somebody_wrote_is_in_no_report(sent: list[str]) -> None:
    assert len(sent) == 3
    assert not [report for report in sent if MARKER in report]


def test_a_report_still_tells_what_broke_and_where(sent: list[str]) -> None:
    whole = "".join(sent)
    assert "OddError" in whole
    assert "ValueError" in whole
    assert '"function":"failing"' in whole
    assert "a reply failed for %s" in whole
    assert "request_id" in whole


def test_only_our_own_log_lines_keep_their_template() -> None:
    ours = {"logger": "chat.replies", "logentry": {"message": "a reply failed"}}
    other = {"logger": "urllib3", "logentry": {"message": f"could not send {MARKER}"}}
    assert only_what_is_allowed(ours, {})["logentry"] == {"message": "a reply failed"}  # type: ignore[arg-type]
    assert "logentry" not in only_what_is_allowed(other, {})  # type: ignore[arg-type]


def test_without_a_dsn_nothing_is_started() -> None:
    import sentry_sdk

    start_error_reports("")
    assert not sentry_sdk.get_client().is_active()
