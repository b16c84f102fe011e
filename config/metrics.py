"""`/metrics` for Prometheus."""

from django.http import HttpRequest, HttpResponse

def metrics(request: HttpRequest) -> HttpResponse:
    """Placeholder."""
    return HttpResponse()
