"""Does the database answer a real question? On MongoDB also: does a majority take a write?

A cursor of the MongoDB backend does nothing, so the `SELECT 1` of every recipe is true while no server is there.
"""

from typing import Any

from django.db import OperationalError, connection
from django.utils import timezone
from pymongo.errors import PyMongoError

PROBES = "readiness"
"""A collection of one document that every probe overwrites."""


def ask_database() -> None:
    """Ask it.

    Raises:
        DatabaseError: it does not answer, or no majority takes a write.
    """
    if connection.vendor == "mongodb":
        _write_to_majority()
    else:
        _read_last_migration()


def _read_last_migration() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM django_migrations ORDER BY _id DESC LIMIT 1")
        cursor.fetchone()


def _write_to_majority() -> None:
    database: Any = connection.database  # type: ignore[attr-defined]  # the backend's own
    try:
        database.command("ping")
        database[PROBES].update_one({"_id": "probe"}, {"$set": {"at": timezone.now()}}, upsert=True)
    except PyMongoError as error:
        raise OperationalError(type(error).__name__) from error
