"""The safety app."""

from django.apps import AppConfig


class SafetyAppConfig(AppConfig):
    """Names the app."""

    name = "safety"
    verbose_name = "Safety and alerts"

    def ready(self) -> None:
        """Have the settings of alerts checked at every start."""
        from safety import checks  # noqa: F401, PLC0415 - reads the settings, which are complete only now
