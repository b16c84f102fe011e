"""A backup: everything as it stood at one moment, in one sealed file; and putting it back into an empty database."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

from django.db import DEFAULT_DB_ALIAS, models

from audit.actors import Actor
from audit.services import record
from audit.store.snapshots import snapshot
from audit.store.transactions import transactional
from config.transfer.copying import CopyDiffers, Tell
from config.transfer.databases import prepare_empty, schema_of
from config.transfer.sealed_files import BackupUnreadable, SealedWriter, sealed_lines
from config.transfer.tables import Row, Tally, fields_of, rows_of, tables, tally, write_rows

FORMAT = 1
OWNER_ONLY = 0o600


class NothingThere(Exception):
    """The database was never migrated: most likely its address is wrong."""


class OtherSchema(Exception):
    """The backup was taken by another version, whose tables differ."""


@dataclass(slots=True)
class Contents:
    """What a backup holds.

    Args:
        made_at: the moment it shows, RFC 3339.
        schema: names of the migrations that were applied.
        tallies: rows and hash of each table.
    """

    made_at: str
    schema: list[str]
    tallies: dict[str, Tally] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(each.rows for each in self.tallies.values())


def back_up(path: Path, *, actor: Actor, now: datetime, tell: Tell) -> Contents:
    """Write a backup beside a running service. The file appears under its name only when it is whole and on the disk.

    Raises:
        NothingThere: the database has no tables.
        FileExistsError: there is such a file already.
        OSError: the disk is full, or the file cannot be written.
    """
    if path.exists():
        raise FileExistsError(f"{path.name} exists already")
    part = path.with_name(path.name + ".part")
    try:
        with _owners_file(part) as file:
            contents = _write(SealedWriter(file), now, tell)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _record("backup_made", contents, actor=actor, now=now)
    return contents


def _owners_file(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "wb")


def _write(writer: SealedWriter, now: datetime, tell: Tell) -> Contents:
    with snapshot(DEFAULT_DB_ALIAS):
        contents = Contents(now.isoformat(timespec="milliseconds"), schema_of(DEFAULT_DB_ALIAS))
        if not contents.schema:
            raise NothingThere("the database has no tables: is its address right?")
        writer.write(json.dumps([FORMAT, contents.made_at, contents.schema]))
        for model in tables():
            contents.tallies[model._meta.db_table] = _write_table(writer, model)
            tell(f"{model._meta.db_table}: {contents.tallies[model._meta.db_table].rows}")
    ends = {name: [each.rows, each.digest] for name, each in contents.tallies.items()}
    writer.write(json.dumps({"end": ends}))
    writer.finish()
    return contents


def _write_table(writer: SealedWriter, model: type[models.Model]) -> Tally:
    counted = Tally()
    columns = [field.column for field in fields_of(model)]
    writer.write(json.dumps({"table": model._meta.db_table, "columns": columns}))
    for row in rows_of(model, DEFAULT_DB_ALIAS):
        counted.add(model, row)
        writer.write(json.dumps(row))
    return counted


def examine(path: Path) -> Contents:
    """Read a whole backup and check it against itself, touching no database.

    Raises:
        BackupUnreadable: it was altered or cut short, or no key opens it.
        OtherSchema: it was taken by another version.
    """
    with path.open("rb") as file:
        lines = sealed_lines(file)
        contents = _beginning(lines)
        for _ in _rows(lines, contents):
            """Reading counts and checks."""
    return contents


def _beginning(lines: Iterator[str]) -> Contents:
    said = _read(next(lines, ""))
    if not isinstance(said, list) or len(said) != 3 or said[0] != FORMAT:  # noqa: PLR2004 - format, moment, schema
        raise BackupUnreadable(f"its format is not {FORMAT}, the one that this version reads")
    _, made_at, schema = said
    return Contents(made_at, schema)


def _read(line: str) -> Any:  # noqa: ANN401 - a row, or what stands between rows
    try:
        return json.loads(line)
    except ValueError as error:
        raise BackupUnreadable("a line of it is damaged") from error


def _rows(lines: Iterator[str], contents: Contents) -> Iterator[tuple[type[models.Model], Row]]:
    """Every row with its table; at the end, what was counted must be what the backup says."""
    known = {model._meta.db_table: model for model in tables()}
    model: type[models.Model] | None = None
    for line in lines:
        said = _read(line)
        if isinstance(said, list) and model is not None:
            contents.tallies[model._meta.db_table].add(model, said)
            yield model, said
        elif "end" in said:
            _check_end(said["end"], contents)
            break
        else:
            model = _table(said, known)
            contents.tallies[model._meta.db_table] = Tally()
    else:
        raise BackupUnreadable("it has no end")
    if next(lines, None) is not None:  # which also looks whether the file ends here
        raise BackupUnreadable("it goes on after its end")


def _table(said: dict[str, Any], known: dict[str, type[models.Model]]) -> type[models.Model]:
    model = known.get(said["table"])
    if model is None or [field.column for field in fields_of(model)] != said["columns"]:
        raise OtherSchema(
            f"table {said['table']} is not of this version: restore with the version that made it"
        )
    return model


def _check_end(ends: dict[str, list[Any]], contents: Contents) -> None:
    counted = {name: [each.rows, each.digest] for name, each in contents.tallies.items()}
    if counted != ends:
        raise BackupUnreadable("its rows are not those that it was made of")


def restore(path: Path, *, actor: Actor, now: datetime, tell: Tell) -> Contents:
    """Put a backup into the empty database of the settings, and prove that it arrived.

    Raises:
        BackupUnreadable, OtherSchema: as `examine`; nothing was written.
        NotEmpty: there are rows already; nothing was written.
        CopyDiffers: what arrived is not what was sent: empty the database and begin again.
    """
    examined = examine(path)
    prepare_empty(DEFAULT_DB_ALIAS)
    if schema_of(DEFAULT_DB_ALIAS) != examined.schema:
        raise OtherSchema(
            "it was made with other migrations: restore with the version that made it"
        )
    _put_back(path, tell)
    _compare(examined)
    _record("backup_restored", examined, actor=actor, now=now)
    return examined


def _put_back(path: Path, tell: Tell) -> None:
    with path.open("rb") as file:
        lines = sealed_lines(file)
        contents = _beginning(lines)
        for model, rows in _by_table(_rows(lines, contents)):
            tell(f"{model._meta.db_table}: {write_rows(model, rows, DEFAULT_DB_ALIAS)}")


def _by_table(
    rows: Iterator[tuple[type[models.Model], Row]],
) -> Iterator[tuple[type[models.Model], Iterator[Row]]]:
    for model, group in groupby(rows, key=itemgetter(0)):
        yield model, (row for _, row in group)


def _compare(examined: Contents) -> None:
    faults = [
        model._meta.db_table
        for model in tables()
        if tally(model, DEFAULT_DB_ALIAS) != examined.tallies.get(model._meta.db_table, Tally())
    ]
    if faults:
        raise CopyDiffers(f"did not arrive as they were: {', '.join(faults)}")


@transactional
def _record(verb: str, contents: Contents, *, actor: Actor, now: datetime) -> None:
    record(
        f"audit.record:{verb}",
        actor=actor,
        now=now,
        target=("backup", contents.made_at),
        details={"rows": contents.rows, "tables": len(contents.tallies)},
    )
