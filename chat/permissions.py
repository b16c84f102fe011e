"""Who may do what in the public API. Denied by default."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from chat.models import Person

if TYPE_CHECKING:
    from rest_framework.views import APIView  # imports this module through the settings


class IsPerson(BasePermission):
    """The caller is a person with a good token."""

    def has_permission(self, request: Request, view: "APIView") -> bool:  # noqa: ARG002 - the framework's signature
        """Whether a person was recognised."""
        return isinstance(request.user, Person)


class Anybody(BasePermission):
    """No sign-in needed: crisis resources, registration, consent documents."""
