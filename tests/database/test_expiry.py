"""What expires goes by itself, a batch at a time, and nothing else goes with it. On both engines."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.store import expiring
from chat.models import EventKind, RefreshToken, SessionEvent
from chat.services.expiring import EVENTS_KEPT, delete_expired_tokens, delete_old_events
from moderation.models import StaffSession
from moderation.staff_sessions import delete_expired_sessions
from safety.models import Canary
from safety.services.canaries import FORGET_AFTER, handle_canary
from tests.factories import make_message, make_person, make_session

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def _tokens(count, *, expires_at):
    person = make_person()
    return RefreshToken.objects.bulk_create(
        RefreshToken(
            id=f"{number}-{expires_at:%d}", person=person, family="f", expires_at=expires_at
        )
        for number in range(count)
    )


def _sign_ins(count, *, expires_at):
    return StaffSession.objects.bulk_create(
        StaffSession(
            session_key=f"{number}-{expires_at:%d}", session_data="", expire_date=expires_at
        )
        for number in range(count)
    )


def _events(count, *, expires_at):
    session = make_session()
    return SessionEvent.objects.bulk_create(
        SessionEvent(
            session=session,
            sequence=number,
            kind=EventKind.WAITING,
            created_at=expires_at - EVENTS_KEPT,
        )
        for number in range(count)
    )


SWEPT = {
    "refresh tokens": (RefreshToken, _tokens, delete_expired_tokens),
    "staff sessions": (StaffSession, _sign_ins, delete_expired_sessions),
    "events of streams": (SessionEvent, _events, delete_old_events),
}


@pytest.fixture(params=SWEPT)
def swept(request):
    return SWEPT[request.param]


def test_what_has_expired_goes_and_the_rest_stays(swept):
    model, make, sweep = swept
    now = timezone.now()
    make(3, expires_at=now - DAY)
    kept = make(2, expires_at=now + DAY)
    assert sweep(now=now) == 3
    assert set(model.objects.values_list("pk", flat=True)) == {row.pk for row in kept}
    assert sweep(now=now) == 0


def test_a_backlog_goes_in_bounded_batches(swept, monkeypatch):
    model, make, sweep = swept
    monkeypatch.setattr(expiring, "EXPIRED_AT_ONCE", 2)
    monkeypatch.setattr(expiring, "BATCHES_A_RUN", 3)
    now = timezone.now()
    make(9, expires_at=now - DAY)
    assert sweep(now=now) == 6
    assert model.objects.count() == 3
    assert sweep(now=now) == 3


def test_old_events_of_a_session_that_goes_on_are_forgotten_and_its_messages_kept():
    now, session = timezone.now(), make_session()
    make_message(session, now=now - EVENTS_KEPT - DAY)
    late = make_message(session, now=now)
    assert delete_old_events(now=now) == 1
    assert SessionEvent.objects.get().data == {"message_id": late.pk}
    assert session.messages.count() == 2


def test_a_worker_that_is_long_gone_is_forgotten_when_another_comes():
    now = timezone.now()
    Canary.objects.create(lane="urgent", worker="old", handled_at=now - FORGET_AFTER - DAY)
    handle_canary(lane="urgent", worker="new", now=now)
    assert Canary.objects.get().worker == "new"
