"""What there is to move, and in which form: every table, row by row, as it rests.

A row is a list of plain values in the order of its model's columns. Sealed text stays sealed: it is bound to table,
column and key, which are the same on the other side. Times are cut to milliseconds, which is all that MongoDB keeps.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter
from itertools import islice
from typing import Any

from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader
from django.utils.dateparse import parse_datetime

from audit.store.sealing import Sealed, SealedTextField

Row = list[Any]

READ_ROWS = 2000
WRITE_ROWS = 1000
"""Rows at a time: a batch of the largest sealed messages stays below MongoDB's 48 MB for one request."""
DIGEST_MODULUS = 1 << 256


class RowMalformed(ValueError):
    """A row does not fit its table."""


@dataclass(slots=True)
class Tally:
    """How many rows, and a hash over them that does not depend on their order.

    Args:
        rows: how many.
        total: sum of the rows' SHA-256, modulo 2^256: one row more, less or other changes it.
    """

    rows: int = 0
    total: int = 0

    def add(self, model: type[models.Model], row: Row) -> None:
        """Count one row."""
        text = json.dumps([model._meta.db_table, row], sort_keys=True, separators=(",", ":"))
        self.rows += 1
        self.total += int.from_bytes(hashlib.sha256(text.encode()).digest())
        self.total %= DIGEST_MODULUS

    @property
    def digest(self) -> str:
        """64 hex characters."""
        return f"{self.total:064x}"


def tables() -> list[type[models.Model]]:
    """Every table of ours and of Django's, what is pointed at before what points at it."""
    migrated = MigrationLoader(None).migrated_apps
    every = {
        model: _pointed_at(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in migrated
    }
    return list(TopologicalSorter(every).static_order())


def _pointed_at(model: type[models.Model]) -> list[type[models.Model]]:
    return [
        field.related_model
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model is not model
    ]


def fields_of(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    """The columns of a table, in their order."""
    return list(model._meta.concrete_fields)


def rows_of(model: type[models.Model], alias: str) -> Iterator[Row]:
    """The rows of a table, in the order of their keys."""
    names = [field.attname for field in fields_of(model)]
    found = model._default_manager.using(alias).order_by("pk").values_list(*names)
    for values in found.iterator(chunk_size=READ_ROWS):
        yield [_plain(value) for value in values]


def _plain(value: Any) -> Any:  # noqa: ANN401 - a column's value
    if isinstance(value, Sealed):
        return value.token
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    return value


def write_rows(model: type[models.Model], rows: Iterable[Row], alias: str) -> int:
    """Add rows to a table, as they were.

    Returns:
        How many.

    Raises:
        RowMalformed: a row has not as many values as the table has columns, or one that is not a time.
    """
    fields, written = fields_of(model), 0
    remaining = iter(rows)
    while batch := list(islice(remaining, WRITE_ROWS)):
        model._default_manager.using(alias).bulk_create(
            [_instance(model, fields, row) for row in batch]
        )
        written += len(batch)
    return written


def _instance(
    model: type[models.Model], fields: list["models.Field[Any, Any]"], row: Row
) -> models.Model:
    if len(row) != len(fields):
        raise RowMalformed(f"{model._meta.db_table}: {len(row)} values for {len(fields)} columns")
    return model(
        **{field.attname: _stored(field, value) for field, value in zip(fields, row, strict=True)}
    )


def _stored(field: "models.Field[Any, Any]", value: Any) -> Any:  # noqa: ANN401 - a column's value
    if value is None:
        return None
    if isinstance(field, SealedTextField):
        return Sealed(value)
    if isinstance(field, models.DateTimeField):
        return _time(field, value)
    return value


def _time(field: "models.Field[Any, Any]", value: object) -> datetime:
    moment = parse_datetime(value) if isinstance(value, str) else None
    if moment is None:
        raise RowMalformed(f"{field}: not a time")
    return moment


def tally(model: type[models.Model], alias: str) -> Tally:
    """Count a table as it stands."""
    counted = Tally()
    for row in rows_of(model, alias):
        counted.add(model, row)
    return counted
