"""The moderation app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ModerationAppConfig(AppConfig):
    """Names the app, keeps the roles as their table says, and puts signing in on the record."""

    name = "moderation"
    verbose_name = "Moderation"

    def ready(self) -> None:
        """Connect what happens after migrations and at sign-in."""
        from moderation import roles, signing_in  # noqa: PLC0415 - models are ready only now

        post_migrate.connect(roles.synchronise_roles, sender=self)
        signing_in.connect()
