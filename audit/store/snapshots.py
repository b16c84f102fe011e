"""Reading everything as it stood at one moment, while others go on writing.

Source: https://sqlite.org/isolation.html for readers of a database in WAL mode;
https://www.mongodb.com/docs/manual/reference/read-concern-snapshot/ for sessions, and for the five minutes that
MongoDB keeps a moment (`minSnapshotHistoryWindowInSeconds`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections

from audit.store.transactions import MONGODB


@contextmanager
def snapshot(alias: str) -> Iterator[None]:
    """Every query in the block that goes to this database sees the same moment. Nothing may be written in it."""
    moment = _mongodb if connections[alias].vendor == MONGODB else _sqlite
    with moment(connections[alias]):
        yield


@contextmanager
def _sqlite(connection: Any) -> Iterator[None]:  # noqa: ANN401 - Django's connection, on either engine
    """A plain BEGIN takes no lock, unlike Django's own here: writers go on."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


@contextmanager
def _mongodb(connection: Any) -> Iterator[None]:  # noqa: ANN401 - Django's connection, on either engine
    connection.ensure_connection()
    with connection.connection.start_session(snapshot=True) as session:
        connection.session = session
        try:
            yield
        finally:
            connection.session = None
