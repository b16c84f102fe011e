"""What every test stands on: no network but loopback, one client and one user of each kind."""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

pytest_plugins = ["tests.engines"]


class NetworkForbidden(RuntimeError):
    """A test tried to reach something that is not on this machine."""


def _is_local(address: object) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket
    host = str(address[0])
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(autouse=True, scope="session")
def _only_loopback() -> Iterator[None]:
    """Let sockets connect to loopback only."""
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    yield
    patch.undo()


def _guarded(connect: Callable[[socket.socket, Any], Any]) -> Callable[[socket.socket, Any], Any]:
    def connect_if_local(self: socket.socket, address: Any) -> Any:
        if not _is_local(address):
            raise NetworkForbidden(f"a test tried to reach {address!r}")
        return connect(self, address)

    return connect_if_local


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    """Limits counted in one test do not reach the next."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def now() -> datetime:
    """A fixed moment, in whole milliseconds."""
    return datetime(2026, 11, 24, 12, 0, 0, 250_000, tzinfo=UTC)
