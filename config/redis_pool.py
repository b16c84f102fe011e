"""One pool of connections to Redis for a whole process, which leaves a failing Redis alone for a moment.

Django makes a cache object, and with it a pool, for each context: under ASGI that is each request, so each message
opened a connection of its own and left it behind. And a Redis that is frozen, not dead, cost every request one time-out
for each thing it asked. Source: both counted on a running web process, `tests/config/test_redis_pool.py` does it again.
"""

import time
from functools import cache
from typing import Any, Self, cast

from redis import BlockingConnectionPool, ConnectionError, TimeoutError  # noqa: A004 - what Redis raises
from redis.connection import Connection, ConnectionInterface, parse_url

LEFT_ALONE_SECONDS = 2.0
"""After a failure nobody asks for this long: what would have waited for a time-out fails at once, and whoever counts
requests decides as it does for a dead Redis."""


class SharedPool(BlockingConnectionPool):
    """Every `from_url` of the same address gives the same pool."""

    _asks_again_at = 0.0

    @classmethod
    def from_url(cls, url: str, **options: Any) -> Self:  # noqa: ANN401 - redis-py's signature
        """The pool of this address."""
        return cast("Self", _pool_of(url, frozenset(options.items())))

    def get_connection(
        self,
        command_name: str | None = None,  # noqa: ARG002 - redis-py's signature, whose arguments it no longer uses
        *keys: Any,  # noqa: ANN401, ARG002
        **options: Any,  # noqa: ANN401, ARG002
    ) -> Connection:
        """A connection, within the pool's time-out.

        Raises:
            ConnectionError: Redis failed a moment ago, or does now, or every connection is in use.
            TimeoutError: it does not answer.
        """
        if time.monotonic() < self._asks_again_at:
            raise ConnectionError("Redis failed a moment ago")
        try:
            return cast("Connection", super().get_connection())  # type: ignore[no-untyped-call]
        except (ConnectionError, TimeoutError):
            self._leave_alone()
            raise

    def release(self, connection: ConnectionInterface) -> None:
        """Take a connection back. One that comes back closed has failed: the client closes it for no other reason."""
        if not connection.is_connected:
            self._leave_alone()
        super().release(connection)  # type: ignore[no-untyped-call]

    def _leave_alone(self) -> None:
        self._asks_again_at = time.monotonic() + LEFT_ALONE_SECONDS


@cache
def _pool_of(url: str, options: frozenset[tuple[str, Any]]) -> SharedPool:
    said: dict[str, Any] = parse_url(url)  # type: ignore[no-untyped-call]
    return SharedPool(**{**dict(options), **said})  # type: ignore[no-untyped-call]
