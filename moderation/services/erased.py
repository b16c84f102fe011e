"""Incidents of persons who have erased their data: the case can be ended, but there is nobody left to talk to."""

from audit.store.transactions import require_transaction
from moderation.queries import session_of
from safety.models import Incident


class PersonErased(Exception):
    """The person has erased their data: nothing can be read, and nothing reaches them."""


def check_not_erased(incident: Incident) -> None:
    """Refuse what needs the person's conversation.

    Raises:
        PersonErased: it is gone.
    """
    require_transaction("check_not_erased")
    if session_of(incident.session_id) is None:
        raise PersonErased
