"""Somebody who receives alerts, badly: refuses some, and loses the answer to others after taking them in."""

import hashlib
import json
import random
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

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


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_POST(self) -> None:
        """Refuse, take and lose the answer, or take and say so."""
        at = time.monotonic()
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        chance = self.server.chance()
        if chance < FAILS:
            self._answer(500)
            return
        self.server.keep(
            Receipt(
                self.headers["webhook-id"],
                hashlib.sha256(body).hexdigest(),
                self.path,
                json.loads(body)["session_id"],
                at,
            )
        )
        if chance < FAILS + LOSES:
            self.close_connection = True
            return
        self._answer(204)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - http.server's signature
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.receipts: list[Receipt] = []
        self.is_well = False
        self._luck = random.Random(SEED)
        self._lock = threading.Lock()

    def chance(self) -> float:
        with self._lock:
            return 1.0 if self.is_well else self._luck.random()

    def keep(self, receipt: Receipt) -> None:
        with self._lock:
            self.receipts.append(receipt)

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that was killed leaves a broken connection; that is what is wanted."""


class BadReceiver:
    """Use it in a `with` block."""

    def __init__(self) -> None:
        self._server = _Server()
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def receipts(self) -> list[Receipt]:
        """What it has so far."""
        return list(self._server.receipts)

    def recover(self) -> None:
        """Be well from now on: take everything and say so."""
        self._server.is_well = True

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
