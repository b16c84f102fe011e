"""Copying everything into an empty database, and proving that it arrived."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import models

from config.transfer.databases import prepare_empty
from config.transfer.tables import Row, Tally, rows_of, tables, tally, write_rows

Tell = Callable[[str], None]
"""Is told of progress: names of tables and counts."""


class CopyDiffers(Exception):
    """What arrived is not what was sent, or the source was written to meanwhile."""


@dataclass(frozen=True, slots=True)
class Copied:
    """One table.

    Args:
        name: of the table.
        sent: what was read and written.
        arrived: what the target holds.
        still: what the source holds after everything was copied.
    """

    name: str
    sent: Tally
    arrived: Tally
    still: Tally

    @property
    def fault(self) -> str:
        """What is wrong with it; empty where nothing is."""
        if self.arrived != self.sent:
            return f"{self.name}: {self.arrived.rows} of {self.sent.rows} rows arrived as they were sent"
        if self.still != self.sent:
            return f"{self.name}: written to during the copy; stop web and workers, empty the target, and copy again"
        return ""


def copy_everything(source: str, target: str, *, tell: Tell) -> list[Copied]:
    """Copy every table and compare counts and hashes on both sides afterwards.

    Args:
        source: alias of the database to read. Nothing may write to it meanwhile; that is checked.
        target: alias of the database to fill.
        tell: is told of each table.

    Raises:
        NotEmpty: the target holds rows.
        CopyDiffers: the copy cannot be trusted; the text names the tables.
    """
    prepare_empty(target)
    sent = {model: _send(model, source, target, tell) for model in tables()}
    copied = [
        Copied(model._meta.db_table, each, tally(model, target), tally(model, source))
        for model, each in sent.items()
    ]
    faults = [each.fault for each in copied if each.fault]
    if faults:
        raise CopyDiffers("; ".join(faults))
    return copied


def _send(model: type[models.Model], source: str, target: str, tell: Tell) -> Tally:
    sent = Tally()
    write_rows(model, _counted(model, rows_of(model, source), sent), target)
    tell(f"{model._meta.db_table}: {sent.rows}")
    return sent


def _counted(model: type[models.Model], rows: Iterator[Row], counted: Tally) -> Iterator[Row]:
    for row in rows:
        counted.add(model, row)
        yield row
