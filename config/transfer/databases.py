"""The other database: opened by its address, brought to today's tables, and empty before anything is put into it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import load_backend

from config.databases import mongodb_database, sqlite_database
from config.transfer.tables import tables
from safety.models import Canary

ALIAS = "other"
SQLITE = "sqlite:"


class AddressUnknown(ValueError):
    """The address names neither MongoDB nor a file of SQLite."""


class NotEmpty(Exception):
    """There are rows already where rows should go."""


def described(address: str) -> dict[str, Any]:
    """Django's description of the database at an address, `mongodb://…` or `sqlite:FILE`.

    Raises:
        AddressUnknown: it is neither.
    """
    if address.startswith(("mongodb://", "mongodb+srv://")):
        return mongodb_database(address, name="")
    if address.startswith(SQLITE) and len(address) > len(SQLITE):
        return sqlite_database(Path(address.removeprefix(SQLITE)))
    raise AddressUnknown("say mongodb://…, mongodb+srv://… or sqlite:FILE")


@contextmanager
def opened(address: str) -> Iterator[str]:
    """The alias of the database at an address, for as long as the block runs, in this thread."""
    handler: Any = connections  # Django's typing leaves its settings out
    completed = handler.configure_settings({DEFAULT_DB_ALIAS: described(address)})
    handler[ALIAS] = load_backend(completed[DEFAULT_DB_ALIAS]["ENGINE"]).DatabaseWrapper(
        completed[DEFAULT_DB_ALIAS], ALIAS
    )
    try:
        yield ALIAS
    finally:
        handler[ALIAS].close()
        del handler[ALIAS]


def prepare_empty(alias: str) -> None:
    """Bring a database to today's tables and take out what is there by itself: the rows bring their own.

    Raises:
        NotEmpty: somebody's rows are there.
    """
    call_command("migrate", database=alias, interactive=False, verbosity=0)
    for model in tables():
        if model not in _not_of_people() and _rows(model, alias).exists():
            raise NotEmpty(f"{model._meta.db_table} has rows already")
    for model in _not_of_people():
        _rows(model, alias).delete()


def _rows(model: type[models.Model], alias: str) -> "models.QuerySet[models.Model]":
    return model._default_manager.using(alias).all()


def _not_of_people() -> list[type[models.Model]]:
    """What migrations and the workers' signs of life write by themselves, in the order in which it can be emptied."""
    linking: type[models.Model] = Group.permissions.through
    return [linking, Group, Permission, ContentType, Canary]


def schema_of(alias: str) -> list[str]:
    """Names of the migrations that a database has applied, sorted."""
    return sorted(
        ".".join(key) for key in MigrationExecutor(connections[alias]).loader.applied_migrations
    )
