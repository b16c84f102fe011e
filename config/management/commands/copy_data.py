"""`copy_data`: everything into another database, so that a pilot on SQLite can grow up, or move back."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, DatabaseError
from pymongo.errors import PyMongoError

from config.transfer.copying import Copied, CopyDiffers, copy_everything
from config.transfer.databases import AddressUnknown, NotEmpty, opened


class Command(BaseCommand):
    """Exit code 0 means that every table was compared and is the same on both sides."""

    help = "Copy everything from the configured database into an empty one. Stop web and workers first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("--to", required=True, help="mongodb://… or sqlite:FILE")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Copy, compare, and print both sides."""
        try:
            with opened(options["to"]) as target:
                copied = copy_everything(DEFAULT_DB_ALIAS, target, tell=self._tell)
        except (AddressUnknown, NotEmpty, CopyDiffers) as error:
            raise CommandError(str(error)) from error
        except (DatabaseError, PyMongoError) as error:
            raise CommandError(
                f"interrupted ({type(error).__name__}): empty the target, and copy again"
            ) from error
        self._print(copied)

    def _print(self, copied: list[Copied]) -> None:
        self.stdout.write(f"\n{'table':<38}{'rows':>10}  hash, the same on both sides")
        for each in copied:
            self.stdout.write(f"{each.name:<38}{each.arrived.rows:>10}  {each.arrived.digest[:16]}")
        self.stdout.write(f"Copied: {sum(each.arrived.rows for each in copied)} rows.")

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
