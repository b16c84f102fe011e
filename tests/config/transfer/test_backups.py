"""Everything into one sealed file and back, and every way in which that must be refused."""

import pytest
from django.core.management import CommandError
from django.core.management.color import no_style
from django.db import connection

from audit.models import AuditEvent
from chat.models import ChatSession, Message, Person
from config.transfer import backups, sealed_files
from config.transfer.databases import opened
from config.transfer.tables import Tally, rows_of, tables, tally
from tests.config.transfer.conftest import WORDS, counts, run
from tests.factories import make_message, make_session

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_a_database_that_was_never_made_is_no_backup(tmp_path, monkeypatch):
    with opened(f"sqlite:{tmp_path / 'wrong-address.sqlite3'}") as other:
        monkeypatch.setattr(backups, "DEFAULT_DB_ALIAS", other)
        with pytest.raises(CommandError, match="is its address right"):
            run("backup", str(tmp_path / "nothing.backup"))
    assert not (tmp_path / "nothing.backup").exists()
