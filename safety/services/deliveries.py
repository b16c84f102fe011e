"""Alerts leave: claimed by one worker at a time, sent side by side, tried again until accepted.

A claim raises `attempts`, and whatever is written afterwards is written only where `attempts` is still that number: a
worker that was thought dead cannot overwrite its successor's result. A worker that dies leaves its row to the next one,
under the same id, by which the receiver knows a repetition.
"""

import logging
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from audit.actors import Actor
from audit.leaves import rfc3339
from audit.services import record
from audit.store.ids import new_id
from audit.store.transactions import after_commit, transactional
from safety.delivery_queries import due_delivery_ids, group_is_accepted
from safety.metrics import ALERTS_SENT
from safety.models import Channel, Delivery, DeliveryAttempt, DeliveryState, Incident
from safety.payloads import without_words
from safety.retries import Outcome, RetryProfile, next_due
from safety.sending import send
from safety.services.alerts import SECOND_CHANNELS

logger = logging.getLogger(__name__)

SENT_AT_ONCE: Final = 8
LEASE: Final = timedelta(seconds=15)
"""How long a claim holds: three times the longest wait for a receiver."""
MAIL_LEASE: Final = timedelta(seconds=60)
"""A mail server answers several times, each within EMAIL_TIMEOUT."""
SENDER: Final = Actor.system("delivery")
TELLS_HUMANS: Final = frozenset({Channel.WEBHOOK, Channel.MODERATOR})


class _Clock:
    """`now` of the face, going on while the sweep runs."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self._now + timedelta(seconds=time.monotonic() - self._began)


@dataclass(frozen=True, slots=True)
class SentDelivery:
    """One try and what came of it.

    Args:
        delivery: as it was claimed; its `attempts` is the number of the claim.
        started_at: when sending began.
        ended_at: when it ended.
        outcome: what came of it.
    """

    delivery: Delivery
    started_at: datetime
    ended_at: datetime
    outcome: Outcome


def deliver_due(*, now: datetime, limit: int = 20) -> int:
    """Send the alerts whose time has come, at most eight at once.

    Threads only send; claims and results are written by the calling thread.

    Returns:
        How many were tried.
    """
    ids = due_delivery_ids(now=now, limit=limit)
    if not ids:
        return 0
    tried = 0
    with ThreadPoolExecutor(SENT_AT_ONCE, thread_name_prefix="deliver") as pool:
        for sent in _send_all(ids, pool, _Clock(now)):
            tried += 1
            _keep(sent)
    return tried


def _send_all(
    ids: Sequence[str], pool: ThreadPoolExecutor, clock: _Clock
) -> Iterator[SentDelivery]:
    sending: set[Future[SentDelivery]] = set()
    for delivery_id in ids:
        # Claimed only when a thread is free for it, so that its lease and its state are fresh.
        delivery = claim_delivery(delivery_id=delivery_id, now=clock.now())
        if delivery is None:
            continue
        sending.add(pool.submit(_try, delivery, clock))
        if len(sending) == SENT_AT_ONCE:
            done, sending = wait(sending, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
    yield from (future.result() for future in sending)


def _try(delivery: Delivery, clock: _Clock) -> SentDelivery:
    started_at = clock.now()
    outcome = send(delivery, at=started_at)
    return SentDelivery(delivery, started_at, clock.now(), outcome)


@transactional
def claim_delivery(*, delivery_id: str, now: datetime) -> Delivery | None:
    """Take an alert for sending.

    Returns:
        It, with the `attempts` it was claimed under; None where somebody else was first or it is no longer needed.
    """
    delivery = Delivery.objects.filter(
        pk=delivery_id, state=DeliveryState.WAITING, due_at__lte=now
    ).first()
    if delivery is None:
        return None
    if delivery.channel in SECOND_CHANNELS and group_is_accepted(delivery):
        _finish(delivery, DeliveryState.NOT_NEEDED, "not_needed", now)
        return None
    lease = MAIL_LEASE if delivery.channel == Channel.SECOND_EMAIL else LEASE
    won = _ours(delivery).update(attempts=delivery.attempts + 1, due_at=now + lease)
    delivery.attempts += 1
    return delivery if won else None


def _ours(delivery: Delivery) -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        pk=delivery.pk, attempts=delivery.attempts, state=DeliveryState.WAITING
    )


def _keep(sent: SentDelivery) -> None:
    try:
        keep_result(sent=sent)
    except Exception:
        # Its lease ends and it is sent again: better twice than losing the results of the others.
        logger.exception("a result was not kept", extra={"delivery_id": sent.delivery.pk})


@transactional
def keep_result(*, sent: SentDelivery) -> bool:
    """Write down a try and what it means for the alert.

    Returns:
        Whether it counted; not when somebody else has claimed the alert since, or it is gone.
    """
    delivery, outcome = sent.delivery, sent.outcome
    if not Delivery.objects.filter(pk=delivery.pk).exists():
        return False
    DeliveryAttempt.objects.create(
        delivery=delivery,
        number=delivery.attempts,
        started_at=sent.started_at,
        elapsed_ms=round((sent.ended_at - sent.started_at).total_seconds() * 1000),
        status_code=outcome.status,
        outcome=outcome.code,
    )
    after_commit(lambda: ALERTS_SENT.labels(channel=delivery.channel, outcome=outcome.code).inc())
    if outcome.is_accepted:
        return _accept(sent)
    return _try_later(sent)


def _accept(sent: SentDelivery) -> bool:
    delivery = sent.delivery
    won = _finish(delivery, DeliveryState.DELIVERED, sent.outcome.code, sent.ended_at)
    if won and delivery.incident_id and delivery.channel in TELLS_HUMANS:
        _note_notified(delivery.incident_id, sent.ended_at)
    return won


def _try_later(sent: SentDelivery) -> bool:
    delivery, outcome = sent.delivery, sent.outcome
    due_at = next_due(
        RetryProfile(delivery.profile),
        delivery.attempts - delivery.tried_before,
        outcome,
        sent.ended_at,
        random.random(),  # noqa: S311 - spreads load, guards nothing
    )
    if due_at is None:
        logger.error("an alert was given up", extra={"delivery_id": delivery.pk})
        return _finish(delivery, DeliveryState.GIVEN_UP, outcome.code, sent.ended_at)
    return bool(_ours(delivery).update(due_at=due_at, last_outcome=outcome.code))


def _finish(delivery: Delivery, state: DeliveryState, outcome: str, now: datetime) -> bool:
    delivered_at = now if state == DeliveryState.DELIVERED else None
    won = _ours(delivery).update(state=state, last_outcome=outcome, delivered_at=delivered_at)
    if won:
        record(
            f"safety.delivery:{state}",
            actor=SENDER,
            target=("delivery", delivery.pk),
            now=now,
            details={
                "channel": delivery.channel,
                "incident_id": delivery.incident_id,
                "attempts": delivery.attempts,
                "outcome": outcome,
            },
        )
    return bool(won)


def _note_notified(incident_id: str, now: datetime) -> None:
    incident = Incident.objects.get(pk=incident_id)
    if incident.response.get("human_notified"):
        return
    response = {
        **incident.response,
        "human_notified": True,
        "notification_timestamp": rfc3339(now),
    }
    Incident.objects.filter(pk=incident_id, version=incident.version).update(response=response)


@transactional
def send_again(*, delivery_id: str, actor: Actor, now: datetime) -> Delivery:
    """Staff want an alert to be sent again, now and from the start of its schedule, under the id it has.

    Raises:
        Delivery.DoesNotExist: there is none of this id.
    """
    delivery = Delivery.objects.get(pk=delivery_id)
    if delivery.channel in SECOND_CHANNELS:
        # Asked for by name, it goes out even if the first channels were accepted: it becomes a group of its own.
        delivery.group_id = new_id()
    delivery.state = DeliveryState.WAITING
    delivery.due_at = now
    delivery.delivered_at = None
    delivery.tried_before = delivery.attempts
    delivery.save(update_fields=["group_id", "state", "due_at", "delivered_at", "tried_before"])
    record(
        "safety.delivery:sent_again",
        actor=actor,
        target=("delivery", delivery.pk),
        now=now,
        details={"channel": delivery.channel, "incident_id": delivery.incident_id},
    )
    return delivery


@transactional
def erase_delivery_words(*, incident_ids: Sequence[str], now: datetime) -> int:  # noqa: ARG001 - as every service
    """Take an erased person's words out of the alerts of their incidents, sent or not. The caller puts it on record.

    Returns:
        How many alerts were blanked.
    """
    blanked = 0
    for delivery in Delivery.objects.filter(incident_id__in=incident_ids).order_by("pk"):
        body = without_words(delivery.body)
        if body != delivery.body:
            delivery.body = body
            delivery.save(update_fields=["body"])
            blanked += 1
    return blanked
