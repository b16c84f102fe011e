"""Moving everything from one database to another, and every way in which that must be refused."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections
from django.db.utils import load_backend
from django.utils import timezone
from django.utils.connection import ConnectionDoesNotExist

from audit.store.readiness import PROBES
from chat.models import ChatSession, Message
from config.databases import sqlite_database
from config.transfer import copying
from config.transfer.databases import ALIAS, AddressUnknown, described, opened
from config.transfer.tables import fields_of, tables, write_rows
from moderation.models import StaffUser
from safety.models import Canary
from tests.config.transfer.conftest import WORDS, counts, run
from tests.factories import make_session

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_pointed_at_comes_before_what_points():
    order = tables()
    for model in order:
        for field in fields_of(model):
            pointed_at = field.related_model
            if pointed_at is not None and pointed_at is not model:
                assert order.index(pointed_at) < order.index(model)


def test_every_table_of_ours_is_moved():
    there = set(connection.introspection.table_names())
    assert there - {model._meta.db_table for model in tables()} <= {
        "django_migrations",
        "django_session",
        PROBES,
    }


def test_a_copy_holds_the_same_and_opens_there(people, elsewhere):
    said = run("copy_data", "--to", elsewhere)
    assert f"Copied: {sum(counts('default').values())} rows" in said
    with opened(elsewhere) as other:
        assert counts(other) == counts("default")
        message = Message.objects.using(other).get(session_id=people.pk, sequence=1)
        assert message.text == WORDS
        lead = StaffUser.objects.using(other).get(username__startswith="lead")
        assert lead.groups.using(other).get().name == "lead"
        assert lead.has_perm("audit.view_auditevent") == StaffUser.objects.get(pk=lead.pk).has_perm(
            "audit.view_auditevent"
        )


def test_a_copy_keeps_the_record_shut(people, tmp_path):
    elsewhere = f"sqlite:{tmp_path / 'shut.sqlite3'}"
    run("copy_data", "--to", elsewhere)
    with (
        opened(elsewhere) as other,
        connections[other].cursor() as cursor,
        pytest.raises(DatabaseError, match="never deleted"),
    ):
        cursor.execute("DELETE FROM audit_auditevent")


def test_a_copy_goes_only_where_nothing_is(people, elsewhere):
    run("copy_data", "--to", elsewhere)
    with pytest.raises(CommandError, match="has rows already"):
        run("copy_data", "--to", elsewhere)


def test_signs_of_life_of_workers_are_nobodys_rows(people, elsewhere):
    with opened(elsewhere) as other:
        call_command("migrate", database=other, verbosity=0)
        Canary.objects.using(other).create(lane="urgent", worker="a", handled_at=timezone.now())
        copying.copy_everything("default", other, tell=lambda _: None)
        assert not Canary.objects.using(other).exists()


@pytest.mark.parametrize("address", ["", "sqlite:", "postgres://x/y", "vigil.sqlite3"])
def test_an_address_of_something_else_is_refused(address):
    with pytest.raises(AddressUnknown):
        described(address)
    with pytest.raises(CommandError, match="mongodb"):
        run("copy_data", "--to", address)


def test_a_source_that_is_written_to_is_noticed(people, elsewhere, monkeypatch):
    sent = copying._send

    def send_and_write(model, *arguments):
        tallied = sent(model, *arguments)
        if model is ChatSession:
            make_session()
        return tallied

    monkeypatch.setattr(copying, "_send", send_and_write)
    with pytest.raises(CommandError, match="written to during the copy"):
        run("copy_data", "--to", elsewhere)


def test_a_row_that_did_not_arrive_is_noticed(people, elsewhere, monkeypatch):
    def lose_one(model, rows, alias):
        kept = list(rows)
        return write_rows(model, kept[1:] if model is Message else kept, alias)

    monkeypatch.setattr(copying, "write_rows", lose_one)
    with pytest.raises(CommandError, match="chat_message: 1 of 2 rows arrived"):
        run("copy_data", "--to", elsewhere)


def test_a_target_that_cannot_be_written_is_named(people, tmp_path):
    with pytest.raises(CommandError, match="interrupted"):
        run("copy_data", "--to", f"sqlite:{tmp_path / 'no' / 'such' / 'folder.sqlite3'}")


def test_the_other_database_is_closed_afterwards(people, elsewhere):
    run("copy_data", "--to", elsewhere)
    with pytest.raises(ConnectionDoesNotExist):
        connections[ALIAS]


@pytest.mark.engine("mongodb")
def test_a_pilot_grows_up(people, tmp_path, elsewhere):
    """Through a file of SQLite and on, as a pilot's own `copy_data` would: what was said is read at the end."""
    file = f"sqlite:{tmp_path / 'pilot.sqlite3'}"
    run("copy_data", "--to", file)
    pilot = {**sqlite_database(tmp_path / "pilot.sqlite3")}
    handler: Any = connections
    handler["pilot"] = load_backend(pilot["ENGINE"]).DatabaseWrapper(
        handler.configure_settings({"default": pilot})["default"], "pilot"
    )
    try:
        with opened(elsewhere) as grown:
            copying.copy_everything("pilot", grown, tell=lambda _: None)
            assert counts(grown) == counts("default")
            message = Message.objects.using(grown).get(session_id=people.pk, sequence=1)
            assert message.text == WORDS
    finally:
        handler["pilot"].close()
        del handler["pilot"]
