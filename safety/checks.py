"""What must be right about the settings of alerts at every start: a mistake here would silence every alert."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from safety.addresses import AllowedHosts
from safety.engine.assess import person_engine
from safety.outbound import OutboundRefused, check_url

URL_SETTINGS = ("SAFETY_ALERT_WEBHOOK", "HUMAN_MODERATOR_ENDPOINT", "SECOND_CHANNEL_URL")


@register()
def check_alert_settings(**_: object) -> list[CheckMessage]:
    """Every URL can be sent to and every signing key can sign. Values are not shown: they hold secrets."""
    urls = [_url_fault(name, getattr(settings, name)) for name in URL_SETTINGS]
    return [fault for fault in [*urls, _key_fault()] if fault]


def _url_fault(name: str, url: str) -> Error | None:
    if not url:
        return None
    try:
        check_url(url)
    except OutboundRefused as refused:
        return Error(f"{name}: {refused.code}", id="safety.E001")
    if url.startswith("http:") and not _may_be_own(urlsplit(url).hostname or ""):
        hint = "Use https, or list the host in OUTBOUND_ALLOWED_HOSTS."
        return Error(f"{name} has no TLS and its host is not listed", hint=hint, id="safety.E002")
    return None


def _may_be_own(host: str) -> bool:
    # A name is not resolved here: it may belong to a listed network, which sending finds out.
    allowed = AllowedHosts.from_texts(settings.OUTBOUND_ALLOWED_HOSTS)
    try:
        return allowed.own(host, [ip_address(host)])
    except ValueError:
        return host in allowed.names or bool(allowed.networks)


def _key_fault() -> Error | None:
    try:
        for secret in settings.WEBHOOK_SIGNING_SECRET:
            Webhook(secret)
    except (EmptyWebhookSecretError, ValueError):
        return Error(
            "WEBHOOK_SIGNING_SECRET holds a key that is empty or not base64", id="safety.E003"
        )
    return None


@register()
def check_release(**_: object) -> list[CheckMessage]:
    """The release that judges is whole. Without it every message would be `unknown`, and wait for a human."""
    try:
        person_engine()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told here and nothing starts
        return [Error(f"the safety engine does not load: {error}", id="safety.E004")]
    return []
