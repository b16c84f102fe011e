"""Words are read on a claim or with a reason, and every reading is on the record."""

from datetime import timedelta

import pytest

from audit.models import AuditEvent
from moderation.models import Look, LookReason
from moderation.permissions import Denied, NotClaimed
from moderation.services.claims import claim_incident, release
from moderation.services.reading import (
    LOOK_LASTS,
    ExplanationMissing,
    look,
    read_transcript,
)
from tests.factories import make_incident, make_staff
from tests.moderation.conftest import actions_on_record, actor_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident(now):
    return make_incident(now=now, text="I wrote the letters today.")


def read(incident, staff, now):
    return read_transcript(incident_id=incident.pk, staff=staff, actor=actor_of(staff), now=now)


def look_at(incident, staff, now, reason=LookReason.REVIEW, explanation=""):
    return look(
        incident_id=incident.pk,
        reason=reason,
        explanation=explanation,
        staff=staff,
        actor=actor_of(staff),
        now=now,
    )


def claim(incident, staff, now):
    return claim_incident(
        incident_id=incident.pk, version=None, staff=staff, actor=actor_of(staff), now=now
    )


def test_without_a_claim_or_a_look_nothing_is_read_or_recorded(incident, moderator, lead, now):
    for staff in (moderator, lead):
        with pytest.raises(NotClaimed):
            read(incident, staff, now)
    assert "moderation.transcript:read" not in actions_on_record()


def test_every_reading_is_on_record(incident, moderator, now):
    claim(incident, moderator, now)
    for _ in range(3):
        transcript = read(incident, moderator, now)
    assert [message.text for message in transcript.messages] == ["I wrote the letters today."]
    assert transcript.user_name == "Robin"
    events = AuditEvent.objects.filter(action="moderation.transcript:read")
    assert events.count() == 3
    event = events[0]
    assert (event.actor_id, event.target_id, event.person_id) == (
        moderator.pk,
        incident.pk,
        incident.person_id,
    )
    assert event.details == {
        "session_id": incident.session_id,
        "messages": 1,
        "ground": "claim",
    }


def test_when_the_record_cannot_be_written_nothing_is_read(incident, moderator, now, monkeypatch):
    claim(incident, moderator, now)

    def broken(*_, **__):
        raise RuntimeError("disk full")

    monkeypatch.setattr("moderation.services.reading.record", broken)
    with pytest.raises(RuntimeError):
        read(incident, moderator, now)


def test_a_look_opens_for_a_quarter_of_an_hour(incident, moderator, now):
    look_at(incident, moderator, now)
    assert read(incident, moderator, now).ground == "quality_review"
    with pytest.raises(NotClaimed):
        read(incident, moderator, now + LOOK_LASTS + timedelta(seconds=1))
    assert "moderation.transcript:opened" in actions_on_record()


def test_a_look_is_for_one_person_and_one_incident(incident, moderator, colleague, now):
    look_at(incident, moderator, now)
    with pytest.raises(NotClaimed):
        read(incident, colleague, now)
    with pytest.raises(NotClaimed):
        read(make_incident(now=now), moderator, now)


def test_another_reason_must_be_explained_and_the_explanation_rests_sealed(
    incident, moderator, now
):
    with pytest.raises(ExplanationMissing):
        look_at(incident, moderator, now, LookReason.OTHER, "  ")
    row = look_at(incident, moderator, now, LookReason.OTHER, "asked by the clinical lead")
    assert Look.objects.get(pk=row.pk).explanation == "asked by the clinical lead"
    stored = Look.objects.filter(pk=row.pk).values_list("explanation", flat=True).get()
    assert "clinical" not in str(stored)


def test_a_released_claim_no_longer_opens(incident, moderator, now):
    claim(incident, moderator, now)
    release(incident_id=incident.pk, version=1, staff=moderator, actor=actor_of(moderator), now=now)
    with pytest.raises(NotClaimed):
        read(incident, moderator, now)


@pytest.mark.parametrize("role", ["board", "data", "compliance", "operator"])
def test_other_roles_cannot_look(role, incident, now):
    with pytest.raises(Denied):
        look_at(incident, make_staff(role), now)
