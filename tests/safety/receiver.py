"""A receiver of alerts on loopback that does what a test tells it to."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Behavior = Callable[[socket.socket], None]


@dataclass
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Takes requests, one answer after the other; the last one is repeated."""

    url: str
    port: int
    script: list[Behavior]
    requests: list[Received] = field(default_factory=list)

    def behave(self, *script: Behavior) -> None:
        self.script[:] = script

    def next_behavior(self) -> Behavior:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


def answer(status: int = 200, *headers: str, body: bytes = b"") -> Behavior:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status} Told", f"Content-Length: {len(body)}", *headers, "", ""]
    return lambda peer: peer.sendall("\r\n".join(lines).encode() + body)


def half_an_answer(peer: socket.socket) -> None:
    """Promises more than it sends."""
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


def drop(peer: socket.socket) -> None:
    """Hangs up without a word."""


def silence(seconds: float) -> Behavior:
    """Says nothing for a while."""
    return lambda peer: time.sleep(seconds)


def drip(seconds: float) -> Behavior:
    """Sends a header byte by byte, each well within any limit on a single read."""

    def slowly(peer: socket.socket) -> None:
        ends_at = time.monotonic() + seconds
        peer.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while time.monotonic() < ends_at:
            peer.sendall(b"a")
            time.sleep(0.02)

    return slowly


def late(seconds: float, then: Behavior) -> Behavior:
    """Takes its time, then answers."""

    def after(peer: socket.socket) -> None:
        time.sleep(seconds)
        then(peer)

    return after


@contextmanager
def receiver(*script: Behavior, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A running receiver."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    scheme = "https" if tls else "http"
    server = Receiver(f"{scheme}://127.0.0.1:{port}", port, [*(script or (answer(),))])
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                peer, _ = listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=_serve, args=(server, peer, tls))
            threads.append(thread)
            thread.start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield server
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        accepting.join()
        for thread in threads:
            thread.join()


def _serve(server: Receiver, peer: socket.socket, tls: ssl.SSLContext | None) -> None:
    try:
        with tls.wrap_socket(peer, server_side=True) if tls else peer as channel:
            server.requests.append(_read_request(channel))
            server.next_behavior()(channel)
    except OSError:
        peer.close()  # the sender was faster


def _read_request(peer: socket.socket) -> Received:
    with peer.makefile("rb") as stream:
        first = stream.readline().split()
        headers: dict[str, str] = {}
        while line := stream.readline().strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", -1))
        body = stream.read(max(0, length))
    if len(body) != length:
        raise ConnectionError("the sender died before its request was whole")
    return Received(first[1].decode(), headers, body)
