"""Two at once on MongoDB where staff are in it: nobody in danger ends up with nobody who looks."""

import functools

import pytest
from django.utils import timezone

from chat.models import Author, EventKind, Handler, Message, SessionEvent
from chat.services import control, stream
from chat.services.leaving import erase_person
from chat.services.sessions import ask_for_human
from chat.services.turns import Incoming, receive_message
from moderation.models import Detection, Look, LookReason, Outcome
from moderation.services import claims, reading, resolving, staff
from moderation.services.claims import HoldsCrisis, claim_incident, take_next
from moderation.services.conversations import take_over
from moderation.services.erasing import erase_staff_words
from moderation.services.reading import look
from moderation.services.resolving import Conclusion, resolve
from moderation.services.staff import disable_staff
from safety.models import Incident, IncidentStatus
from safety.services import incidents
from tests.database.racing import race
from tests.factories import SYSTEM, make_incident, make_staff
from tests.moderation.conftest import actor_of

pytestmark = [pytest.mark.engine("mongodb"), pytest.mark.django_db(transaction=True)]

CRISIS = "I want to end my life tonight."


@pytest.fixture
def moderator():
    return make_staff()


@pytest.fixture
def run(monkeypatch):
    return functools.partial(race, monkeypatch)


def _as(user, service, **arguments):
    return functools.partial(
        service, **arguments, staff=user, actor=actor_of(user), now=timezone.now()
    )


def _saying(person, session, text=CRISIS):
    return functools.partial(
        receive_message,
        person=person,
        session=session,
        incoming=Incoming(text=text, key="", hurried=False),
        actor=SYSTEM,
        now=timezone.now(),
    )


def _claiming(moderator, incident):
    return _as(moderator, claim_incident, incident_id=incident.pk, version=None)


def _disabling(moderator):
    return _as(make_staff("operator"), disable_staff, user_id=moderator.pk)


def _claimed(moderator, incident):
    return _claiming(moderator, incident)()


def test_nobody_whose_account_ends_keeps_a_case(run, moderator):
    incident = make_incident()
    _, disabled = run(
        first=_claiming(moderator, incident),
        at=(claims, "record_on_incident"),
        second=_disabling(moderator),
    )
    assert disabled.error is None
    assert Incident.objects.get().status == IncidentStatus.OPEN


def test_nobody_claims_whose_account_has_ended(run, moderator):
    incident = make_incident()
    run(
        first=_disabling(moderator),
        at=(staff, "_record"),
        second=_claiming(moderator, incident),
    )
    assert Incident.objects.get().status == IncidentStatus.OPEN


def test_taking_the_next_twice_at_once_gives_one_crisis(run, moderator):
    make_incident(), make_incident()
    take = _as(moderator, take_next, confirmed=False)
    one, other = run(first=take, at=(claims, "record_on_incident"), second=take)
    assert one.error is None
    assert isinstance(other.error, HoldsCrisis)
    assert Incident.objects.filter(claimed_by=moderator.pk).count() == 1


def test_one_case_is_claimed_by_one(run, moderator):
    incident = make_incident()
    one, other = run(
        first=_claiming(moderator, incident),
        at=(claims, "record_on_incident"),
        second=_claiming(make_staff(), incident),
    )
    assert one.error is None
    assert other.error is not None
    assert Incident.objects.get().claimed_by == moderator.pk


def test_a_crisis_told_while_the_case_is_resolved_is_a_case_again(run, person, session, moderator):
    """The same danger as before, so nothing of the open case would change: it only was found open."""
    _saying(person, session)()
    incident = _claimed(moderator, Incident.objects.get())
    ending = Conclusion(outcome=Outcome.AT_RISK, detection=Detection.TRUE)
    resolved, said = run(
        first=_as(
            moderator,
            resolve,
            incident_id=incident.pk,
            version=incident.version,
            conclusion=ending,
        ),
        at=(resolving, "_record"),
        second=_saying(person, session),
    )
    assert (resolved.error, said.error) == (None, None)
    assert Incident.objects.filter(open_key=session.pk).exists()


def test_asking_for_a_human_and_danger_at_once_make_one_case(run, person, session):
    ran = run(
        first=_saying(person, session),
        at=(incidents, "_tell"),
        second=functools.partial(
            ask_for_human, session=session, person=person, actor=SYSTEM, now=timezone.now()
        ),
    )
    assert [each.error for each in ran] == [None, None]
    incident = Incident.objects.get()
    assert incident.severity == "crisis"
    assert "human_requested" in incident.triggers


def _taking_over(moderator, incident):
    return _as(moderator, take_over, incident_id=incident.pk, version=incident.version)


def test_the_ai_says_nothing_after_a_human_has_taken_over(run, person, session, moderator):
    _saying(person, session)()
    incident = _claimed(moderator, Incident.objects.get())
    taken, said = run(
        first=_taking_over(moderator, incident),
        at=(control, "append_event"),
        second=_saying(person, session, "Hello?"),
    )
    assert (taken.error, said.error) == (None, None)
    assert said.result.handled_by == Handler.HUMAN
    assert _ai_spoke_after_the_human() == 0


def test_a_reply_that_is_being_written_comes_before_the_human(run, person, session, moderator):
    _saying(person, session)()
    incident = _claimed(moderator, Incident.objects.get())
    said, taken = run(
        first=_saying(person, session, "Hello?"),
        at=(stream, "add_message"),
        second=_taking_over(moderator, incident),
    )
    assert (said.error, taken.error) == (None, None)
    assert _ai_spoke_after_the_human() == 0


def _ai_spoke_after_the_human():
    taken = SessionEvent.objects.get(kind=EventKind.HANDLED_BY)
    return Message.objects.filter(author=Author.AI, sequence__gt=taken.sequence).count()


def test_why_somebody_looked_is_erased_with_the_person(run, person, session):
    incident = make_incident(session)
    looking = _as(
        make_staff("lead"),
        look,
        incident_id=incident.pk,
        reason=LookReason.OTHER,
        explanation="They wrote to the front desk.",
    )

    def leave():
        erase_person(person=person, actor=SYSTEM, now=timezone.now())
        erase_staff_words(now=timezone.now())

    run(first=looking, at=(reading, "_record"), second=leave)
    assert not [row for row in Look.objects.all() if row.explanation]
