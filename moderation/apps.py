"""The moderation app."""

from django.apps import AppConfig


class ModerationAppConfig(AppConfig):
    """Names the app."""

    name = "moderation"
    verbose_name = "Moderation"
