"""Incidents, assessments and alerts in Django admin: to look at, without a word of any person.

Words are read in the console, where every reading is on record. Alerts are sent again, and test alerts sent, by POST.
"""

from datetime import UTC, datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from audit.actors import Actor
from audit.paging import BoundedPaginator
from audit.permissions import Denied, HoldsPermissions
from safety.models import Assessment, Delivery, DeliveryAttempt, Incident
from safety.permissions import can_send_delivery, check_can_send_delivery
from safety.services.alerts import send_test_alert
from safety.services.deliveries import send_again


def exact(moment: datetime | None) -> str:
    """A moment to the millisecond, UTC: an alert is a matter of seconds. A dash where there is none yet."""
    if moment is None:
        return "-"
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03} UTC"


class _ReadOnly:
    """Rows change by services only, whatever permissions somebody holds."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's signature
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's signature
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's signature
        """Never."""
        return False


class _ReadOnlyAdmin(_ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    list_per_page = 50
    show_full_result_count = False
    paginator = BoundedPaginator
    sortable_by = ()  # by any other column a million rows would be sorted in memory


class DeliveryAttemptInline(_ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # not generic when it runs
    """The delivery log of one alert."""

    model = DeliveryAttempt
    fields = ("number", "started", "elapsed_ms", "status_code", "outcome")
    readonly_fields = ("started",)
    ordering = ("-number",)
    verbose_name = "try"
    verbose_name_plural = "tries"

    @admin.display(description="started at")
    def started(self, attempt: DeliveryAttempt) -> str:
        """When it began, exactly."""
        return exact(attempt.started_at)


@admin.register(Delivery)
class DeliveryAdmin(_ReadOnlyAdmin):
    """Alerts on their way and those that arrived. What they say is not shown."""

    list_display = (
        "created",
        "channel",
        "profile",
        "state",
        "attempts",
        "last_outcome",
        "due",
        "delivered",
    )
    list_filter = ("state", "channel")
    ordering = ("-pk",)
    fields = (*list_display, "incident_id", "group_id", "tried_before")
    readonly_fields = ("incident_id", "created", "due", "delivered")
    inlines = (DeliveryAttemptInline,)

    @admin.display(description="created at")
    def created(self, delivery: Delivery) -> str:
        """When it was written, exactly."""
        return exact(delivery.created_at)

    @admin.display(description="due at")
    def due(self, delivery: Delivery) -> str:
        """When it is to be sent, exactly."""
        return exact(delivery.due_at)

    @admin.display(description="delivered at")
    def delivered(self, delivery: Delivery) -> str:
        """When it was accepted, exactly."""
        return exact(delivery.delivered_at)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        """Without the bodies, which hold words."""
        return super().get_queryset(request).defer("body")

    def get_urls(self) -> list[URLPattern]:
        """Two pages that act, before Django's, whose last one takes every path."""
        wrap = self.admin_site.admin_view
        return [
            path("send-test/", wrap(self.send_test_page), name="safety_delivery_send_test"),
            path(
                "<str:delivery_id>/send-again/",
                wrap(self.send_again_page),
                name="safety_delivery_send_again",
            ),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, and whether its reader may act."""
        return super().changelist_view(request, _with_may_send(request, extra_context))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One alert, and whether its reader may act."""
        return super().change_view(
            request, object_id, form_url, _with_may_send(request, extra_context)
        )

    @method_decorator(require_POST)
    def send_again_page(self, request: HttpRequest, delivery_id: str) -> HttpResponse:
        """The button on one alert."""
        _check(request)
        try:
            delivery = send_again(
                delivery_id=delivery_id, actor=_actor(request), now=timezone.now()
            )
        except (Delivery.DoesNotExist, ValidationError):  # no such id, or not an id at all
            raise Http404 from None
        messages.success(request, "The alert is on its way again.")
        return HttpResponseRedirect(reverse("admin:safety_delivery_change", args=[delivery.pk]))

    @method_decorator(require_POST)
    def send_test_page(self, request: HttpRequest) -> HttpResponse:
        """The button above the list."""
        _check(request)
        sent = send_test_alert(actor=_actor(request), now=timezone.now())
        if sent:
            messages.success(request, f"Test alerts on their way: {len(sent)}.")
        else:
            messages.warning(request, "No receiver of alerts is configured.")
        return HttpResponseRedirect(reverse("admin:safety_delivery_changelist"))


def _with_may_send(request: HttpRequest, context: dict[str, Any] | None) -> dict[str, Any]:
    return {**(context or {}), "may_send": can_send_delivery(_staff(request))}


def _check(request: HttpRequest) -> None:
    try:
        check_can_send_delivery(_staff(request))
    except Denied as reason:
        raise PermissionDenied(str(reason)) from reason


def _staff(request: HttpRequest) -> HoldsPermissions:
    return cast("HoldsPermissions", request.user)  # the admin site lets nobody else in


def _actor(request: HttpRequest) -> Actor:
    return Actor.staff(str(request.user.pk), getattr(request, "request_id", ""))


@admin.register(Incident)
class IncidentAdmin(_ReadOnlyAdmin):
    """What was opened and where it stands. Neither the excerpt nor what staff wrote is shown."""

    list_display = (
        "raised_at",
        "severity",
        "kind",
        "status",
        "due_at",
        "claimed_by_name",
        "resolved_at",
    )
    list_filter = ("status", "severity", "kind")
    ordering = ("-pk",)
    fields = (
        *list_display,
        "created_at",
        "claimed_at",
        "requires_immediate_attention",
        "triggers",
        "session_id",
        "person_id",
        "message_id",
        "context",
        "response",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Incident]:
        """Without the words."""
        return super().get_queryset(request).defer("excerpt", "resolution")


@admin.register(Assessment)
class AssessmentAdmin(_ReadOnlyAdmin):
    """What the checker said, message by message."""

    list_display = (
        "created_at",
        "kind",
        "level",
        "triggers",
        "probability",
        "release",
        "elapsed_ms",
    )
    list_filter = ("level",)
    ordering = ("-pk",)
    fields = (*list_display, "score", "message_id", "session_id", "person_id")
