"""The console's paths, for a site's `get_urls`, before Django's own pages."""

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path

from moderation.console import actions, live, pages


def console_urls(site: AdminSite) -> list[URLPattern]:
    """Every page of the console, behind the site's sign-in."""
    incident = "console/incidents/<str:incident_id>/"
    return [
        path("console/", site.admin_view(pages.queue_page), name="console"),
        path("console/queue/", site.admin_view(pages.queue_fragment), name="console_queue"),
        path("console/events", site.admin_view(live.events, cacheable=True), name="console_events"),
        path(
            "console/take-next/", site.admin_view(actions.take_next_view), name="console_take_next"
        ),
        path(incident, site.admin_view(pages.incident_page), name="console_incident"),
        path(
            f"{incident}transcript/",
            site.admin_view(pages.transcript_fragment),
            name="console_transcript",
        ),
        path(f"{incident}<str:action>/", site.admin_view(actions.act), name="console_act"),
    ]
