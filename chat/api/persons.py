"""A person's own data, and crisis resources for everybody."""

from datetime import datetime

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.leaves import rfc3339
from chat.api.views import PersonView, PublicView, checked_input
from chat.resources import resources_for
from chat.serializers.inputs import CountryInput
from chat.serializers.outputs import ResourceListOutput
from chat.services.leaving import erase_person, export_person


class ResourcesView(PublicView):
    """Crisis lines."""

    @extend_schema(
        parameters=[OpenApiParameter("country", str, description="Two letters, ISO 3166.")],
        responses={200: ResourceListOutput},
        operation_id="list_resources",
    )
    def get(self, request: Request) -> Response:
        """Help for a country; an unknown one gives the fallback and says so."""
        given = checked_input(CountryInput, request.query_params.dict())
        return Response(resources_for(given["country"]).as_json())


class ExportView(PersonView):
    """Taking one's data along."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT}, operation_id="export_me")
    def get(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        """Everything held about the person."""
        document = export_person(person=self.person, actor=self.actor, now=timezone.now())
        headers = {
            "Content-Disposition": 'attachment; filename="vigil-export.json"',
            "Cache-Control": "no-store",
        }
        return Response(_with_plain_times(document), headers=headers)


class MeView(PersonView):
    """Being forgotten."""

    @extend_schema(responses={204: None}, operation_id="erase_me")
    def delete(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        """Erase the person's words and what they told of themselves."""
        erase_person(person=self.person, actor=self.actor, now=timezone.now())
        return Response(status=204)


def _with_plain_times(value: object) -> object:
    """Times as everywhere in the API: UTC, milliseconds, `Z`."""
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, dict):
        return {name: _with_plain_times(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_plain_times(inner) for inner in value]
    return value
