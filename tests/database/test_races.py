"""Two at once on MongoDB, which checks only rows that are written: nothing may come of it that one by one would not.

docs/architecture.md lists the decisions. Each test failed, or would, without what keeps the two apart.
"""

import functools

import pytest
from django.utils import timezone

from chat.consent_documents import current_documents
from chat.models import (
    Author,
    ChatSession,
    Consent,
    Erasure,
    EventKind,
    Feedback,
    Message,
    Person,
    RefreshToken,
    Report,
    SessionEvent,
)
from chat.services import assessing, consents, leaving, persons, sessions, stream, turns
from chat.services.consents import Acceptance, accept_documents
from chat.services.leaving import erase_person
from chat.services.persons import Profile, person_of_subject, refresh_tokens, register_person
from chat.services.sessions import (
    SessionClosed,
    Visit,
    ask_for_human,
    begin_session,
    close_session,
    give_feedback,
    report_reply,
    use_tool,
)
from chat.services.turns import Incoming, receive_message
from chat.tokens import TokenRefused
from chat.tools import all_tools
from safety.services.checking import check_message
from tests.database.racing import race
from tests.factories import SYSTEM, make_message

pytestmark = [pytest.mark.engine("mongodb"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def run(monkeypatch):
    return functools.partial(race, monkeypatch)


def _asking(service, **arguments):
    return functools.partial(service, **arguments, actor=SYSTEM, now=timezone.now())


def _saying(person, session, text="I slept badly."):
    incoming = Incoming(text=text, key="", hurried=False)
    return _asking(receive_message, person=person, session=session, incoming=incoming)


def _leaving(person):
    return _asking(erase_person, person=person)


def _documents():
    return [Acceptance(document.kind, document.version) for document in current_documents()]


def _accepting_anew(person):
    Consent.objects.filter(person=person).delete()
    return _asking(accept_documents, person=person, accepted=_documents())


BESIDE_LEAVING = {
    "begins a session": (
        ChatSession,
        (sessions, "_record"),
        lambda person, _: _asking(begin_session, person=person, visit=Visit("", "")),
    ),
    "accepts a document": (
        Consent,
        (consents, "record"),
        lambda person, _: _accepting_anew(person),
    ),
    "tells how it was": (
        Feedback,
        (sessions, "_record"),
        lambda _, session: _asking(give_feedback, session=session, score=1, comment="Sad."),
    ),
    "says something": (
        Message,
        (stream, "add_message"),
        _saying,
    ),
    "reports a reply": (
        Report,
        (sessions, "_record"),
        lambda person, session: _asking(
            report_reply,
            person=person,
            message=make_message(session, "I am here.", author=Author.AI),
            reason="hurtful",
            comment="Sad.",
        ),
    ),
}


@pytest.mark.parametrize("name", BESIDE_LEAVING)
def test_whatever_a_person_does_while_they_are_erased_leaves_nothing(name, run, person, session):
    model, at, service = BESIDE_LEAVING[name]
    run(first=service(person, session), at=at, second=_leaving(person))
    assert Person.objects.get(pk=person.pk).erased_at is not None
    assert not model._default_manager.exists()


@pytest.mark.parametrize("name", BESIDE_LEAVING)
def test_erasing_first_leaves_nothing_either(name, run, person, session):
    model, _, service = BESIDE_LEAVING[name]
    run(first=_leaving(person), at=(leaving, "_blank"), second=service(person, session))
    assert not model._default_manager.exists()


def test_who_is_erased_twice_is_erased_once(run, person):
    ran = run(first=_leaving(person), at=(leaving, "record"), second=_leaving(person))
    assert [each.error for each in ran] == [None, None]
    assert Erasure.objects.count() == 1


def test_nothing_is_said_in_a_session_that_has_ended(run, person, session):
    said, closed = run(
        first=_asking(close_session, session=session),
        at=(sessions, "append_event"),
        second=_saying(person, session),
    )[::-1]
    assert closed.error is None
    assert isinstance(said.error, SessionClosed)
    assert not Message.objects.exists()


def test_what_is_said_as_a_session_ends_is_said_before(run, person, session):
    said, closed = run(
        first=_saying(person, session),
        at=(stream, "add_message"),
        second=_asking(close_session, session=session),
    )
    assert (said.error, closed.error) == (None, None)
    events = SessionEvent.objects.order_by("sequence").values_list("kind", flat=True)
    assert events.first() == EventKind.MESSAGE


def test_nobody_waits_in_a_session_that_has_ended(run, person, session):
    asked = _asking(ask_for_human, session=session, person=person)
    run(first=_asking(close_session, session=session), at=(sessions, "_record"), second=asked)
    assert ChatSession.objects.get(pk=session.pk).waiting_since is None


def test_a_session_that_is_closed_twice_ends_once(run, session):
    close = _asking(close_session, session=session)
    ran = run(first=close, at=(sessions, "_record"), second=close)
    assert [each.error for each in ran] == [None, None]
    assert SessionEvent.objects.filter(kind=EventKind.CLOSED).count() == 1


def test_two_tools_at_once_are_both_kept(run, person, session):
    one, other = [tool.name for tool in all_tools("GB")][:2]
    use = functools.partial(_asking, use_tool, session=session, person=person)
    run(first=use(name=one), at=(sessions, "_record"), second=use(name=other))
    assert ChatSession.objects.get(pk=session.pk).tools_used == [one, other]


def test_a_refresh_token_used_twice_at_once_ends_its_sign_in(run):
    _, pair = register_person(profile=Profile(), request_id="", now=timezone.now())
    use = functools.partial(refresh_tokens, token=pair.refresh, now=timezone.now())
    one, other = run(first=use, at=(persons, "_tokens"), second=use)
    assert one.error is None
    assert isinstance(other.error, TokenRefused)
    assert not RefreshToken.objects.exists()


def test_two_first_visits_at_once_make_one_person(run, settings):
    settings.REGISTRATION_OPEN = False
    visit = functools.partial(person_of_subject, subject="of-provider", now=timezone.now())
    one, other = run(first=visit, at=(persons, "record"), second=visit)
    assert one.result == other.result
    assert Person.objects.count() == 1


def test_a_document_accepted_twice_at_once_is_accepted_once(run):
    newcomer = Person.objects.create(subject="newcomer", created_at=timezone.now())
    accept = _asking(accept_documents, person=newcomer, accepted=_documents())
    ran = run(first=accept, at=(consents, "record"), second=accept)
    assert [each.error for each in ran] == [None, None]
    assert Consent.objects.count() == len(_documents())


def test_two_messages_at_once_are_heard_together(run, person, session, monkeypatch):
    """Each could be harmless alone, and both together not."""
    arcs = []

    def listen(text, arc):
        arcs.append((text, arc))
        return check_message(text, arc)

    monkeypatch.setattr(assessing, "check_message", listen)
    run(
        first=_saying(person, session, "Good morning."),
        at=(turns, "answer_at_once"),
        second=_saying(person, session, "I feel hopeless, nothing will ever get better."),
    )
    known = [len(arc.turns) for text, arc in arcs if text == "Good morning."]
    assert known == [0, 1]
