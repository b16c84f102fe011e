"""How an incident ends."""

import pytest

from chat.models import ChatSession, Handler
from moderation.models import Detection, Label, Note, Outcome
from moderation.permissions import NotClaimed
from moderation.services.claims import claim_incident
from moderation.services.conversations import take_over
from moderation.services.moves import AlreadyResolved, IncidentMoved
from moderation.services.resolving import STILL_AT_RISK, Conclusion, SeverityMissing, resolve
from safety.levels import Level
from safety.models import Incident, RiskClearance
from tests.factories import make_incident
from tests.moderation.conftest import actions_on_record, actor_of

pytestmark = pytest.mark.django_db

RIGHT = Conclusion(outcome=Outcome.COUNSELOR, detection=Detection.TRUE)


@pytest.fixture
def mine(moderator, now):
    return claim_incident(
        incident_id=make_incident(now=now).pk,
        version=None,
        staff=moderator,
        actor=actor_of(moderator),
        now=now,
    )


def end(incident, staff, now, conclusion=RIGHT, version=1):
    return resolve(
        incident_id=incident.pk,
        version=version,
        conclusion=conclusion,
        staff=staff,
        actor=actor_of(staff),
        now=now,
    )


def test_resolving_fills_the_fields_of_the_brief(mine, moderator, now):
    resolved = end(mine, moderator, now)
    assert (resolved.status, resolved.resolved_at, resolved.open_key) == ("resolved", now, mine.pk)
    assert resolved.resolution == {
        "status": "resolved",
        "resolved_by": "human_moderator",
        "resolved_by_id": moderator.pk,
        "resolution_time": "2026-11-24T12:00:00.250Z",
        "outcome": "user_connected_to_crisis_counselor",
    }


def test_the_detection_is_labelled_and_the_note_kept(mine, moderator, now):
    conclusion = Conclusion(
        outcome=Outcome.NO_RISK,
        detection=Detection.WRONG_SEVERITY,
        right_severity="concern",
        note="a song was quoted",
    )
    end(mine, moderator, now, conclusion)
    label = Label.objects.get(incident_id=mine.pk)
    assert (label.detection, label.right_severity, label.outcome) == (
        "wrong_severity",
        "concern",
        "no_risk_found",
    )
    assert Note.objects.get(incident_id=mine.pk).text == "a song was quoted"


def test_a_wrong_severity_needs_the_right_one(mine, moderator, now):
    with pytest.raises(SeverityMissing):
        end(mine, moderator, now, Conclusion(Outcome.NO_RISK, Detection.WRONG_SEVERITY))


def test_the_conversation_goes_back_to_the_ai(mine, moderator, now):
    take_over(incident_id=mine.pk, version=1, staff=moderator, actor=actor_of(moderator), now=now)
    end(mine, moderator, now, version=2)
    assert ChatSession.objects.get(pk=mine.session_id).handled_by == Handler.AI


@pytest.mark.parametrize("outcome", Outcome)
def test_the_risk_is_cleared_unless_the_person_is_still_at_risk(outcome, mine, moderator, now):
    end(mine, moderator, now, Conclusion(outcome, Detection.TRUE))
    cleared = RiskClearance.objects.filter(person_id=mine.person_id).exists()
    assert cleared is (outcome not in STILL_AT_RISK)
    assert ("safety.risk:cleared" in actions_on_record()) is cleared


def test_what_was_raised_since_is_not_resolved_by_an_older_look(mine, moderator, now):
    Incident.objects.filter(pk=mine.pk).update(version=2)
    with pytest.raises(IncidentMoved):
        end(mine, moderator, now, version=1)
    assert not Label.objects.exists()


def test_only_who_holds_it_resolves_and_only_once(mine, moderator, colleague, lead, now):
    for other in (colleague, lead):
        with pytest.raises(NotClaimed):
            end(mine, other, now)
    end(mine, moderator, now)
    with pytest.raises(AlreadyResolved):
        end(mine, moderator, now, version=2)


def test_after_resolving_the_session_can_open_a_new_incident(mine, moderator, now):
    end(mine, moderator, now)
    session = ChatSession.objects.get(pk=mine.session_id)
    again = make_incident(session, level=Level.CRISIS, text="It is back, all of it.")
    assert again.pk != mine.pk
