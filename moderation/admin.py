"""Staff, labels and looks in Django admin: lists to read; accounts change by two actions that each call one service."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from audit.actors import Actor
from audit.paging import BoundedPaginator
from moderation.models import Label, Look, StaffUser
from moderation.queries import roles_of
from moderation.services.staff import disable_staff, enable_staff


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Rows to look at."""

    show_full_result_count = False
    paginator = BoundedPaginator
    sortable_by = ()  # by any other column a million rows would be sorted in memory
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Never: services add."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401, ARG002 - Django's signature
        """Never: services change."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401, ARG002 - Django's signature
        """Never."""
        return False


@admin.register(StaffUser)
class StaffUserAdmin(ReadOnlyAdmin):
    """Who works here."""

    list_display = ("username", "roles", "is_active", "last_login", "date_joined")
    list_filter = ("is_active",)
    search_fields = ("username",)
    ordering = ("username",)
    fields = ("username", "roles", "is_active", "last_login", "date_joined")
    readonly_fields = ("roles",)
    actions = ("disable", "enable")

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With the roles of everybody on the page, in two more queries."""
        page = super().get_changelist_instance(request)
        roles = roles_of([user.pk for user in page.result_list])
        for user in page.result_list:
            user.__dict__["role_names"] = roles[user.pk]
        return page

    @admin.display(description="role")
    def roles(self, user: StaffUser) -> str:
        """The role they hold."""
        names = user.__dict__.get("role_names") or roles_of([user.pk])[user.pk]
        return ", ".join(names)

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Who may use the two actions."""
        return cast("StaffUser", request.user).has_perm("moderation.manage_staff")

    @admin.action(
        description="Disable, sign out and release what they hold", permissions=["manage"]
    )
    def disable(self, request: HttpRequest, chosen: QuerySet[StaffUser]) -> None:
        """Each in a transaction of its own."""
        for user in chosen:
            disable_staff(user_id=user.pk, **_who(request))
        messages.success(request, "Disabled and signed out.")

    @admin.action(description="Enable", permissions=["manage"])
    def enable(self, request: HttpRequest, chosen: QuerySet[StaffUser]) -> None:
        """Each in a transaction of its own."""
        for user in chosen:
            enable_staff(user_id=user.pk, **_who(request))
        messages.success(request, "Enabled.")


@admin.register(Label)
class LabelAdmin(ReadOnlyAdmin):
    """Judgements of detections."""

    list_display = ("created_at", "incident_id", "detection", "right_severity", "outcome")
    list_filter = ("detection", "outcome")
    ordering = ("-pk",)


@admin.register(Look)
class LookAdmin(ReadOnlyAdmin):
    """Transcripts opened without a claim, and why."""

    list_display = ("created_at", "who", "incident_id", "reason", "expires_at")
    list_filter = ("reason",)
    ordering = ("-pk",)
    fields = ("created_at", "who", "incident_id", "reason", "explanation", "expires_at")
    readonly_fields = ("who",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Look]:
        """With who looked, in one more query."""
        return super().get_queryset(request).prefetch_related("staff")

    @admin.display(description="who")
    def who(self, row: Look) -> str:
        """Who looked."""
        return row.staff.get_username()


def _who(request: HttpRequest) -> dict[str, Any]:
    staff = cast("StaffUser", request.user)
    actor = Actor.staff(staff.pk, getattr(request, "request_id", ""))
    return {"staff": staff, "actor": actor, "now": timezone.now()}
