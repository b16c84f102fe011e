"""An outsider checks an export: every alteration is found, and the first wrong place is named."""

import json
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.leaves import LEAF_FIELDS, leaf_hash
from audit.verification import RecordBroken, Remembered, main, verify_part, verify_whole

ROOT = Path(__file__).resolve().parents[2]


def _line(sequence: int, **changes: object) -> str:
    body = {
        "id": f"{sequence:032x}",
        "at": "2026-11-24T06:00:00.000Z",
        "action": "chat.session:begun",
        "actor": "person:1",
        "target": "session:2",
        "person_id": "1",
        "request_id": "",
        "details": {"score": sequence},
    }
    entry = {"sequence": sequence, **body, "leaf_hash": leaf_hash(body), **changes}
    return json.dumps(entry, separators=(",", ":")) + "\n"


LINES = [_line(sequence) for sequence in range(5)]


def _altered(place: int, alter: Callable[[dict[str, object]], object]) -> list[str]:
    entry = json.loads(LINES[place])
    alter(entry)
    return [*LINES[:place], json.dumps(entry) + "\n", *LINES[place + 1 :]]


def _resealed(entry: dict[str, object]) -> None:
    entry["details"] = {"score": 77}
    entry["leaf_hash"] = leaf_hash({name: entry[name] for name in LEAF_FIELDS})


def test_a_whole_record_is_whole_and_an_empty_one_too() -> None:
    assert verify_whole(LINES).size == 5
    assert (
        verify_whole([]).root == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


@pytest.mark.parametrize("name", LEAF_FIELDS)
def test_an_altered_field_is_found_and_named(name: str) -> None:
    value: object = {"score": 9} if name == "details" else "another"
    with pytest.raises(RecordBroken, match="line 3: sequence 2 was altered"):
        verify_whole(_altered(2, lambda entry: entry.update({name: value})))


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ([LINES[0], *LINES[2:]], "line 2: sequence 1 belongs here, 2 stands here"),
        (LINES[1:], "line 1: sequence 0 belongs here, 1 stands here"),
        ([LINES[0], LINES[2], LINES[1]], "line 2: sequence 1 belongs here, 2 stands here"),
        ([LINES[0], LINES[0], *LINES[1:]], "line 2: sequence 1 belongs here, 0 stands here"),
        (
            _altered(1, lambda entry: entry.update(sequence="1")),
            "line 2: sequence 1 belongs here, '1' stands here",
        ),
        (
            _altered(1, lambda entry: entry.update(sequence=True)),
            "line 2: sequence 1 belongs here, True stands here",
        ),
        (
            _altered(1, lambda entry: entry.update(sequence=1.0)),
            "line 2: sequence 1 belongs here, 1.0 stands here",
        ),
        (
            _altered(1, lambda entry: entry.update(leaf_hash="0" * 64)),
            "line 2: sequence 1 was altered",
        ),
        (_altered(1, lambda entry: entry.update(leaf_hash=None)), "line 2: sequence 1 was altered"),
        (_altered(1, lambda entry: entry.update(note="x")), "line 2: not an entry"),
        (_altered(1, lambda entry: entry.pop("actor")), "line 2: not an entry"),
        (_altered(1, lambda entry: entry.update(actor="\ud800")), "line 2: not an entry"),
        ([LINES[0], "[]\n"], "line 2: not an entry"),
        ([LINES[0], "\n"], "line 2: not one JSON object"),
        ([LINES[0], LINES[1][:40]], "line 2: not one JSON object"),
        ([LINES[0], LINES[1].rstrip()], "line 2: not an entry"),
        (
            [LINES[0].replace('"person_id"', '"actor":"person:2","person_id"')],
            "line 1: not one JSON object",
        ),
        ([LINES[0], "[" * 100_000 + "\n"], "line 2: not one JSON object"),
    ],
)
def test_the_first_wrong_place_is_named(lines: list[str], place: str) -> None:
    with pytest.raises(RecordBroken) as caught:
        verify_whole(lines)
    assert str(caught.value).startswith(place)


def test_a_root_that_was_noted_finds_a_rewritten_past() -> None:
    noted = Remembered(3, verify_whole(LINES[:3]).root.upper())
    assert verify_whole(LINES, noted).size == 5
    with pytest.raises(RecordBroken, match="the first 3 entries"):
        verify_whole(_altered(1, _resealed), noted)
    assert verify_whole(_altered(4, _resealed), noted).size == 5


def test_a_root_that_was_noted_finds_a_missing_end() -> None:
    noted = Remembered(5, verify_whole(LINES).root)
    with pytest.raises(
        RecordBroken, match="the end is missing: 5 entries were promised, 3 are here"
    ):
        verify_whole(LINES[:3], noted)


def test_the_empty_record_can_be_remembered() -> None:
    assert verify_whole(LINES, Remembered(0, verify_whole([]).root)).size == 5
    with pytest.raises(RecordBroken, match="the first 0 entries"):
        verify_whole(LINES, Remembered(0, "0" * 64))


def test_a_part_of_the_record_may_have_gaps_but_nothing_altered() -> None:
    part = verify_part([LINES[1], LINES[4]])
    assert (part.size, part.root) == (2, "")
    for lines in (
        [LINES[4], LINES[1]],
        [LINES[1], LINES[1]],
        _altered(0, lambda entry: entry.update(sequence=False)),
    ):
        with pytest.raises(RecordBroken, match="does not follow"):
            verify_part(lines)
    with pytest.raises(RecordBroken, match="line 2: sequence 1 was altered"):
        verify_part(_altered(1, lambda entry: entry.update(actor="staff:1")))


def test_the_verifier_works_alone(tmp_path: Path) -> None:
    """No Django, no third-party package: only this file's module and the two it names."""
    file = tmp_path / "export.jsonl"
    file.write_text("".join(LINES), encoding="utf-8")
    command = [sys.executable, "-I", "-S", "-c", _ALONE.format(root=str(ROOT)), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (
        0,
        f"ok: 5 entries, root {verify_whole(LINES).root}\n",
    )


_ALONE = """
import sys
sys.path.insert(0, {root!r})
from audit.verification import main
sys.exit(main(sys.argv[1:]))
"""


def test_the_verifier_tells_by_its_exit_code(tmp_path: Path, capsys) -> None:
    file = tmp_path / "export.jsonl"
    file.write_text("".join(LINES[1:]), encoding="utf-8")
    assert main([str(file)]) == 1
    assert "broken: line 1" in capsys.readouterr().err
    file.write_bytes(b"\xff\n")
    assert main([str(file)]) == 1
    assert main([]) == 2
    file.write_text("", encoding="utf-8")
    assert main([str(file)]) == 0


def test_the_verifier_is_a_command_of_its_own(tmp_path: Path, monkeypatch) -> None:
    file = tmp_path / "export.jsonl"
    file.write_text("".join(LINES), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["verification", str(file)])
    with pytest.raises(SystemExit) as left:
        runpy.run_path(str(ROOT / "audit" / "verification.py"), run_name="__main__")
    assert left.value.code == 0
