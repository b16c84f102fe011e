"""The staff's site: Django admin with Vigil's name, its sign-in, and the pages that are not lists of rows."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from django.contrib.admin import AdminSite
from django.contrib.auth.models import AnonymousUser, Group
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone

from audit.pages import audit_urls
from moderation.signing_in import record_expired, record_refused, seconds_until_next_try
from moderation.staff_sessions import has_expired, keep_awake

if TYPE_CHECKING:
    from moderation.models import StaffUser

BACKGROUND_HEADER = "X-Vigil-Background"
"""A page that refreshes itself says so: that is no sign of somebody being there."""
PAGES = (
    ("console", "Console", "moderation.open_console"),
    ("audit_search", "Audit record", "audit.view_auditevent"),
)


class VigilAdminSite(AdminSite):
    """Django admin under Vigil's name."""

    site_header = "Vigil"
    site_title = "Vigil"
    index_title = "Staff"
    site_url = None

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Our pages come before Django's, whose own index of an app would take `/admin/audit/`."""
        from moderation.console.urls import console_urls  # noqa: PLC0415 - its pages need this site

        return [*console_urls(self), *audit_urls(self), *super().get_urls()]

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Register, except groups: what a role may do stands in `moderation.roles`, and nowhere else."""
        if model_or_iterable is not Group and Group not in _listed(model_or_iterable):
            super().register(model_or_iterable, admin_class, **options)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page has, and the pages that this member of staff may open."""
        return {**super().each_context(request), "vigil_pages": _pages_for(request)}

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - Django's signature
        """Every page of the site, within the limits of a sign-in."""
        return super().admin_view(within_limits(view), cacheable)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Sign in, unless it was tried too often."""
        if request.method == "POST":
            wait = seconds_until_next_try(request, request.POST.get("username", ""))
            if wait:
                record_refused(request)
                return self._too_often(request, wait)
        return super().login(request, extra_context)

    def _too_often(self, request: HttpRequest, wait: int) -> HttpResponse:
        context = {**self.each_context(request), "title": "Too many tries", "wait_seconds": wait}
        return TemplateResponse(
            request,
            "moderation/too_often.html",
            context,
            status=429,
            headers={"Retry-After": str(wait)},
        )


def within_limits(view: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
    """Serve a page while the sign-in is within its limits; a page that came by itself does not keep it awake."""

    @wraps(view)
    def serve(request: HttpRequest, *args: Any, **captured: Any) -> HttpResponseBase:  # noqa: ANN401 - any view's
        if not _is_alive(request):
            record_expired(request)
            request.session.flush()
            request.user = AnonymousUser()
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        response: HttpResponseBase = view(request, *args, **captured)
        return response

    return serve


def _is_alive(request: HttpRequest) -> bool:
    key, now = request.session.session_key or "", timezone.now()
    if BACKGROUND_HEADER in request.headers:
        return not has_expired(key, now=now)
    return keep_awake(key, now=now)


def _listed(models: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a model or several
    return tuple(models) if isinstance(models, list | tuple | set | frozenset) else ()


def _pages_for(request: HttpRequest) -> list[dict[str, str]]:
    user = cast("StaffUser | AnonymousUser", request.user)
    return [
        {"name": name, "title": title, "url": reverse(f"admin:{name}")}
        for name, title, permission in PAGES
        if user.is_active and user.has_perm(permission)
    ]
