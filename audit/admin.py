"""The record in Django admin: rows to look at, one by one. Searching is at `/admin/audit/`, where it is recorded."""

from django.contrib import admin
from django.http import HttpRequest

from audit.models import AuditEvent
from audit.paging import BoundedPaginator


@admin.register(AuditEvent)
class AuditEventAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Read-only; no search, because a search that names a person belongs on record."""

    list_display = ("at", "action", "actor", "target", "sequence")
    list_display_links = ("at", "action")
    ordering = ("-at", "-pk")
    list_per_page = 50
    show_full_result_count = False
    paginator = BoundedPaginator
    sortable_by = ()  # by any other column a million rows would be sorted in memory

    @admin.display(description="actor")
    def actor(self, event: AuditEvent) -> str:
        """Who did it."""
        return event.leaf.actor

    @admin.display(description="target")
    def target(self, event: AuditEvent) -> str:
        """To what."""
        return event.leaf.target

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Never: services add."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:  # noqa: ARG002 - Django's signature
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:  # noqa: ARG002 - Django's signature
        """Never."""
        return False
