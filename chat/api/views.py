"""What every view of the API shares: who calls, how often, and reading input."""

from typing import Any, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from audit.actors import Actor
from audit.store.ids import as_id
from chat.limits import client_address, refuse_flood
from chat.models import ChatSession, Person
from chat.permissions import Anybody, IsPerson
from chat.queries import SessionNotFound, session_of

T = TypeVar("T", bound=Serializer[Any])


def request_id_of(request: Request | HttpRequest) -> str:
    """The request's id, as the middleware gave it."""
    return str(getattr(request, "request_id", ""))


def checked_input(serializer: type[T], data: object) -> dict[str, Any]:
    """The validated input.

    Raises:
        ValidationError: names each field at fault.
    """
    form = serializer(data=data)
    form.is_valid(raise_exception=True)
    return cast("dict[str, Any]", form.validated_data)


class PublicView(APIView):
    """A view that needs no sign-in; limited by address."""

    authentication_classes = ()
    permission_classes = (Anybody,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the framework's
        """Refuse a flood from one address."""
        super().initial(request, *args, **kwargs)
        refuse_flood(
            request._request,  # noqa: SLF001 - the Django request behind the framework's
            group="public",
            key=client_address(request._request),  # noqa: SLF001
            rate=f"{settings.REQUESTS_PER_MINUTE}/m",
        )


class PersonView(APIView):
    """A view for a signed-in person; limited by person."""

    permission_classes = (IsPerson,)
    count = 0
    """Requests like this one of this minute, this one included; 0 where the counter is down."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the framework's
        """Refuse a flood from one person."""
        super().initial(request, *args, **kwargs)
        group, per_minute = self.limit(request)
        self.count = refuse_flood(
            request._request,  # noqa: SLF001 - the Django request behind the framework's
            group=group,
            key=self.person.pk,
            rate=f"{per_minute}/m",
        )

    def limit(self, request: Request) -> tuple[str, int]:  # noqa: ARG002 - for views that limit by method
        """What the request counts as, and how many of it are too many in a minute. Counting costs: once is enough."""
        return "person", settings.REQUESTS_PER_MINUTE

    @property
    def person(self) -> Person:
        """Who calls."""
        return cast("Person", self.request.user)

    @property
    def actor(self) -> Actor:
        """Who calls, for the record."""
        return Actor.person(self.person.pk, request_id_of(self.request))

    def own_session(self, session_id: str) -> ChatSession:
        """The caller's session of that id.

        Raises:
            SessionNotFound: not an id, none of that id, or somebody else's.
        """
        canonical = as_id(session_id)
        if canonical is None:
            raise SessionNotFound
        return session_of(person=self.person, session_id=canonical)
