"""The throw-away installation's parts that can be tried without starting one."""

import http.client

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from config.env import ROOT
from config.playground.installation import Installation, NotReady
from config.playground.receiver import Receiver

SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def post(receiver: Receiver, path: str, body: str, headers: dict[str, str] | None = None) -> int:
    connection = http.client.HTTPConnection(receiver.url.removeprefix("http://"), timeout=5)
    connection.request("POST", path, body, headers or {})
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_receiver_remembers_what_came():
    with Receiver() as receiver:
        assert post(receiver, "/alerts", '{"severity": "crisis"}') == 204
        received = receiver.wait_for_path("/alerts", seconds=1)
    assert received.alert == {"severity": "crisis"}


def test_a_receiver_tells_when_nothing_came():
    with Receiver() as receiver, pytest.raises(TimeoutError):
        receiver.wait_for_path("/alerts", seconds=0.05)


def test_a_receiver_checks_signatures_as_the_outside_would():
    from datetime import UTC, datetime

    at = datetime.now(UTC)
    headers = {
        "webhook-id": "a",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("a", at, "{}"),
    }
    with Receiver() as receiver:
        post(receiver, "/good", "{}", headers)
        post(receiver, "/altered", '{"a":1}', headers)
        receiver.wait_for_path("/good", seconds=1).check_signature(SECRET)
        with pytest.raises(WebhookVerificationError):
            receiver.wait_for_path("/altered", seconds=1).check_signature(SECRET)


def test_an_installation_inherits_nothing_that_could_lead_to_real_data(monkeypatch):
    monkeypatch.setenv("MONGODB_URI", "mongodb://production")
    monkeypatch.setenv("SECRET_KEY", "the real one")
    installation = Installation()
    installation.__exit__(None, None, None)
    assert not {"MONGODB_URI", "SECRET_KEY"} & set(installation.environment)
    assert not installation.environment["DATA_DIR"].startswith(str(ROOT))
    assert not installation.folder.exists()


def test_waiting_for_what_was_never_started_is_told():
    installation = Installation()
    with pytest.raises(NotReady):
        installation.wait()
    installation.__exit__(None, None, None)
