"""`manage.py prepare`: whatever must be so before web and worker start."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from config.env import read_environment
from moderation.services.staff import create_first_accounts


class Command(BaseCommand):
    """Migrates, makes the first accounts on an empty installation, and says where everything is."""

    help = (
        "Prepare the database and, on an empty one, the first staff accounts. `make run` calls it."
    )

    def handle(self, **options: Any) -> None:  # noqa: ANN401, ARG002 - Django's signature
        """Prepare."""
        Path(settings.STATIC_ROOT).mkdir(
            parents=True, exist_ok=True
        )  # embedded, files are served from their apps
        call_command("migrate", interactive=False, verbosity=0)
        self._tell_accounts()
        self._tell_places()

    def _tell_accounts(self) -> None:
        accounts = create_first_accounts(now=timezone.now())
        if not accounts:
            return
        self.stdout.write("\nThe first accounts. Their passwords are shown this once:\n")
        for username, role, password in accounts:
            self.stdout.write(f"  {role:<11} {username:<11} {password}")

    def _tell_places(self) -> None:
        env = read_environment()
        port = env.whole("SERVICE_PORT", 8000, least=1)
        here = f"http://{env.text('SERVICE_HOST', '127.0.0.1')}:{port}"
        self.stdout.write(
            f"\nVigil\n  API        {here}/api/v1/\n  API docs   {here}/api/docs\n"
            f"  Console    {here}/admin/console/\n  Audit      {here}/admin/audit/\n"
            f"  Ready?     {here}/readyz\n\nCtrl-C stops it.\n"
        )
