"""`manage.py assess`: risk of texts or conversations, JSON lines from stdin to stdout."""

import io
import sys
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from safety.assessing_lines import answer_line


class Command(BaseCommand):
    """Reads `{"id", "text"}` or `{"id", "turns"}` a line and answers each at once."""

    help = "Assess texts or conversations: JSON lines on stdin, JSON lines on stdout."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002, ANN401 - Django's signature
        """Answer each line as it comes; exit with 1 when one was malformed."""
        failed = False
        for line in _lines():
            answer = answer_line(line)
            failed = failed or answer.failed
            self.stdout.write(answer.line)
            self.stdout.flush()
        if failed:
            sys.exit(1)


def _lines() -> Iterator[str]:
    """Lines of stdin that are not blank. Bytes that are no UTF-8 spoil their own line only."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    return (line for line in sys.stdin if line.strip())
