"""One way into a transaction: all or nothing, tried again when locked, and never silently lost."""

import logging
import sqlite3

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.db.transaction import TransactionManagementError

from audit.actors import Actor
from audit.models import AuditEvent
from audit.services import record
from audit.store.transactions import (
    NotInTransaction,
    after_commit,
    require_transaction,
    sqlite,
    transactional,
)
from audit.store.transactions.sqlite import LOCKED_TRIES

real_transactions = pytest.mark.django_db(transaction=True)


class Refused(Exception):
    """Stands for a service's named error."""


def _write(now):
    record("chat.session:begun", actor=Actor.system("tests"), target=("session", "1"), now=now)


def _locked(code=sqlite3.SQLITE_BUSY) -> OperationalError:
    cause = sqlite3.OperationalError("database is locked")
    cause.sqlite_errorcode = code
    error = OperationalError("database is locked")
    error.__cause__ = cause
    return error


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch) -> None:
    monkeypatch.setattr(sqlite, "PAUSE_SECONDS", 0)


@real_transactions
def test_an_error_leaves_nothing_behind(now) -> None:
    @transactional
    def service():
        _write(now)
        raise Refused

    with pytest.raises(Refused):
        service()
    assert not AuditEvent.objects.exists()
    assert not connection.in_atomic_block


@pytest.mark.engine("sqlite")
@real_transactions
@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_BUSY_SNAPSHOT]
)
def test_a_locked_database_is_tried_again_from_the_start(now, code) -> None:
    calls = []

    @transactional
    def service():
        calls.append(1)
        _write(now)
        if len(calls) < LOCKED_TRIES:
            raise _locked(code)
        return "done"

    assert service() == "done"
    assert len(calls) == LOCKED_TRIES
    assert AuditEvent.objects.count() == 1


@pytest.mark.engine("sqlite")
@real_transactions
def test_a_database_that_stays_locked_is_an_error(now) -> None:
    calls = []

    @transactional
    def service():
        calls.append(1)
        _write(now)
        raise _locked()

    with pytest.raises(OperationalError):
        service()
    assert len(calls) == LOCKED_TRIES
    assert not AuditEvent.objects.exists()


@real_transactions
@pytest.mark.parametrize("error", [OperationalError("no such table"), _locked(sqlite3.SQLITE_FULL)])
def test_other_errors_of_the_database_are_raised_at_once(error) -> None:
    calls = []

    @transactional
    def service():
        calls.append(1)
        raise error

    with pytest.raises(OperationalError):
        service()
    assert len(calls) == 1


@pytest.mark.engine("sqlite")
@real_transactions
def test_a_joined_service_is_not_tried_again_on_its_own(now) -> None:
    inner_calls, outer_calls = [], []

    @transactional
    def inner():
        inner_calls.append(1)
        if len(inner_calls) == 1:
            raise _locked()

    @transactional
    def outer():
        outer_calls.append(1)
        _write(now)
        inner()

    outer()
    assert len(outer_calls) == len(inner_calls) == 2
    assert AuditEvent.objects.count() == 1


@real_transactions
def test_an_error_of_a_joined_service_cannot_be_caught_and_half_committed(now) -> None:
    @transactional
    def inner():
        _write(now)
        raise Refused

    @transactional
    def outer():
        try:
            inner()
        except Refused:
            _write(now)

    with pytest.raises(TransactionManagementError):
        outer()
    assert not AuditEvent.objects.exists()


@pytest.mark.engine("sqlite")
@real_transactions
def test_callbacks_run_once_and_only_after_the_commit(now) -> None:
    seen, calls = [], []

    @transactional
    def service():
        calls.append(1)
        _write(now)
        after_commit(lambda: seen.append(connection.in_atomic_block))
        if len(calls) == 1:
            raise _locked()
        assert not seen

    service()
    assert seen == [False]


@real_transactions
def test_callbacks_of_a_failed_service_never_run() -> None:
    seen = []

    @transactional
    def service():
        after_commit(lambda: seen.append(1))
        raise Refused

    with pytest.raises(Refused):
        service()
    assert not seen


@real_transactions
def test_a_callback_that_fails_neither_fails_nor_repeats_the_work(now, caplog) -> None:
    calls, seen = [], []

    def fail():
        raise _locked()

    @transactional
    def service():
        calls.append(1)
        _write(now)
        after_commit(fail)
        after_commit(lambda: seen.append(1))

    with caplog.at_level(logging.ERROR):
        service()
    assert (len(calls), seen, AuditEvent.objects.count()) == (1, [1], 1)
    assert "a callback failed" in caplog.text


@real_transactions
def test_the_record_wants_a_transaction(now) -> None:
    with pytest.raises(NotInTransaction, match=r"audit\.record"):
        _write(now)
    with pytest.raises(NotInTransaction):
        require_transaction("something")


@pytest.mark.django_db
def test_inside_a_test_a_service_can_fail_and_the_test_goes_on(now) -> None:
    @transactional
    def service():
        _write(now)
        raise IntegrityError

    with pytest.raises(IntegrityError):
        service()
    assert not AuditEvent.objects.exists()
