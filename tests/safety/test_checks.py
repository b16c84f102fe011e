"""A mistake in the settings of alerts is found before the service starts."""

import pytest

from safety.checks import check_alert_settings


def ids() -> list[str]:
    return [str(fault.id) for fault in check_alert_settings()]


def test_settings_that_work_pass(settings):
    settings.SAFETY_ALERT_WEBHOOK = "https://alerts.example/webhook"
    settings.HUMAN_MODERATOR_ENDPOINT = "http://127.0.0.1:8000/api"
    assert ids() == []


@pytest.mark.parametrize(
    ("url", "allowed", "faults"),
    [
        ("", [], []),
        ("ftp://alerts.example", [], ["safety.E001"]),
        ("https://", [], ["safety.E001"]),
        ("http://alerts.example", [], ["safety.E002"]),
        ("http://10.0.0.1", ["10.0.0.2"], ["safety.E002"]),
        ("http://10.0.0.1", ["10.0.0.0/8"], []),
        ("http://alerts.example", ["alerts.example"], []),
        ("http://alerts.example", ["10.0.0.0/8"], []),  # it may stand in there
    ],
)
def test_a_url_that_can_never_be_sent_to_is_named(settings, url, allowed, faults):
    settings.SECOND_CHANNEL_URL = url
    settings.OUTBOUND_ALLOWED_HOSTS = allowed
    assert ids() == faults


@pytest.mark.parametrize("secret", ["whsec_", "whsec_a", "whsec_é"])
def test_a_key_that_cannot_sign_is_named_without_being_shown(settings, secret):
    settings.WEBHOOK_SIGNING_SECRET = [*settings.WEBHOOK_SIGNING_SECRET, secret]
    (fault,) = check_alert_settings()
    assert fault.id == "safety.E003"
    assert secret not in str(fault)
