"""Consents: what a person has accepted, and what is still missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.actors import Actor
from audit.services import record
from audit.store.transactions import transactional
from chat.consent_documents import current_documents
from chat.models import Consent, Person
from chat.services.persons import hold_person


class ConsentRequired(Exception):
    """Required documents are not accepted in their current version; `missing` names their kinds."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__("consent required")
        self.missing = list(missing)


class NotCurrent(Exception):
    """Somebody accepts a document that is not, or no longer, the current one."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One document that a person accepts."""

    kind: str
    version: str


@transactional
def accept_documents(
    *, person: Person, accepted: Sequence[Acceptance], actor: Actor, now: datetime
) -> None:
    """Keep what the person accepts; accepting twice is one consent.

    Raises:
        NotCurrent: a document is not the current one of its kind.
        TokenRefused: they had themselves erased meanwhile.
    """
    hold_person(person)
    current = {(document.kind, document.version) for document in current_documents()}
    if any((item.kind, item.version) not in current for item in accepted):
        raise NotCurrent
    for item in accepted:
        _, fresh = Consent.objects.get_or_create(
            person=person, kind=item.kind, version=item.version, defaults={"accepted_at": now}
        )
        if fresh:
            record(
                "chat.consent:given",
                actor=actor,
                target=("person", person.pk),
                person_id=person.pk,
                now=now,
                details={"kind": item.kind, "version": item.version},
            )


def check_consent(person: Person) -> None:
    """Raise ConsentRequired unless every required document is accepted in its current version."""
    given = set(Consent.objects.filter(person=person).values_list("kind", "version"))
    missing = [
        document.kind
        for document in current_documents()
        if document.required and (document.kind, document.version) not in given
    ]
    if missing:
        raise ConsentRequired(missing)
