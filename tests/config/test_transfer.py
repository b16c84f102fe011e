"""Moving everything: between databases, into a file and back; and every way in which it must be refused."""

import io
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import CommandError, call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connection, connections
from django.utils.connection import ConnectionDoesNotExist

from audit.models import AuditEvent
from audit.services import number_events
from audit.store.ids import new_id
from chat.models import ChatSession, Message, Person
from config.transfer import backups, copying, sealed_files
from config.transfer.databases import ALIAS, AddressUnknown, described, opened
from config.transfer.tables import Tally, fields_of, rows_of, tables, tally, write_rows
from moderation.models import StaffUser
from safety.models import Incident
from tests.factories import make_incident, make_message, make_session, make_staff
from tests.raw import mongo

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "The heron by the canal was there again, and I was not."


@pytest.fixture
def people():
    """A conversation, a case, somebody on the staff, and a numbered record of it all."""
    session = make_session()
    make_message(session, WORDS)
    make_incident(session)
    make_staff("lead")
    number_events()
    return session


@pytest.fixture
def elsewhere(tmp_path):
    """The address of an empty database: the other engine's kind where both run, else another file."""
    return f"sqlite:{tmp_path / 'elsewhere.sqlite3'}"


def run(*arguments):
    said = io.StringIO()
    call_command(*arguments, stdout=said)
    return said.getvalue()


def counts(alias):
    return {model._meta.db_table: tally(model, alias).rows for model in tables()}


def held(alias):
    return [model._default_manager.using(alias) for model in (Person, Message, Incident, StaffUser)]


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


def test_a_copy_keeps_the_record_shut(people, elsewhere):
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
def test_from_mongodb_to_sqlite_and_back(people, tmp_path):
    file = f"sqlite:{tmp_path / 'pilot.sqlite3'}"
    run("copy_data", "--to", file)
    parts = urlsplit(mongo().settings_dict["HOST"])
    name = f"vigil_{new_id()[-12:]}"
    with opened(file) as pilot:
        try:
            connections.settings["grown"] = {
                **mongo().settings_dict,
                **connections.configure_settings(
                    {"default": described(urlunsplit(parts._replace(path=f"/{name}")))}
                )["default"],
            }
            copying.copy_everything(pilot, "grown", tell=lambda _: None)
            assert counts("grown") == counts("default")
            assert (
                Message.objects.using("grown").get(session_id=people.pk, sequence=1).text == WORDS
            )
        finally:
            mongo().connection.drop_database(name)
            del connections.settings["grown"]


# --- Backups ------------------------------------------------------------------------------------------------------
@pytest.fixture
def backup(people, tmp_path):
    """A backup file of what there is."""
    path = tmp_path / "monday.backup"
    run("backup", str(path))
    return path


def empty_database():
    """A new machine: nothing there, not even what migrations write."""
    names = [model._meta.db_table for model in tables()]
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for statement in connection.ops.sql_flush(no_style(), names):
            cursor.execute(statement)


def restored_into(monkeypatch, alias):
    monkeypatch.setattr(backups, "DEFAULT_DB_ALIAS", alias)
    monkeypatch.setattr(backups, "_record", lambda *_, **__: None)


def test_a_backup_is_restored_on_an_empty_machine(backup, people, elsewhere, monkeypatch):
    before = {model: tally(model, "default") for model in tables() if model is not AuditEvent}
    with opened(elsewhere) as other:
        restored_into(monkeypatch, other)
        assert "Restored" in run("restore", str(backup))
        assert {model: tally(model, other) for model in before} == before
        assert Message.objects.using(other).get(session_id=people.pk, sequence=1).text == WORDS
        with pytest.raises(CommandError, match=r"nothing was written: .* has rows already"):
            run("restore", str(backup))


@pytest.mark.engine("sqlite")
def test_after_a_restore_the_record_verifies_and_the_person_goes_on(backup, people, tmp_path):
    empty_database()
    run("restore", str(backup))
    assert AuditEvent.objects.filter(action="audit.record:backup_restored").count() == 1
    export = tmp_path / "record.jsonl"
    run("export_audit", "--output", str(export))
    assert "ok:" in run("verify_audit", str(export))
    session = ChatSession.objects.get(pk=people.pk)
    assert make_message(session, "Still here.").sequence == 3


def test_a_backup_is_on_record_and_nobody_else_reads_it(backup):
    assert AuditEvent.objects.filter(action="audit.record:backup_made").count() == 1
    assert backup.stat().st_mode & 0o077 == 0
    assert b"heron" not in backup.read_bytes()
    assert b"chat_message" not in backup.read_bytes()


def test_a_backup_shows_one_moment(people, tmp_path, monkeypatch):
    seen = rows_of

    def rows_with_a_late_one(model, alias):
        if model is Person:
            later = seen(model, alias)
            yield next(later)
            _elsewhere_in_time(make_session)
            yield from later
        else:
            yield from seen(model, alias)

    monkeypatch.setattr(backups, "rows_of", rows_with_a_late_one)
    path = tmp_path / "moment.backup"
    held_before = ChatSession.objects.count()
    run("backup", str(path))
    assert ChatSession.objects.count() == held_before + 1
    assert backups.examine(path).tallies["chat_chatsession"].rows == held_before


def _elsewhere_in_time(write):
    """Another connection writes, as another process would."""
    import threading

    def run_and_close():
        write()
        connection.close()

    thread = threading.Thread(target=run_and_close)
    thread.start()
    thread.join()


def test_checking_writes_nothing(backup):
    before = counts("default")
    assert "Checked" in run("restore", "--check", str(backup))
    assert counts("default") == before


@pytest.mark.parametrize("place", [0, 20, 200, -1, -300])
def test_one_flipped_bit_is_noticed(backup, place):
    damaged = bytearray(backup.read_bytes())
    damaged[place] ^= 1
    backup.write_bytes(damaged)
    with pytest.raises(CommandError, match="nothing was written"):
        run("restore", str(backup))


@pytest.mark.parametrize("kept", [0, 10, 30, 0.5, 0.999])
def test_a_file_cut_short_is_noticed(backup, kept):
    whole = backup.read_bytes()
    backup.write_bytes(whole[: int(kept * len(whole)) if isinstance(kept, float) else kept])
    with pytest.raises(CommandError, match="nothing was written"):
        run("restore", str(backup))


def test_something_added_is_noticed(backup):
    backup.write_bytes(backup.read_bytes() + b"more")
    with pytest.raises(CommandError, match="added"):
        run("restore", str(backup))


def test_another_key_does_not_open_it(backup, settings):
    settings.ENCRYPTION_KEY = ["YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="]
    with pytest.raises(CommandError, match="not in ENCRYPTION_KEY"):
        run("restore", str(backup))


def lines_written(path, *lines):
    with path.open("wb") as file:
        writer = sealed_files.SealedWriter(file)
        for line in lines:
            writer.write(line)
        writer.finish()
    return path


@pytest.mark.parametrize(
    "lines",
    [
        ('[2, "2026-11-24", []]',),
        ('[1, "2026-11-24", []]', '{"table": "chat_pigeon", "columns": []}'),
        ('[1, "2026-11-24", []]', '{"table": "chat_person", "columns": ["_id"]}'),
        ('[1, "2026-11-24", []]', '{"end": {"chat_person": [1, "00"]}}'),
        ('[1, "2026-11-24", ["chat.0099_later"]]', '{"end": {}}'),
        ('[1, "2026-11-24", []]',),
        ("nothing of the kind",),
        ("[1]",),
    ],
)
def test_other_versions_and_malformed_contents_are_refused(tmp_path, lines, elsewhere, monkeypatch):
    path = lines_written(tmp_path / "odd.backup", *lines)
    with opened(elsewhere) as other:
        restored_into(monkeypatch, other)
        with pytest.raises(CommandError, match="nothing was written"):
            run("restore", str(path))


def test_a_backup_never_overwrites_another(backup):
    kept = backup.read_bytes()
    with pytest.raises(CommandError, match="exists already"):
        run("backup", str(backup))
    assert backup.read_bytes() == kept


def test_a_full_disk_leaves_no_file(people, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sealed_files.SealedWriter, "_push", full)
    with pytest.raises(CommandError, match=r"no backup was made: .*No space left"):
        run("backup", str(tmp_path / "full.backup"))
    assert list(tmp_path.iterdir()) == []


def test_rows_lost_on_the_way_back_are_noticed(backup, elsewhere, monkeypatch):
    monkeypatch.setattr(backups, "write_rows", lambda _model, rows, _alias: len(list(rows)))
    with opened(elsewhere) as other:
        restored_into(monkeypatch, other)
        with pytest.raises(CommandError, match="did not arrive as they were"):
            run("restore", str(backup))


def test_a_tally_does_not_depend_on_order(people):
    rows = list(rows_of(AuditEvent, "default"))
    forward, backward = Tally(), Tally()
    for row in rows:
        forward.add(AuditEvent, row)
    for row in reversed(rows):
        backward.add(AuditEvent, row)
    assert forward == backward
    backward.add(AuditEvent, rows[0])
    assert forward != backward
