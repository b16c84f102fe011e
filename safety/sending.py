"""How an alert leaves on each channel: where to, how signed, for how long."""

import json
import logging
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.mail import send_mail
from standardwebhooks import Webhook

from audit.store.sealing import SealBroken
from safety.models import Channel, Delivery
from safety.outbound import OutboundFailed, OutboundRefused, post_json
from safety.retries import ACCEPTED, Outcome

logger = logging.getLogger(__name__)

WEBHOOK_SECONDS: Final = 5
MODERATOR_SECONDS: Final = 3
"""Source: the brief's alert client waits 5 s for the webhook and 3 s for the moderators' endpoint."""
CRISIS_PATH: Final = "/crisis-alert"


def configured_channels() -> list[Channel]:
    """The channels that the settings name a receiver for."""
    return [channel for channel in Channel if _receiver_of(channel)]


def _receiver_of(channel: Channel) -> str:
    moderators = settings.HUMAN_MODERATOR_ENDPOINT.rstrip("/")
    receivers = {
        Channel.WEBHOOK: settings.SAFETY_ALERT_WEBHOOK,
        Channel.MODERATOR: moderators and moderators + CRISIS_PATH,
        Channel.SECOND_URL: settings.SECOND_CHANNEL_URL,
        Channel.SECOND_EMAIL: ",".join(settings.SECOND_CHANNEL_EMAIL),
    }
    return receivers[channel]


def send(delivery: Delivery, *, at: datetime) -> Outcome:
    """Send one alert; every failure is an outcome, never an exception.

    It touches no database, so that threads can run it.
    """
    try:
        return _send(delivery, at)
    except (OutboundRefused, SealBroken) as error:
        return Outcome(error.code if isinstance(error, OutboundRefused) else "body_unreadable")
    except OutboundFailed as error:
        return Outcome(error.code, error.status)
    except Exception:
        logger.exception("sending failed", extra={"delivery_id": delivery.pk})
        return Outcome("sending_failed")


def _send(delivery: Delivery, at: datetime) -> Outcome:
    channel = Channel(delivery.channel)
    receiver = _receiver_of(channel)
    if not receiver:
        return Outcome("no_receiver")
    if channel is Channel.SECOND_EMAIL:
        return _mail(delivery)
    seconds = WEBHOOK_SECONDS if channel is Channel.WEBHOOK else MODERATOR_SECONDS
    headers = signature_headers(delivery.pk, delivery.body, at)
    answer = post_json(receiver, delivery.body.encode(), headers, seconds)
    return Outcome.of_answer(answer.status, answer.retry_after)


def _mail(delivery: Delivery) -> Outcome:
    mail = json.loads(delivery.body)
    try:
        send_mail(mail["subject"], mail["text"], None, settings.SECOND_CHANNEL_EMAIL)
    except OSError:  # smtplib's errors and those of the socket
        return Outcome("mail_failed")
    return Outcome(ACCEPTED)


def signature_headers(delivery_id: str, body: str, at: datetime) -> dict[str, str]:
    """The headers of the Standard Webhooks scheme, signed with every key of WEBHOOK_SIGNING_SECRET.

    Two keys stand there while receivers change from one to the other. Without a key the signature is left out.
    """
    headers = {"webhook-id": delivery_id, "webhook-timestamp": str(int(at.timestamp()))}
    signatures = [
        Webhook(secret).sign(delivery_id, at, body) for secret in settings.WEBHOOK_SIGNING_SECRET
    ]
    return {**headers, "webhook-signature": " ".join(signatures)} if signatures else headers
