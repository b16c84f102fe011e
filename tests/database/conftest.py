"""What the service asks MongoDB, and how the server would find it."""

import fcntl
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.factories import make_person, make_session

FAIL_POINT = Path(tempfile.gettempdir()) / "vigil-tests-fail-point"
"""A server has one of the kind: the workers of pytest-xdist take turns."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One look-up: the collection, and the stages that find its rows."""

    collection: str
    pipeline: list[dict[str, Any]]

    @property
    def shape(self) -> str:
        """Which fields it looks at, whatever the values."""
        return f"{self.collection}: {_shape(self.pipeline)}"


def _shape(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _shape(value) for name, value in part.items()}
    if isinstance(part, list) and part and isinstance(part[0], dict):
        return [_shape(value) for value in part]
    return "…"


@pytest.fixture
def asked(monkeypatch) -> list[Asked]:
    """Every look-up of the ORM while the test runs."""
    from django_mongodb_backend.compiler import SQLUpdateCompiler
    from django_mongodb_backend.query import MongoQuery

    found: list[Asked] = []
    cursor, delete, update = MongoQuery.get_cursor, MongoQuery.delete, SQLUpdateCompiler.update

    def seen_cursor(self: Any) -> Any:
        found.append(Asked(self.compiler.collection_name, self.get_pipeline()))
        return cursor(self)

    def seen_delete(self: Any) -> Any:
        found.append(Asked(self.compiler.collection_name, [{"$match": self.match_mql}]))
        return delete(self)

    def seen_update(self: Any, criteria: Any, pipeline: Any) -> Any:
        found.append(Asked(self.collection_name, [{"$match": criteria}]))
        return update(self, criteria, pipeline)

    monkeypatch.setattr(MongoQuery, "get_cursor", seen_cursor)
    monkeypatch.setattr(MongoQuery, "delete", seen_delete)
    monkeypatch.setattr(SQLUpdateCompiler, "update", seen_update)
    return found


@pytest.fixture
def fail_point(db) -> Iterator[Any]:
    """Make commands of the server fail: `fail_point(["commitTransaction"], times=2, closeConnection=True)`."""
    from tests.raw import mongo

    admin = mongo().database.client.admin
    mine = mongo().settings_dict["OPTIONS"]["appname"]

    def configure(commands: list[str], *, times: int, **how: Any) -> None:
        data = {"failCommands": commands, "appName": mine, **how}
        admin.command({"configureFailPoint": "failCommand", "mode": {"times": times}, "data": data})

    with FAIL_POINT.open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield configure
        admin.command({"configureFailPoint": "failCommand", "mode": "off"})


@pytest.fixture
def person(db):
    """Somebody who has accepted everything."""
    return make_person()


@pytest.fixture
def session(person):
    """An open conversation of theirs."""
    return make_session(person)
