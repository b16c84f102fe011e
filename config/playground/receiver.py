"""Somebody who receives alerts on loopback, and remembers when each one came."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from standardwebhooks import Webhook


@dataclass(frozen=True, slots=True)
class Received:
    """One request.

    Args:
        path: where it was sent.
        headers: lower-cased names.
        body: as it came.
        at: time.monotonic() at its arrival.
    """

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def alert(self) -> dict[str, Any]:
        """The body, read as JSON."""
        document: dict[str, Any] = json.loads(self.body)
        return document

    def check_signature(self, secret: str) -> None:
        """Check it as a receiver would; raises WebhookVerificationError where it does not hold."""
        Webhook(secret).verify(self.body, self.headers)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_POST(self) -> None:
        """Give the request to the receiver, and say what it says; nothing where it says nothing."""
        at = time.monotonic()
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status = self.server.take(Received(self.path, headers, body, at))
        if status is None:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - http.server's signature
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, take: Callable[[Received], int | None]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.take = take

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that was killed leaves a broken connection, which is no fault of ours."""


class Receiver:
    """An HTTP server that says 204 to every POST. Use it in a `with` block."""

    def __init__(self) -> None:
        self._server = _Server(self.take)
        self._requests: list[Received] = []
        self._arrival = threading.Condition()
        self._may_answer = threading.Event()
        self._may_answer.set()
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    def take(self, received: Received) -> int | None:
        """Take one request in.

        Returns:
            The status to answer with; None to hang up without an answer.
        """
        self.remember(received)
        self._may_answer.wait()
        return HTTPStatus.NO_CONTENT

    def remember(self, received: Received) -> None:
        """Keep it, and tell whoever waits for it."""
        with self._arrival:
            self._requests.append(received)
            self._arrival.notify_all()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def requests(self) -> list[Received]:
        """Everything received so far, oldest first."""
        return list(self._requests)

    def hold_answers(self) -> None:
        """Take requests but answer none, until told to."""
        self._may_answer.clear()

    def answer(self) -> None:
        """Answer, those that wait too."""
        self._may_answer.set()

    def wait_for(self, wanted: Callable[[Received], bool], *, seconds: float) -> Received:
        """The first request that is wanted, waiting for it if need be.

        Raises:
            TimeoutError: it did not come in time.
        """
        until = time.monotonic() + seconds
        with self._arrival:
            while True:
                for received in self._requests:
                    if wanted(received):
                        return received
                if not self._arrival.wait(max(0.0, until - time.monotonic())):
                    raise TimeoutError(f"nothing of the kind within {seconds} s")

    def wait_for_path(self, path: str, *, seconds: float) -> Received:
        """The first request to a path, waiting for it if need be; raises TimeoutError."""
        return self.wait_for(lambda received: received.path == path, seconds=seconds)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.answer()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
