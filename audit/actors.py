"""Who acts. Every service is told, and every audit row names exactly one actor."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class ActorKind(StrEnum):
    """The kinds of actor there are."""

    PERSON = "person"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody, or a named part of Vigil, that does something.

    Args:
        kind: person, staff or system.
        id: the person's or staff user's id, or the name of the sweep or command.
        request_id: the request it happens in; empty outside of requests.
    """

    kind: ActorKind
    id: str
    request_id: str = ""

    @classmethod
    def person(cls, person_id: str, request_id: str = "") -> Self:
        """A person in a chat."""
        return cls(ActorKind.PERSON, person_id, request_id)

    @classmethod
    def staff(cls, user_id: str, request_id: str = "") -> Self:
        """A signed-in staff user."""
        return cls(ActorKind.STAFF, user_id, request_id)

    @classmethod
    def system(cls, name: str, request_id: str = "") -> Self:
        """A part of Vigil, such as `sweep` or `command`."""
        return cls(ActorKind.SYSTEM, name, request_id)
