"""Django's cache on Redis, with a counter that costs one round trip. Each request counts more than once.

Django 5.2 asks whether a key exists before it counts it up, and makes a client for each thing it asks: two trips, and
as much work again on our side. Source: `django/core/cache/backends/redis.py`, 5.2.
"""

from functools import cache
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import ConnectionPool, Redis

NO_EXPIRY = -1
"""Source: https://redis.io/docs/latest/commands/ttl/."""


class CountingClient(RedisCacheClient):
    """Django's client, except for counting."""

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:  # noqa: ANN401, ARG002 - Django's signature
        """The one client of the pool; it keeps nothing of its own."""
        return _client_of(self._get_connection_pool(write))  # type: ignore[attr-defined]  # not in the stubs

    def incr(self, key: Any, delta: int) -> int:  # noqa: ANN401 - text, or what Redis takes for it
        """Count up a key that exists.

        Raises:
            ValueError: it does not, or no longer.
        """
        client = self.get_client(key, write=True)
        value: int = client.incrby(key, delta)
        if value == delta and client.ttl(key) == NO_EXPIRY:
            client.delete(key)  # it was made just now, and would stay for ever
            raise ValueError("no such counter")
        return value


class CountingCache(RedisCache):
    """Django's cache, with that client. Its counters have an expiry, as all that this service keeps there."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = CountingClient


@cache
def _client_of(pool: ConnectionPool) -> Redis:
    return Redis(connection_pool=pool)
