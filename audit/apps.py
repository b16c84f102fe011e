"""The audit app."""

from django.apps import AppConfig


class AuditAppConfig(AppConfig):
    """Names the app."""

    name = "audit"
    verbose_name = "Audit record"
