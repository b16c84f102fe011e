"""Which database and which cache: the two addresses decide, nothing else changes.

Source: the options were found by killing primaries and majorities under load; ADR 0001 tells of the engines.
"""

import ipaddress
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from audit.store.reports import REPORTS_ALIAS

DATABASE_NAME = "vigil"

KEEPS_WORDS: dict[str, Any] = {"w": "majority", "journal": True, "readConcernLevel": "majority"}
"""What makes an acknowledged message survive a lost node; nothing in the address weakens it."""

TIME_OUTS: dict[str, Any] = {
    "serverSelectionTimeoutMS": 3000,
    "connectTimeoutMS": 2000,
    "timeoutMS": 4000,
}
"""A lost majority fails a call in 3 to 4 s instead of 30. The address may say otherwise."""

REDIS_OPTIONS: dict[str, Any] = {
    "pool_class": "config.redis_pool.SharedPool",
    "max_connections": 64,
    "timeout": 0.3,  # how long to wait for a free one of them
    "socket_timeout": 0.3,
    "socket_connect_timeout": 0.3,
    "health_check_interval": 30,
}
"""Seconds. A frozen Redis costs one message in two seconds 0.3, and the others nothing, as a dead one does."""


def sqlite_database(file: Path) -> dict[str, Any]:
    """The embedded database: it survives a power cut."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 5,
            "init_command": (
                "PRAGMA journal_mode=WAL;"
                "PRAGMA synchronous=FULL;"
                "PRAGMA foreign_keys=ON;"
                "PRAGMA busy_timeout=5000;"
            ),
        },
    }


def mongodb_database(uri: str, *, name: str) -> dict[str, Any]:
    """A MongoDB replica set.

    Args:
        uri: its address; options there win over our time-outs, never over what keeps words.
        name: of the database; empty for the one that the address names, or `vigil`.
    """
    said = _options(uri)
    time_outs = {key: value for key, value in TIME_OUTS.items() if key.lower() not in said}
    return {
        "ENGINE": "django_mongodb_backend",
        "HOST": uri,
        "NAME": name or urlsplit(uri).path.strip("/") or DATABASE_NAME,
        "OPTIONS": {**time_outs, **KEEPS_WORDS, "appname": "vigil"},
    }


def databases(
    default: dict[str, Any], *, analytics_uri: str, name: str
) -> dict[str, dict[str, Any]]:
    """Every alias: the database, and where an address for reports is given, a second way to it that may lag behind.

    Args:
        default: description of the database.
        analytics_uri: usually the same replica set with `readPreference=secondary`; empty for none.
        name: of the database.
    """
    if not analytics_uri:
        return {"default": default}
    analytics = mongodb_database(analytics_uri, name=name)
    return {"default": default, REPORTS_ALIAS: {**analytics, "TEST": {"MIRROR": "default"}}}


def close_inherited_pools() -> None:
    """After a fork: leave the parent's connections to the parent. The next query makes new ones."""
    for connection in connections.all(initialized_only=True):
        close: Callable[[], None] = getattr(connection, "close_pool", connection.close)
        close()


def redis_cache(url: str) -> dict[str, Any]:
    """A cache that every process shares. Only the counters of `chat.limits` live there, which say what happens without.

    Args:
        url: of Redis, which Celery's broker shares under another prefix.
    """
    return {
        "BACKEND": "config.redis_cache.CountingCache",
        "LOCATION": url,
        "KEY_PREFIX": "vigil",
        "OPTIONS": dict(REDIS_OPTIONS),
    }


def check_encrypted(variable: str, uri: str, *, allowed: Collection[str]) -> None:
    """Refuse an address on another machine that is spoken to without TLS, unless its variable is allowed by name.

    Raises:
        ImproperlyConfigured: it is neither encrypted, nor on this machine, nor allowed.
    """
    if not uri or variable in allowed or _uses_tls(uri) or all(map(is_loopback, _hosts(uri))):
        return
    raise ImproperlyConfigured(
        f"{variable} is spoken to without TLS. Encrypt it, or name it in ALLOW_WITHOUT_TLS where the net is safe."
    )


def _uses_tls(uri: str) -> bool:
    scheme, said = urlsplit(uri).scheme, _options(uri)
    switch = said.get("tls", said.get("ssl", "")).lower()
    return scheme == "rediss" or switch == "true" or (scheme == "mongodb+srv" and not switch)


def _options(uri: str) -> dict[str, str]:
    return {key.lower(): value for key, value in parse_qsl(urlsplit(uri).query)}


def _hosts(uri: str) -> Iterator[str]:
    """The hosts of an address that may name several."""
    scheme, netloc = urlsplit(uri).scheme, urlsplit(uri).netloc.rpartition("@")[2]
    for host in netloc.split(","):
        yield urlsplit(f"{scheme}://{host}").hostname or ""


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
