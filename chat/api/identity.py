"""Registering, tokens and consents."""

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chat.api.views import PersonView, PublicView, checked_input, request_id_of
from chat.consent_documents import current_documents
from chat.limits import client_address, refuse_flood
from chat.serializers.inputs import ConsentInput, RefreshInput, RegisterInput
from chat.serializers.outputs import ConsentDocumentOutput, RegisteredOutput, TokenPairOutput
from chat.services.consents import Acceptance, accept_documents
from chat.services.persons import Profile, TokenPair, refresh_tokens, register_person


def _pair(tokens: TokenPair) -> dict[str, str]:
    return {"access": tokens.access, "refresh": tokens.refresh}


class RegisterView(PublicView):
    """A person begins; nothing need be told."""

    @extend_schema(
        request=RegisterInput, responses={201: RegisteredOutput}, operation_id="register"
    )
    def post(self, request: Request) -> Response:
        """Register."""
        refuse_flood(
            request._request,  # noqa: SLF001 - the Django request behind the framework's
            group="register",
            key=client_address(request._request),  # noqa: SLF001
            rate=f"{settings.REGISTRATIONS_PER_HOUR}/h",
        )
        profile = Profile(**checked_input(RegisterInput, request.data))
        person, tokens = register_person(
            profile=profile, request_id=request_id_of(request), now=timezone.now()
        )
        return Response({"user_id": person.pk, **_pair(tokens)}, status=201)


class RefreshView(PublicView):
    """New tokens for an old refresh token, once."""

    @extend_schema(request=RefreshInput, responses={200: TokenPairOutput}, operation_id="refresh")
    def post(self, request: Request) -> Response:
        """Exchange."""
        token = checked_input(RefreshInput, request.data)["refresh"]
        return Response(_pair(refresh_tokens(token=token, now=timezone.now())))


class ConsentsView(PersonView):
    """The documents in force, and accepting them."""

    @extend_schema(responses={200: ConsentDocumentOutput(many=True)}, operation_id="list_consents")
    def get(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        """List the current documents."""
        return Response(ConsentDocumentOutput(current_documents(), many=True).data)

    @extend_schema(
        request=ConsentInput, responses={201: ConsentInput}, operation_id="accept_consents"
    )
    def post(self, request: Request) -> Response:
        """Accept documents."""
        accepted = checked_input(ConsentInput, request.data)["accept"]
        accept_documents(
            person=self.person,
            accepted=[Acceptance(**item) for item in accepted],
            actor=self.actor,
            now=timezone.now(),
        )
        return Response({"accept": accepted}, status=201)
