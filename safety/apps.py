"""The safety app."""

from django.apps import AppConfig


class SafetyAppConfig(AppConfig):
    """Names the app."""

    name = "safety"
    verbose_name = "Safety and alerts"
