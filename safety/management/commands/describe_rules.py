"""`describe_rules LANGUAGE`: the rules of a language as a page for the documentation."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from safety.engine.describing import lines_of
from safety.engine.rules import LANGUAGES, person_rules, reply_rules
from safety.engine.spelling import ENGLISH


class Command(BaseCommand):
    """Prints Markdown."""

    help = "Print the rules of a language as a page that a clinician can read."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which language."""
        parser.add_argument("language", nargs="?", default=ENGLISH, choices=LANGUAGES)

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Print."""
        language = options["language"]
        for line in lines_of(person_rules(language), reply_rules(language)):
            self.stdout.write(line)
