"""`verify_audit`: check an export of the record, and print the root of its tree."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.verification import RecordBroken, Remembered, Verified, verify_part, verify_whole


class Command(BaseCommand):
    """Exit code 1 and the first place that is wrong, or the size and the root."""

    help = "Check an export in JSON lines: every event, their order, and the root of the tree over them."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and what is remembered of the record."""
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--part", action="store_true", help="the export was filtered: numbers may be missing"
        )
        parser.add_argument(
            "--size", type=int, help="how many events the record had when --root was noted"
        )
        parser.add_argument(
            "--root", default="", help="the root that was noted then, 64 hex characters"
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Check, and say what was found."""
        if (options["size"] is None) != (not options["root"]):
            raise CommandError("--size and --root belong together")
        try:
            verified = _verify(options)
        except RecordBroken as error:
            raise CommandError(f"broken: {error}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"cannot be read: {error}") from error
        root = f", root {verified.root}" if verified.root else " of a part of the record"
        self.stdout.write(f"ok: {verified.size} entries{root}")


def _verify(options: dict[str, Any]) -> Verified:
    remembered = None if options["size"] is None else Remembered(options["size"], options["root"])
    with options["file"].open(encoding="utf-8", newline="\n") as lines:
        return verify_part(lines) if options["part"] else verify_whole(lines, remembered)
