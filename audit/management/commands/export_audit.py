"""`export_audit`: write the record, or a part of it, to a file. The export is itself on record."""

import os
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit.actors import Actor
from audit.exports import EXPORT_FORMATS
from audit.leaves import PersonalText
from audit.queries import EventFilter
from audit.services import export_events

OWNER_ONLY = 0o600


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("a moment such as 2026-11-24 or 2026-11-24T06:00:00Z") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


class Command(BaseCommand):
    """Numbers what waits, records the export, and writes it line by line."""

    help = "Export the audit record as JSON lines (which verify_audit can check) or CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, in which format, and what of it."""
        parser.add_argument("--format", choices=sorted(EXPORT_FORMATS), default="jsonl")
        parser.add_argument("--output", default="-", metavar="FILE", help="- is standard output")
        parser.add_argument(
            "--since", type=_moment, help="from this moment, UTC unless it says otherwise"
        )
        parser.add_argument("--until", type=_moment, help="up to, not including, this moment")
        parser.add_argument("--actor", default="", help="kind:id, kind: or an id")
        parser.add_argument("--action", default="", help="an action, or how it begins")
        parser.add_argument("--person", default="", help="a person's id")
        parser.add_argument("--target", default="", help="type:id, type: or an id")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Export."""
        try:
            export = export_events(
                filters=_filter_of(options),
                file_format=options["format"],
                actor=Actor.system("export_audit"),
                now=timezone.now(),
            )
        except PersonalText as error:
            raise CommandError(str(error)) from error
        if options["output"] == "-":
            self._write_out(export.lines())
        else:
            _write_file(Path(options["output"]), export.lines())

    def _write_out(self, lines: Iterable[str]) -> None:
        try:
            for line in lines:
                self.stdout.write(line, ending="")
            self.stdout.flush()
        except BrokenPipeError:
            # Whoever reads has seen enough. Python flushes once more at its end and would complain of it again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stdout.fileno())
            raise SystemExit(1) from None


def _filter_of(options: dict[str, Any]) -> EventFilter:
    return EventFilter(
        actor=options["actor"],
        action=options["action"],
        target=options["target"],
        person_id=options["person"],
        since=options["since"],
        until=options["until"],
    )


def _write_file(path: Path, lines: Iterable[str]) -> None:
    """Write beside the file and move into place: nobody ever reads half an export under its name."""
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with open(descriptor, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - a descriptor
        file.writelines(lines)
    unfinished.replace(path)
