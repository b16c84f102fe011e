"""`mongodb_roles`: the roles that make the record append-only inside MongoDB, as commands for an administrator."""

import json
from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db.migrations.recorder import MigrationRecorder

from audit.store.roles import roles


class Command(BaseCommand):
    """Prints one JSON document for each role; `db.runCommand(…)` in the service's database creates it."""

    help = (
        "Print the MongoDB roles of web, workers and migration: nobody may delete from the record."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which database."""
        parser.add_argument("--database", default="vigil")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Print them."""
        names = [model._meta.db_table for model in apps.get_models(include_auto_created=True)]
        for role in roles(
            options["database"], [*names, MigrationRecorder.Migration._meta.db_table]
        ):
            self.stdout.write(json.dumps(role))
