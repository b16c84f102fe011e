"""The transaction function against a real MongoDB that is made to fail."""

import contextlib
import threading
import time

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.db.transaction import TransactionManagementError

from audit.actors import Actor
from audit.models import AuditEvent
from audit.services import record
from audit.store.transactions import after_commit, in_transaction, mongodb, transactional
from chat.models import Person
from tests.factories import make_person
from tests.raw import mongo

pytestmark = [pytest.mark.engine("mongodb"), pytest.mark.django_db(transaction=True)]

CONFLICT = 112
NO_SUCH_COMMAND = 59


@pytest.fixture
def service(now):
    """Writes one event; keeps how often its body ran and its hook was called."""

    class Service:
        bodies = hooks = 0

        @transactional
        def __call__(self) -> None:
            self.bodies += 1
            after_commit(self.hook)
            record("chat.session:begun", actor=Actor.system("tests"), target=("a", "1"), now=now)

        def hook(self) -> None:
            assert not in_transaction()
            self.hooks += 1

    return Service()


def _left_clean() -> bool:
    return mongo().session is None and not in_transaction()


def test_a_transient_error_runs_the_body_again(service, fail_point):
    fail_point(
        ["commitTransaction"],
        times=2,
        errorCode=CONFLICT,
        errorLabels=["TransientTransactionError"],
    )
    service()
    assert (service.bodies, service.hooks, AuditEvent.objects.count()) == (3, 1, 1)
    assert _left_clean()


def test_a_write_that_fails_in_the_body_runs_it_again(service, fail_point):
    fail_point(["insert"], times=1, errorCode=CONFLICT, errorLabels=["TransientTransactionError"])
    service()
    assert (service.bodies, service.hooks, AuditEvent.objects.count()) == (2, 1, 1)


def test_a_commit_whose_answer_is_lost_is_asked_for_again(service, fail_point):
    fail_point(["commitTransaction"], times=3, closeConnection=True)
    service()
    assert (service.bodies, service.hooks, AuditEvent.objects.count()) == (1, 1, 1)
    assert _left_clean()


def test_a_commit_that_is_refused_leaves_nothing_and_the_connection_whole(service, fail_point):
    fail_point(["commitTransaction"], times=1, errorCode=NO_SUCH_COMMAND)
    with pytest.raises(OperationalError, match="OperationFailure"):
        service()
    assert (service.hooks, AuditEvent.objects.count()) == (0, 0)
    assert _left_clean()
    service()
    assert (service.hooks, AuditEvent.objects.count()) == (1, 1)


def test_what_never_stops_failing_is_raised_in_time(service, fail_point, monkeypatch):
    monkeypatch.setattr(mongodb, "TRY_SECONDS", 0.2)
    fail_point(
        ["commitTransaction"],
        times=1000,
        errorCode=CONFLICT,
        errorLabels=["TransientTransactionError"],
    )
    with pytest.raises(OperationalError):
        service()
    assert service.bodies > 1
    assert (service.hooks, AuditEvent.objects.count()) == (0, 0)


def test_an_outcome_that_stays_unknown_is_raised_in_time(service, fail_point, monkeypatch):
    monkeypatch.setattr(mongodb, "COMMIT_SECONDS", 0.2)
    fail_point(
        ["commitTransaction"],
        times=1000,
        errorCode=NO_SUCH_COMMAND,
        errorLabels=["UnknownTransactionCommitResult"],
    )
    with pytest.raises(OperationalError):
        service()
    assert (service.bodies, service.hooks) == (1, 0)
    assert _left_clean()


def test_a_commit_that_hangs_is_raised_in_time(service, fail_point, monkeypatch):
    """A primary that has lost its majority keeps commits waiting; so does a frozen one."""
    monkeypatch.setattr(mongodb, "COMMIT_SECONDS", 0.4)
    fail_point(["commitTransaction"], times=1000, blockConnection=True, blockTimeMS=1500)
    sessions = []

    @transactional
    def outer() -> None:
        sessions.append(mongo().session.session_id)
        service()

    began_at = time.monotonic()
    with pytest.raises(OperationalError):
        outer()
    assert time.monotonic() - began_at < 1.2
    assert (service.bodies, service.hooks) == (1, 0)
    # A primary that is cut off would undo it when it steps down; this one would hold it open for a minute.
    mongo().database.client.admin.command("killSessions", sessions)


def test_a_commit_that_hangs_once_is_asked_for_again(service, fail_point, monkeypatch):
    monkeypatch.setattr(mongodb, "COMMIT_TRY_SECONDS", 0.2)
    fail_point(["commitTransaction"], times=1, blockConnection=True, blockTimeMS=1000)
    service()
    assert (service.bodies, service.hooks, AuditEvent.objects.count()) == (1, 1, 1)
    assert _left_clean()


def test_a_connection_that_something_else_broke_heals(service):
    mongo().start_transaction_mongo()
    mongo().session.abort_transaction()
    service()
    assert AuditEvent.objects.count() == 1
    assert _left_clean()


def test_writers_in_each_others_way_lose_nothing():
    person = make_person()
    Person.objects.filter(pk=person.pk).update(locale="0")

    @transactional
    def add_one() -> None:
        seen = int(Person.objects.values_list("locale", flat=True).get(pk=person.pk))
        Person.objects.filter(pk=person.pk).update(locale=str(seen + 1))

    threads = [threading.Thread(target=lambda: [add_one() for _ in range(10)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Person.objects.get(pk=person.pk).locale == "40"


def test_a_value_that_is_taken_is_djangos_error_and_undoes_the_rest(service):
    taken = make_person()

    @transactional
    def twice() -> None:
        service()
        Person.objects.create(subject=taken.subject, created_at=taken.created_at)

    with pytest.raises(IntegrityError):
        twice()
    assert (service.hooks, AuditEvent.objects.count()) == (0, 0)
    assert _left_clean()


def test_a_joined_service_that_failed_cannot_be_half_committed(service):
    @transactional
    def fails() -> None:
        raise KeyError

    @transactional
    def outer() -> None:
        service()
        with contextlib.suppress(KeyError):
            fails()

    with pytest.raises(TransactionManagementError):
        outer()
    assert (service.hooks, AuditEvent.objects.count()) == (0, 0)


def test_a_hook_may_open_a_transaction_of_its_own(service):
    @transactional
    def outer() -> None:
        after_commit(service)

    outer()
    assert AuditEvent.objects.count() == 1


def test_locking_rows_for_update_is_not_what_keeps_writers_apart():
    """The backend takes no lock, so no code of ours may count on one: claims are conditional updates."""
    make_person()
    assert not connection.features.has_select_for_update
