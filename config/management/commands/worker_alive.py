"""`worker_alive NAME`: the liveness probe of a worker, beat or standby on this machine."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.liveness import NAMES, is_alive


class Command(BaseCommand):
    """Exit code 0 while it does its work; 1 when it should be started again."""

    help = "Tell from the canaries it handled whether a process does its work."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which process."""
        parser.add_argument("name", choices=NAMES)

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Ask."""
        if not is_alive(options["name"], now=timezone.now()):
            raise CommandError(f"{options['name']} handled no canary lately")
        self.stdout.write(f"{options['name']} is alive")
