"""Repairs of the MongoDB backend, made once at the start. Each has a test, and names the version it was found in.

Found in django-mongodb-backend 5.2.4, the last for Django 5.2. Both faults are still there in 6.0.4, the newest there
is: no version makes a repair obsolete yet. A test per repair fails once its fault is gone: then the repair goes too.
A third fault, look-ups that do not use unique indexes, is gone in 6.0.4; until then plain indexes stand beside them.
"""

import re
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django_mongodb_backend import base, query

Stage = dict[str, Any]
"""Of an aggregation pipeline."""

BACKEND_VERSION = "5.2.4"
"""The version in which these faults were seen; with another one, look whether they are still there."""

backend_pipeline = query.MongoQuery.get_pipeline
backend_iexact = base.DatabaseWrapper.mongo_operators["iexact"]


def repair_backend(connection: BaseDatabaseWrapper) -> None:
    """Make the repairs where the connection is one of that backend; repeating it changes nothing."""
    if connection.vendor != "mongodb":
        return
    base.DatabaseWrapper.mongo_operators["iexact"] = _iexact
    query.MongoQuery.get_pipeline = _pipeline


def _iexact(field: str, text: str) -> dict[str, Any]:
    """The backend makes an expression of the text as it is: `.*` would find everybody."""
    found: dict[str, Any] = backend_iexact(field, re.escape(text))
    return found


def _pipeline(asked: object) -> list[Stage]:
    """The backend sorts what it has projected or copied, where no index is used: it would sort every list in memory."""
    stages = [stage for stage in backend_pipeline(asked) if not _changes_nothing(stage)]
    for at, stage in enumerate(stages[:-1]):
        if "$project" in stage and _passes(stage["$project"], stages[at + 1].get("$sort")):
            end = _end_of_sorting(stages, at + 1)
            return [*stages[:at], *stages[at + 1 : end], stage, *stages[end:]]
    return stages


def _changes_nothing(stage: Stage) -> bool:
    """Whether it gives fields the values that they have."""
    return all(
        name == "$addFields" and all(value == f"${field}" for field, value in fields.items())
        for name, fields in stage.items()
    )


def _passes(projected: dict[str, Any], sort: dict[str, Any] | None) -> bool:
    """Whether the projection lets through, as they are, the fields to sort by."""
    return bool(sort) and all(projected.get(field) == 1 for field in sort or ())


def _end_of_sorting(stages: list[Stage], start: int) -> int:
    """Where sorting and slicing end."""
    end = start
    while end < len(stages) and stages[end].keys() & {"$sort", "$skip", "$limit"}:
        end += 1
    return end
