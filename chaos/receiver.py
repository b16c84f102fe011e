"""Somebody who receives alerts, badly: refuses some, and loses the answer to others after taking them in."""

import hashlib
import random
import threading
from dataclasses import dataclass
from http import HTTPStatus

from config.playground.receiver import Received, Receiver

FAILS = 0.15
LOSES = 0.10
SEED = 20261124


@dataclass(frozen=True, slots=True)
class Receipt:
    """One request that reached the receiver's own storage: refused ones did not.

    Args:
        delivery_id: the `webhook-id`, by which a receiver knows what it has already.
        digest: SHA-256 of the body.
        path: where it was sent.
        session_id: whose alert it is.
        at: time.monotonic() at its arrival.
    """

    delivery_id: str
    digest: str
    path: str
    session_id: str
    at: float


class BadReceiver(Receiver):
    """Use it in a `with` block."""

    def __init__(self) -> None:
        super().__init__()
        self._is_well = False
        self._luck = random.Random(SEED)
        self._lock = threading.Lock()

    @property
    def receipts(self) -> list[Receipt]:
        """What it has so far."""
        return [_receipt(received) for received in self.requests]

    def recover(self) -> None:
        """Be well from now on: take everything and say so."""
        self._is_well = True

    def take(self, received: Received) -> int | None:
        """Refuse, take and lose the answer, or take and say so."""
        chance = self._chance()
        if chance < FAILS:
            return HTTPStatus.INTERNAL_SERVER_ERROR
        status = super().take(received)
        return None if chance < FAILS + LOSES else status

    def _chance(self) -> float:
        with self._lock:
            return 1.0 if self._is_well else self._luck.random()


def _receipt(received: Received) -> Receipt:
    return Receipt(
        delivery_id=received.headers["webhook-id"],
        digest=hashlib.sha256(received.body).hexdigest(),
        path=received.path,
        session_id=received.alert["session_id"],
        at=received.at,
    )
