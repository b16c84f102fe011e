"""export_audit, verify_audit and rotate_keys, as an operator runs them."""

import base64
import io
import json
import os
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit.actors import Actor
from audit.models import AuditEvent
from audit.services import record, rotation
from audit.services.rotation import sealed_models
from audit.store.sealing import SealBroken, SealedTextField
from audit.store.transactions import transactional
from chat.models import ChatSession, Feedback, Person
from tests.raw import write_raw

pytestmark = pytest.mark.django_db
OLD = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
NEW = base64.b64encode(b"n" * 32).decode()
NEWEST = base64.b64encode(b"m" * 32).decode()


@transactional
def _record(now, person_id="p1"):
    return record(
        "chat.session:begun",
        actor=Actor.person(person_id),
        target=("session", "1"),
        person_id=person_id,
        now=now,
    )


def _run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_an_export_to_a_file_verifies(now, tmp_path: Path) -> None:
    for _ in range(3):
        _record(now)
    file = tmp_path / "audit.jsonl"
    _run("export_audit", "--output", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.part"))
    assert _run("verify_audit", str(file)).startswith("ok: 3 entries, root ")
    event = AuditEvent.objects.get(action="audit.export:made")
    assert event.leaf.actor == "system:export_audit"


def test_a_later_export_still_begins_with_the_root_that_was_noted(now, tmp_path: Path) -> None:
    _record(now)
    file = tmp_path / "audit.jsonl"
    _run("export_audit", "--output", str(file))
    root = _run("verify_audit", str(file)).split()[-1]
    _record(now)
    _run("export_audit", "--output", str(file))
    assert "ok: 3 entries" in _run("verify_audit", str(file), "--size", "1", "--root", root)
    with pytest.raises(CommandError, match="first 1 entries"):
        _run("verify_audit", str(file), "--size", "1", "--root", "0" * 64)


def test_a_part_is_exported_to_standard_output(now, tmp_path: Path) -> None:
    _record(now, "p1")
    _record(now, "p2")
    _record(now, "p1")
    text = _run(
        "export_audit", "--person", "p1", "--action", "chat.", "--target", "session:1", "--actor", "person:p1",
        "--since", "2026-11-24", "--until", "2026-11-25T00:00:00+01:00",
    )  # fmt: skip
    assert [json.loads(line)["sequence"] for line in text.splitlines()] == [0, 2]
    file = tmp_path / "part.jsonl"
    file.write_text(text, encoding="utf-8")
    assert "ok: 2 entries of a part" in _run("verify_audit", "--part", str(file))
    with pytest.raises(CommandError, match="line 2: sequence 1 belongs here"):
        _run("verify_audit", str(file))


def test_a_reader_that_has_seen_enough_ends_the_export_without_a_complaint(now) -> None:
    _record(now)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as pipe:
        with pytest.raises(SystemExit) as ended:
            call_command("export_audit", stdout=pipe)
        pipe.write("what is left in the buffer goes nowhere")
    assert ended.value.code == 1


def test_a_csv_export_has_a_heading(now) -> None:
    _record(now)
    assert _run("export_audit", "--format", "csv").startswith("sequence,id,at,action")


@pytest.mark.parametrize(
    "arguments",
    [["--since", "yesterday"], ["--format", "xlsx"], ["--action", "I cannot sleep"]],
)
def test_a_wrong_call_is_refused(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        _run("export_audit", *arguments)


def test_the_verifier_says_what_it_cannot_read(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        _run("verify_audit", str(tmp_path / "missing"))
    with pytest.raises(CommandError, match="belong together"):
        _run("verify_audit", str(tmp_path / "missing"), "--size", "1")


@pytest.fixture
def people(now) -> list[Person]:
    return [
        Person.objects.create(subject=f"s{n}", user_name=f"Robin {n}", created_at=now)
        for n in range(5)
    ]


@pytest.fixture
def feedback(now, people) -> Feedback:
    session = ChatSession.objects.create(person=people[0], created_at=now, last_activity=now)
    return Feedback.objects.create(session=session, score=4, comment="It helped.", created_at=now)


def test_after_a_rotation_the_old_key_can_be_taken_out(
    people, feedback, settings, monkeypatch
) -> None:
    monkeypatch.setattr(rotation, "ROTATION_BATCH", 2)
    settings.ENCRYPTION_KEY = [NEW, OLD]
    with pytest.raises(CommandError, match="6 rows still rest under an old key"):
        _run("rotate_keys", "--check")
    output = _run("rotate_keys")
    assert "chat_person: 5 sealed anew, 0 under an old key" in output
    assert "chat_feedback: 1 sealed anew, 0 under an old key" in output
    assert "0 rows rest under an old key" in output
    settings.ENCRYPTION_KEY = [NEW]
    assert [person.user_name for person in Person.objects.order_by("subject")] == [
        f"Robin {n}" for n in range(5)
    ]
    assert Feedback.objects.get().comment == "It helped."
    assert "0 rows rest" in _run("rotate_keys", "--check")


def test_a_rotation_is_on_record_and_can_be_run_again(people, settings) -> None:
    settings.ENCRYPTION_KEY = [NEW, OLD]
    _run("rotate_keys")
    assert "chat_person: 0 sealed anew" in _run("rotate_keys")
    events = AuditEvent.objects.order_by("pk").values_list("action", "details")
    assert list(events) == [
        ("audit.keys:rotation_begun", {}),
        ("audit.keys:rotated", {"resealed": 5, "remaining": 0, "broken": 0}),
        ("audit.keys:rotation_begun", {}),
        ("audit.keys:rotated", {"resealed": 0, "remaining": 0, "broken": 0}),
    ]


def test_an_interrupted_rotation_goes_on_where_it_stopped(people, settings, monkeypatch) -> None:
    monkeypatch.setattr(rotation, "ROTATION_BATCH", 2)
    settings.ENCRYPTION_KEY = [NEW, OLD]
    real, calls = rotation._reseal_batch, []

    def stop_after_two(rows):
        calls.append(rows)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(rows)

    monkeypatch.setattr(rotation, "_reseal_batch", stop_after_two)
    with pytest.raises(KeyboardInterrupt):
        _run("rotate_keys")
    monkeypatch.setattr(rotation, "_reseal_batch", real)
    assert "chat_person: 3 sealed anew" in _run("rotate_keys")


def test_a_value_that_does_not_open_is_named_and_keeps_the_old_key_needed(people, settings) -> None:
    write_raw(people[1], "user_name", "damaged")
    settings.ENCRYPTION_KEY = [NEWEST, OLD]
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 rows still rest under an old key"):
        call_command("rotate_keys", stdout=out, stderr=out)
    assert f"does not open under any key of the ring: chat_person:{people[1].pk}" in out.getvalue()
    assert AuditEvent.objects.get(action="audit.keys:rotated").details["broken"] == 1
    with pytest.raises(SealBroken):
        Person.objects.get(pk=people[1].pk).user_name  # noqa: B018


def test_every_model_with_sealed_text_takes_part() -> None:
    from django.apps import apps

    expected = {
        m for m in apps.get_models() if any(isinstance(f, SealedTextField) for f in m._meta.fields)
    }
    assert set(sealed_models()) == expected
    assert len(expected) >= 5
