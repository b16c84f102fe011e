"""The audit app."""

from django.apps import AppConfig


class AuditAppConfig(AppConfig):
    """Names the app."""

    name = "audit"
    verbose_name = "Audit record"

    def ready(self) -> None:
        """Repair the backend before the first query."""
        from django.db import connection  # noqa: PLC0415 - settings are complete only now

        from audit.store.repairs import repair_backend  # noqa: PLC0415 - imports the backend's models' machinery

        repair_backend(connection)
