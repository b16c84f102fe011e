"""When a person is erased, what staff wrote about them goes too."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from chat.models import Erasure, Person
from chat.services.leaving import erase_person
from moderation.models import Look, Note
from moderation.services.erasing import _take, erase_staff_words
from tests.factories import SYSTEM, make_incident, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def erased():
    """An incident of an erased person, with a note and a reason for looking."""
    now = timezone.now()
    incident = make_incident(now=now)
    staff = make_staff()
    Note(
        incident_id=incident.pk, author=staff, text="They mentioned a sister.", created_at=now
    ).save()
    Look(
        incident_id=incident.pk,
        staff=staff,
        reason="other",
        explanation="Asked by the family.",
        created_at=now,
        expires_at=now + timedelta(minutes=15),
    ).save()
    person = Person.objects.get(pk=incident.person_id)
    erase_person(person=person, actor=SYSTEM, now=now)
    return incident


def test_staff_words_about_an_erased_person_are_blanked_once(erased):
    other = make_incident()
    kept = Note(incident_id=other.pk, author=make_staff(), text="Kept.", created_at=timezone.now())
    kept.save()
    assert erase_staff_words(now=timezone.now()) == 1
    assert Note.objects.get(incident_id=erased.pk).text == ""
    assert Look.objects.get(incident_id=erased.pk).explanation == ""
    assert Note.objects.get(pk=kept.pk).text == "Kept."
    event = AuditEvent.objects.get(action="moderation.notes:erased")
    assert event.details == {"texts": 2}
    assert erase_staff_words(now=timezone.now()) == 0


def test_an_erasure_that_a_colleague_took_is_left_alone(erased):
    erasure = Erasure.objects.get()
    assert _take(erasure, timezone.now()) == 1
    assert _take(erasure, timezone.now()) == 0
