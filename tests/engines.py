"""Which engine the tests run on, which tests are for one engine only, and how each is emptied between tests.

A file or test that is about one engine carries `pytest.mark.engine("sqlite")` or `pytest.mark.engine("mongodb")` and is
left out of the other's run before it starts: nothing is skipped.
"""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest

KEPT = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
}
"""What migrations wrote on MongoDB, and no test changes: writing it again takes longer than most tests."""


def engine() -> str:
    """The vendor of the database under test."""
    from django.db import connection

    return connection.vendor


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about the other engine."""
    mine = engine()
    others = [
        item for item in items if any(mark.args != (mine,) for mark in item.iter_markers("engine"))
    ]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in set(others)]


@pytest.fixture(autouse=True, scope="session")
def _quick_to_empty() -> Iterator[None]:
    """Make emptying the database after a test possible on SQLite and quick on MongoDB."""
    patch = pytest.MonkeyPatch()
    {"sqlite": _let_sqlite_empty_the_record, "mongodb": _empty_collections}[engine()](patch)
    yield
    patch.undo()


def _let_sqlite_empty_the_record(patch: pytest.MonkeyPatch) -> None:
    """Django empties every table after a test with real transactions; the record's own triggers would refuse."""
    from django.db.backends.sqlite3.operations import DatabaseOperations

    guard = importlib.import_module("audit.migrations.0002_append_only")
    flush = DatabaseOperations.sql_flush

    def without_guard(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        statements = flush(self, style, tables, **options)
        if guard.TABLE not in tables:
            return statements
        drop = [f"DROP TRIGGER {name}" for name in guard.TRIGGERS]
        create = [f"CREATE TRIGGER {name} {body}" for name, body in guard.TRIGGERS.items()]
        return [*drop, *statements, *create]

    patch.setattr(DatabaseOperations, "sql_flush", without_guard)


def _empty_collections(patch: pytest.MonkeyPatch) -> None:
    """MongoDB has no transaction round a test: what it wrote is deleted."""
    from django.db import connection
    from django.test import TransactionTestCase

    def empty(_: TransactionTestCase) -> None:
        database: Any = connection.database  # type: ignore[attr-defined]  # the backend's own
        names = [name for name in database.list_collection_names() if name not in KEPT]

        def delete(session: Any) -> None:
            for name in names:
                database[name].delete_many({}, session=session)

        with database.client.start_session() as session:
            session.with_transaction(delete)

    patch.setattr(TransactionTestCase, "_fixture_teardown", empty)
