"""The staff's site: Django admin with Vigil's name, and the pages that are not lists of rows."""

from django.contrib.admin import AdminSite
from django.urls import URLPattern, URLResolver

from audit.pages import audit_urls


class VigilAdminSite(AdminSite):
    """Django admin under Vigil's name."""

    site_header = "Vigil"
    site_title = "Vigil"
    index_title = "Staff"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Our pages come before Django's, whose own index of an app would take `/admin/audit/`."""
        return [*audit_urls(self), *super().get_urls()]
