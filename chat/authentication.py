"""Who calls the public API: `Authorization: Bearer <access token>`."""

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from chat.models import Person
from chat.services.persons import person_of_subject
from chat.tokens import ACCESS, Claims, TokenRefused, read_token


class PersonAuthentication(BaseAuthentication):
    """Turns a bearer token into a person."""

    def authenticate(self, request: Request) -> tuple[Person, Claims] | None:
        """The person, or None where no token was sent.

        Raises:
            TokenRefused: the token is no good, or the person was erased.
        """
        scheme, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer" or not token.strip():
            raise TokenRefused("not a bearer token")
        claims = read_token(token.strip(), kind=ACCESS)
        return person_of_subject(subject=claims.subject, now=timezone.now()), claims

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - the framework's signature
        """What a 401 asks for."""
        return "Bearer"


class PersonAuthenticationScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the bearer token in the OpenAPI document."""

    target_class = PersonAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002 - its signature
        """An HTTP bearer scheme with a JWT."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
