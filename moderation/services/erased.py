"""Incidents of persons who have erased their data: the case can be ended, but there is nobody left to talk to."""

from audit.store.touching import touch
from chat.models import ChatSession
from safety.models import Incident


class PersonErased(Exception):
    """The person has erased their data: nothing can be read, and nothing reaches them."""


def check_not_erased(incident: Incident) -> None:
    """Refuse what needs the person's conversation, and keep it from being erased until the transaction commits.

    Raises:
        PersonErased: it is gone.
    """
    if not touch(ChatSession.objects.filter(pk=incident.session_id)):
        raise PersonErased
