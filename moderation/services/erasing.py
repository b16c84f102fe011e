"""What staff wrote about a person goes when the person goes."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from audit.actors import Actor
from audit.services import record
from audit.store.transactions import transactional
from chat.models import Erasure
from moderation.models import Look, Note
from safety.models import Incident, IncidentStatus

ERASURES_AT_ONCE = 50
SWEEP = Actor.system("erasure")


def erase_staff_words(*, now: datetime) -> int:
    """Take erasures that nobody has taken yet.

    Returns:
        How many were taken.
    """
    waiting = Erasure.objects.filter(taken_at=None).order_by("erased_at")
    return sum(_take(erasure, now) for erasure in waiting[:ERASURES_AT_ONCE])


@transactional
def _take(erasure: Erasure, now: datetime) -> int:
    if not Erasure.objects.filter(pk=erasure.pk, taken_at=None).update(taken_at=now):
        return 0
    incidents = Incident.objects.filter(person_id=erasure.person_id)
    incident_ids = list(incidents.values_list("pk", flat=True))
    _tell_open_pages(erasure.person_id)
    blanked = _blank_notes(incident_ids) + _blank_looks(incident_ids)
    record(
        "moderation.notes:erased",
        actor=SWEEP,
        target=("person", erasure.person_id),
        person_id=erasure.person_id,
        now=now,
        details={"texts": blanked},
    )
    return 1


def _tell_open_pages(person_id: str) -> None:
    """A version that rises is what makes the queue and an open incident tell that something changed."""
    unresolved = Incident.objects.filter(person_id=person_id).exclude(
        status=IncidentStatus.RESOLVED
    )
    unresolved.update(version=F("version") + 1)


def _blank_notes(incident_ids: Sequence[str]) -> int:
    notes = list(Note.objects.filter(incident_id__in=incident_ids).order_by("pk"))
    for note in notes:
        note.text = ""
        note.save(update_fields=["text"])
    return len(notes)


def _blank_looks(incident_ids: Sequence[str]) -> int:
    looks = list(Look.objects.filter(incident_id__in=incident_ids).order_by("pk"))
    for look in looks:
        look.explanation = ""
        look.save(update_fields=["explanation"])
    return len(looks)
