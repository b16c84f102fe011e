"""One POST to an address outside, for as long as allowed and no longer.

The name is resolved once, every address it has is vetted, and the connection goes to a vetted address, while TLS
checks the name. No redirects, no proxies, no cookies, no more of the answer than needed. ADR 0008 tells why no library
does it.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from safety.addresses import Address, AllowedHosts, parsed

ANSWER_BYTES: Final = 64 * 1024
RETRY_AFTER_CHARACTERS: Final = 64
PORTS: Final = {"http": 80, "https": 443}
RESOLVERS: Final = 8
"""As many as deliveries are sent at once."""

_resolvers = ThreadPoolExecutor(RESOLVERS, thread_name_prefix="resolve")


class OutboundRefused(Exception):
    """We do not send there: `code` is url_invalid, scheme_refused or address_refused."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class OutboundFailed(Exception):
    """It did not arrive, or nobody knows whether it did.

    `code` is name_unresolved, connect_failed, tls_failed, timed_out, answer_broken or redirect_refused; `status` is
    that of the answer where there was a whole one.
    """

    def __init__(self, code: str, status: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver said.

    Args:
        status: HTTP status.
        retry_after: its Retry-After header, or empty.
    """

    status: int
    retry_after: str


class _Deadline:
    """One time limit over resolving, connecting, sending and reading together."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left.

        Raises:
            OutboundFailed: none are.
        """
        seconds = self._ends_at - time.monotonic()
        if seconds <= 0:
            raise OutboundFailed("timed_out")
        return seconds

    @contextmanager
    def cut(self, connected: socket.socket) -> Iterator[None]:
        """Shut the connection down when time is over: a peer that drips bytes never meets a socket's own limit.

        Raises:
            OutboundFailed: time was over before the block ended.
        """
        # A twin of the socket, because TLS takes the socket itself away; shutting the twin down ends both.
        with connected.dup() as twin:
            over = threading.Event()
            timer = threading.Timer(self.left(), _cut, (twin, over))
            timer.start()
            try:
                yield
            except (OSError, HTTPException) as error:
                raise OutboundFailed(_code_of(error, over=over.is_set())) from None
            finally:
                timer.cancel()
                timer.join()
            if over.is_set():
                raise OutboundFailed("timed_out")


def _cut(twin: socket.socket, over: threading.Event) -> None:
    over.set()
    with suppress(OSError):  # the peer was faster
        twin.shutdown(socket.SHUT_RDWR)


def _code_of(error: Exception, *, over: bool) -> str:
    if over or isinstance(error, TimeoutError):
        return "timed_out"
    return "tls_failed" if isinstance(error, ssl.SSLError) else "answer_broken"


def post_json(url: str, body: bytes, headers: Mapping[str, str], timeout_seconds: float) -> Answer:
    """Send JSON to one URL.

    Args:
        url: https; http only to hosts in OUTBOUND_ALLOWED_HOSTS.
        body: the JSON.
        headers: more headers, such as the signature.
        timeout_seconds: for everything together.

    Raises:
        OutboundRefused: we do not send there.
        OutboundFailed: it did not arrive, was redirected, or the answer did not come whole and in time.
    """
    deadline = _Deadline(timeout_seconds)
    target = _target_of(url)
    connected = _connect(target, deadline)
    with connected, deadline.cut(connected):
        response = _exchange(target, connected, body, headers)
    if HTTPStatus.MULTIPLE_CHOICES <= response.status < HTTPStatus.BAD_REQUEST:
        raise OutboundFailed("redirect_refused", response.status)
    return Answer(response.status, response.headers.get("Retry-After", "")[:RETRY_AFTER_CHARACTERS])


def check_url(url: str) -> None:
    """Refuse a URL that could never be sent to, without resolving its name.

    Raises:
        OutboundRefused: its form or scheme is wrong.
    """
    _target_of(url)


@dataclass(frozen=True, slots=True)
class _Target:
    scheme: str
    host: str
    port: int
    path: str


def _target_of(url: str) -> _Target:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise OutboundRefused("url_invalid") from None
    if parts.scheme not in PORTS:
        raise OutboundRefused("scheme_refused")
    # A name and password in a URL end up in logs of receivers and proxies; the signature says who we are.
    if not parts.hostname or parts.username is not None or not _is_plain(url):
        raise OutboundRefused("url_invalid")
    return _Target(
        parts.scheme, parts.hostname.rstrip("."), port or PORTS[parts.scheme], _path_of(parts)
    )


def _is_plain(url: str) -> bool:
    return url.isascii() and url.isprintable() and " " not in url


def _path_of(parts: SplitResult) -> str:
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path


def _connect(target: _Target, deadline: _Deadline) -> socket.socket:
    addresses = _resolve(target, deadline)
    allowed = AllowedHosts.from_texts(settings.OUTBOUND_ALLOWED_HOSTS)
    if not allowed.permit(target.host, addresses):
        raise OutboundRefused("address_refused")
    if target.scheme == "http" and not allowed.own(target.host, addresses):
        raise OutboundRefused("scheme_refused")
    return _dial(addresses, target.port, deadline)


def _dial(addresses: Sequence[Address], port: int, deadline: _Deadline) -> socket.socket:
    for left_to_try, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        try:
            # Each address gets its share of the time, so that a silent first one leaves some for the second.
            connected = socket.create_connection(
                (str(address), port), timeout=deadline.left() / left_to_try
            )
        except OSError:
            continue
        connected.settimeout(deadline.left())
        return connected
    deadline.left()
    raise OutboundFailed("connect_failed")


def _resolve(target: _Target, deadline: _Deadline) -> list[Address]:
    looking = _resolvers.submit(
        socket.getaddrinfo, target.host, target.port, type=socket.SOCK_STREAM
    )
    try:
        found = looking.result(timeout=deadline.left())
    except TimeoutError:
        raise OutboundFailed("timed_out") from None
    except (OSError, UnicodeError):
        raise OutboundFailed("name_unresolved") from None
    return [parsed(str(entry[4][0])) for entry in found]


def _exchange(
    target: _Target, connected: socket.socket, body: bytes, headers: Mapping[str, str]
) -> HTTPResponse:
    # TLS does not ask where the connection goes: it checks the name of the URL.
    channel = (
        _tls().wrap_socket(connected, server_hostname=target.host)
        if target.scheme == "https"
        else connected
    )
    with channel:
        connection = HTTPConnection(target.host, target.port)
        connection.default_port = PORTS[target.scheme]
        connection.sock = channel
        connection.request("POST", target.path, body, {**_HEADERS, **headers})
        with connection.getresponse() as response:
            _read_to_the_end(response)
    return response


_HEADERS: Final = {
    "Content-Type": "application/json",
    "Connection": "close",
    "User-Agent": "Vigil/1",
}


def _read_to_the_end(response: HTTPResponse) -> None:
    # Half an answer may come from a receiver that died before it kept the alert. More than the bound is not read.
    taken = response.read(ANSWER_BYTES)
    if len(taken) < ANSWER_BYTES and response.length:
        raise HTTPException("the answer ended early")


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
