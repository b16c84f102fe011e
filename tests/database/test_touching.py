"""Holding a row: on its own it would hold nothing, and it tells whether there is one."""

import pytest
from django.utils import timezone

from audit.store.ids import new_id
from audit.store.touching import touch
from audit.store.transactions import NotInTransaction, transactional
from chat.models import ChatSession, Consent, Message, Person
from chat.queries import SessionNotFound
from chat.services.consents import accept_documents
from chat.services.leaving import erase_person
from chat.services.sessions import SessionClosed, close_session, give_feedback, use_tool
from chat.services.turns import Incoming, receive_message
from chat.tokens import TokenRefused
from moderation.models import StaffSession
from moderation.permissions import Denied
from moderation.services.claims import claim_incident
from moderation.services.staff import disable_staff, enable_staff
from tests.factories import SYSTEM, make_incident, make_person, make_session, make_staff
from tests.moderation.conftest import actor_of

pytestmark = pytest.mark.django_db


def test_alone_it_would_hold_nothing(monkeypatch):
    monkeypatch.setattr("audit.store.transactions.in_transaction", lambda: False)
    with pytest.raises(NotInTransaction):
        touch(Person.objects.all())


def test_it_tells_whether_there_is_a_row_and_changes_it():
    person = make_person()
    rows = Person.objects.filter(pk=person.pk)
    hold = transactional(lambda: touch(rows))
    assert hold() is True
    assert rows.get().touched == 1
    assert transactional(lambda: touch(Person.objects.filter(pk=new_id())))() is False


def _erased():
    person = make_person()
    session = make_session(person)
    erase_person(person=person, actor=SYSTEM, now=timezone.now())
    return Person.objects.get(pk=person.pk), session


def test_nothing_is_written_for_somebody_who_was_erased_meanwhile():
    person, session = _erased()
    now = timezone.now()
    with pytest.raises(TokenRefused):
        accept_documents(person=person, accepted=[], actor=SYSTEM, now=now)
    with pytest.raises(SessionNotFound):
        give_feedback(session=session, score=3, comment="", actor=SYSTEM, now=now)
    with pytest.raises(SessionNotFound):
        receive_message(
            person=person,
            session=session,
            incoming=Incoming("Hello?", key="", hurried=False),
            actor=SYSTEM,
            now=now,
        )
    erase_person(person=person, actor=SYSTEM, now=now)
    assert not Consent.objects.exists()
    assert not Message.objects.exists()


def test_nothing_is_done_in_a_session_that_was_closed_meanwhile():
    person = make_person()
    session, now = make_session(person), timezone.now()
    as_it_was = ChatSession.objects.get(pk=session.pk)
    close_session(session=session, actor=SYSTEM, now=now)
    with pytest.raises(SessionClosed):
        use_tool(session=as_it_was, person=person, name="grounding", actor=SYSTEM, now=now)
    with pytest.raises(SessionClosed):
        receive_message(
            person=person,
            session=as_it_was,
            incoming=Incoming("Hello?", key="", hurried=False),
            actor=SYSTEM,
            now=now,
        )


def test_somebody_whose_account_has_ended_claims_nothing():
    moderator, operator, now = make_staff(), make_staff("operator"), timezone.now()
    disable_staff(user_id=moderator.pk, staff=operator, actor=actor_of(operator), now=now)
    with pytest.raises(Denied):
        claim_incident(
            incident_id=make_incident().pk,
            version=None,
            staff=moderator,  # as the request that is under way knows them
            actor=actor_of(moderator),
            now=now,
        )


def test_a_sign_in_that_began_as_the_account_ended_does_not_wake_with_it():
    moderator, operator, now = make_staff(), make_staff("operator"), timezone.now()
    switch = {"user_id": moderator.pk, "staff": operator, "actor": actor_of(operator), "now": now}
    disable_staff(**switch)
    StaffSession.objects.create(
        session_key="late", session_data="", expire_date=now, user_id=moderator.pk
    )
    enable_staff(**switch)
    assert not StaffSession.objects.exists()
