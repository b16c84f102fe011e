"""`restore FILE`: a backup into the empty database of the settings, on either engine."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone
from pymongo.errors import PyMongoError

from audit.actors import Actor
from config.transfer.backups import Contents, OtherSchema, examine, restore
from config.transfer.copying import CopyDiffers
from config.transfer.databases import NotEmpty
from config.transfer.sealed_files import BackupUnreadable


class Command(BaseCommand):
    """Exit code 0 means that every table was compared with the backup and is the same."""

    help = "Put a backup into an empty database, or only check that it could be. Web and workers must be stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and whether to write at all."""
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--check", action="store_true", help="read and check the file, and write nothing"
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Restore, or check, and say what the backup holds."""
        try:
            contents = self._do(options)
        except (BackupUnreadable, OtherSchema, NotEmpty) as error:
            raise CommandError(f"nothing was written: {error}") from error
        except (CopyDiffers, OSError, DatabaseError, PyMongoError) as error:
            raise CommandError(
                f"not restored: {error}. Empty the database before trying again."
            ) from error
        done = "Checked" if options["check"] else "Restored"
        self.stdout.write(f"{done}: {contents.rows} rows of {contents.made_at}.")

    def _do(self, options: dict[str, Any]) -> Contents:
        if options["check"]:
            return examine(options["file"])
        return restore(
            options["file"],
            actor=Actor.system("restore"),
            now=timezone.now(),
            tell=self.stdout.write,
        )
