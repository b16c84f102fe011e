"""Django's own apps with our portable key, so that one set of migrations serves both databases."""

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.apps import AuthConfig
from django.contrib.contenttypes.apps import ContentTypesConfig

from config.error_reports import start_error_reports

PORTABLE_KEY = "audit.store.ids.PortableAutoField"


class PortableAdminConfig(AdminConfig):
    """Admin, on Vigil's own site."""

    default_auto_field = PORTABLE_KEY
    default_site = "moderation.admin_site.VigilAdminSite"


class PortableAuthConfig(AuthConfig):
    """Groups and permissions."""

    default_auto_field = PORTABLE_KEY


class PortableContentTypesConfig(ContentTypesConfig):
    """Content types."""

    default_auto_field = PORTABLE_KEY


class ConfigAppConfig(AppConfig):
    """Holds the commands that need to know every app."""

    name = "config"

    def ready(self) -> None:
        """Make our Celery app the one that shared tasks belong to, and start error reports."""
        from config import celery  # noqa: F401, PLC0415 - reads the settings, which are complete only now

        start_error_reports(settings.SENTRY_DSN)
