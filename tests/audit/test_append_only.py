"""The record can only grow: every door of the ORM, and raw SQL, is tried."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, models
from django.db.models.deletion import Collector

from audit.actors import Actor
from audit.models import AuditEvent, RecordIsAppendOnly
from audit.services import number_events, record
from audit.store.transactions import transactional

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(now):
    return _record(now)


@transactional
def _record(now, action="chat.session:closed"):
    return record(action, actor=Actor.system("tests"), target=("session", "1"), now=now)


def _save(event):
    event.action = "chat.session:begun"
    event.save()


def _update(event):
    AuditEvent.objects.filter(pk=event.pk).update(action="chat.session:begun")


def _update_number_and_more(event):
    AuditEvent.objects.update(sequence=1, action="chat.session:begun")


def _update_number_by_expression(event):
    AuditEvent.objects.update(sequence=models.Value(1))


def _bulk_update(event):
    AuditEvent.objects.bulk_update([event], ["action"])


def _bulk_number(event):
    event.sequence = 3
    AuditEvent.objects.bulk_update([event], ["sequence"])


def _overwrite(event):
    AuditEvent.objects.bulk_create(
        [event], update_conflicts=True, update_fields=["action"], unique_fields=["id"]
    )


def _ignore(event):
    AuditEvent.objects.bulk_create([event], ignore_conflicts=True)


def _update_or_create(event):
    AuditEvent.objects.update_or_create(pk=event.pk, defaults={"action": "chat.session:begun"})


def _delete(event):
    event.delete()


def _delete_all(event):
    AuditEvent.objects.all().delete()


def _raw_delete(event):
    AuditEvent.objects.all()._raw_delete("default")


def _base_manager_delete(event):
    AuditEvent._base_manager.all().delete()


def _base_manager_update(event):
    AuditEvent._base_manager.update(action="chat.session:begun")


@pytest.mark.parametrize(
    "door",
    [
        _save,
        _update,
        _update_number_and_more,
        _update_number_by_expression,
        _bulk_update,
        _bulk_number,
        _overwrite,
        _ignore,
        _update_or_create,
        _delete,
        _delete_all,
        _raw_delete,
        _base_manager_delete,
        _base_manager_update,
    ],
)
def test_models_refuse_every_change(event: AuditEvent, door: Callable[[AuditEvent], None]) -> None:
    before = AuditEvent.objects.values().get()
    with pytest.raises(RecordIsAppendOnly):
        door(event)
    assert AuditEvent.objects.values().get() == before


@pytest.mark.engine("sqlite")
def test_a_plain_queryset_and_the_collector_meet_the_database_itself(event: AuditEvent) -> None:
    plain = models.QuerySet[AuditEvent](AuditEvent)
    for door in (
        plain.delete,
        lambda: plain.update(action="chat.session:begun"),
        lambda: _collect(event),
    ):
        with pytest.raises(IntegrityError, match="never"), _savepoint():
            door()
    assert AuditEvent.objects.count() == 1


def _collect(event):
    collector = Collector(using="default", origin=event)
    collector.collect([event])
    collector.delete()


def _savepoint():
    from django.db import transaction

    return transaction.atomic()  # noqa: TID251 - a refused statement must not end the test's own transaction


STATEMENTS = [
    "DELETE FROM audit_auditevent",
    "UPDATE audit_auditevent SET sequence = NULL",
    "UPDATE audit_auditevent SET sequence = 7",
    "UPDATE audit_auditevent SET sequence = sequence",
    "INSERT OR REPLACE INTO audit_auditevent SELECT * FROM audit_auditevent",
    "REPLACE INTO audit_auditevent SELECT * FROM audit_auditevent",
    *(
        f"UPDATE audit_auditevent SET {field.column} = 'x'"
        for field in AuditEvent._meta.concrete_fields
        if field.name != "sequence"
    ),
]


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_refuses_raw_changes(
    event: AuditEvent, statement: str, numbered: bool
) -> None:
    if numbered:
        number_events()
    elif statement.endswith("= 7"):
        statement += ", request_id = 'x'"
    before = AuditEvent.objects.values().get()
    with (
        pytest.raises(IntegrityError, match="audit events are never"),
        _savepoint(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEvent.objects.values().get() == before


@pytest.mark.engine("sqlite")
def test_replacing_by_a_taken_number_is_refused(now) -> None:
    _record(now)
    number_events()
    other = _record(now)
    statement = "UPDATE OR REPLACE audit_auditevent SET sequence = 0 WHERE _id = %s"
    with (
        pytest.raises(IntegrityError, match="never replaced"),
        _savepoint(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [other.pk])
    assert AuditEvent.objects.count() == 2


def test_many_events_can_be_added_at_once(now) -> None:
    first = _record(now)
    copies = [AuditEvent(**{**_fields(first), "request_id": f"r{n}"}) for n in range(3)]
    AuditEvent.objects.bulk_create(copies)
    assert AuditEvent.objects.count() == 4


def _fields(event):
    return {f.name: getattr(event, f.name) for f in AuditEvent._meta.fields if f.name != "id"}


def test_an_event_names_itself(event: AuditEvent) -> None:
    assert str(event) == "chat.session:closed session:1"


@pytest.mark.engine("sqlite")
@pytest.mark.django_db(transaction=True)
def test_the_guard_stands_again_after_a_flush() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_auditevent'"
        )
        assert cursor.fetchone()[0] == 4
