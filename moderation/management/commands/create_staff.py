"""`manage.py create_staff USERNAME --role ROLE`: an account with one role."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit.actors import Actor
from moderation.roles import Role
from moderation.services.staff import (
    UsernameRefused,
    UsernameTaken,
    create_staff,
    generated_password,
)


class Command(BaseCommand):
    """Reads the password where one is piped in; otherwise makes one and prints it this once."""

    help = "Create a staff account with one role. The password is read from a pipe, or generated and printed once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name and role."""
        parser.add_argument("username")
        parser.add_argument("--role", required=True, choices=[role.value for role in Role])

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Create it, or say why not."""
        given = _piped_password()
        password = given or generated_password()
        try:
            create_staff(
                username=options["username"],
                role=Role(options["role"]),
                password=password,
                actor=Actor.system("create_staff"),
                now=timezone.now(),
            )
        except UsernameTaken as error:
            raise CommandError(f"There is a staff user called {error} already.") from None
        except UsernameRefused as error:
            raise CommandError(f"{error} cannot be a name.") from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self._tell(options["username"], options["role"], "" if given else password)

    def _tell(self, username: str, role: str, generated: str) -> None:
        self.stdout.write(f"Created {username} with the role {role}.")
        if generated:
            self.stdout.write(f"Password, shown this once: {generated}")


def _piped_password() -> str:
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        return ""
    return sys.stdin.readline().rstrip("\r\n")
