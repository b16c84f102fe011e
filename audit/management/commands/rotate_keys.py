"""`rotate_keys`: seal everything anew under the first key of ENCRYPTION_KEY, while the service runs.

To rotate: put a new key in front of ENCRYPTION_KEY, restart every process, run this, then take the old key out.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit.actors import Actor
from audit.services.rotation import Rotation, count_old, finish_rotation, rotate_keys, sealed_models


class Command(BaseCommand):
    """Exit code 0 means that the old keys can be taken out."""

    help = "Seal everything anew under the first key of ENCRYPTION_KEY. Can be interrupted and run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One switch: only count."""
        parser.add_argument(
            "--check", action="store_true", help="only count what rests under old keys"
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Rotate, or count, and say what remains."""
        remaining = self._count() if options["check"] else self._rotate()
        if remaining:
            raise CommandError(
                f"{remaining} rows still rest under an old key: keep it, and run this again."
            )
        self.stdout.write(
            "0 rows rest under an old key: old keys can be taken out of ENCRYPTION_KEY."
        )

    def _count(self) -> int:
        return sum(count_old(model) for model in sealed_models())

    def _rotate(self) -> int:
        actor = Actor.system("rotate_keys")
        rotation = rotate_keys(actor=actor, now=timezone.now(), tell=self._tell)
        finish_rotation(rotation=rotation, actor=actor, now=timezone.now())
        self._name_broken(rotation)
        return rotation.remaining

    def _name_broken(self, rotation: Rotation) -> None:
        for place in rotation.broken:
            self.stderr.write(f"does not open under any key of the ring: {place}")

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
