"""`backup FILE`: everything as it stands now, sealed under the key ring, while the service runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone
from pymongo.errors import PyMongoError

from audit.actors import Actor
from config.transfer.backups import NothingThere, back_up


class Command(BaseCommand):
    """Exit code 0 means that the file is whole and on the disk."""

    help = "Write everything into one sealed file. It opens only with ENCRYPTION_KEY: keep the key apart from it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file."""
        parser.add_argument("file", type=Path)

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Write it, and say what it holds."""
        try:
            contents = back_up(
                options["file"],
                actor=Actor.system("backup"),
                now=timezone.now(),
                tell=self.stdout.write,
            )
        except (NothingThere, OSError, DatabaseError, PyMongoError) as error:
            raise CommandError(f"no backup was made: {error}") from error
        self.stdout.write(f"Backed up: {contents.rows} rows of {contents.made_at}.")
