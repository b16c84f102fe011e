"""`manage.py evaluate_safety`: what it reads, prints and writes, and when it fails."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.env import ROOT
from safety.corpus.labels import is_disputed, read_second
from safety.corpus.reading import CorpusMessage, read_messages, read_sessions
from safety.engine.assess import engine_of
from safety.engine.bundle import MODELS
from safety.evaluation.floors import FIGURES, Measure, measures_of, read_floors
from safety.evaluation.judging import judge
from safety.evaluation.progress import with_bar
from safety.evaluation.sets import (
    SetNamedTwice,
    corpus_sets,
    only_aside,
    read_sets,
    sampled,
)
from safety.evaluation.summary import summarize
from safety.training.aside import is_aside
from safety.training.examples import EVERYDAY_ROWS

PUBLIC_DATA = ROOT.parent / "shared" / "data" / "dev"
MARKER = "zebracorn"
MOST_ROWS = 500
"""Of each public set, so that the test stays below a minute."""
ROWS = (
    {
        "id": "r1",
        "text": f"i am going to kill myself tonight {MARKER}",
        "level": "crisis",
        "lang": "en",
    },
    {"id": "r2", "text": f"lovely weather {MARKER}", "level": "none", "lang": "en"},
    {"id": "r3", "text": f"quiero morir {MARKER}", "level": "warning", "lang": "es"},
    {"id": "r4", "turns": [f"hello {MARKER}", "i want to die"], "level": "concern"},
)


def _file(folder: Path, *rows: dict[str, Any], name: str = "own") -> Path:
    path = folder / f"{name}.jsonl"
    path.write_text("\n".join(map(json.dumps, rows or ROWS)), encoding="utf-8")
    return path


def _run(*arguments: object) -> str:
    out = io.StringIO()
    call_command("evaluate_safety", "--quiet", *map(str, arguments), stdout=out)
    return out.getvalue()


def _floors(folder: Path, text: str) -> Path:
    path = folder / "floors.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_table_document_and_page_hold_figures_and_ids_and_never_words(tmp_path):
    printed = _run(
        _file(tmp_path), "--json", tmp_path / "out.json", "--html", tmp_path / "out.html"
    )
    document = (tmp_path / "out.json").read_text(encoding="utf-8")
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "own: 4 rows" in printed
    assert "page        recall" in printed
    assert "first flag at turn 2 (median)" in printed
    assert json.loads(document)["sets"][0]["name"] == "own"
    assert json.loads(document)["release"] in printed
    assert "r1" in document
    assert page.count("<svg") == 2
    assert "<script" not in page
    for text in (printed, document, page):
        assert MARKER not in text
        assert "kill myself" not in text


def test_a_page_of_harmless_rows_has_no_curve(tmp_path):
    _run(_file(tmp_path, {"id": "a", "text": "hi", "crisis": False}), "--html", tmp_path / "o.html")
    assert "<svg" not in (tmp_path / "o.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("floor", "word"), [(0.5, "ok"), (1.5, "BELOW FLOOR"), (0.6, "below target")]
)
def test_a_broken_floor_is_a_failure(tmp_path, floor, word):
    target = 2.0 if word != "ok" else 0.4
    floors = _floors(
        tmp_path, f"own:\n  any_recall: {{target: {target}, floor: {floor}, at_least: true}}"
    )
    out = io.StringIO()
    arguments = ("evaluate_safety", "--quiet", str(_file(tmp_path)), "--floors", str(floors))
    if word != "BELOW FLOOR":
        call_command(*arguments, stdout=out)
    else:
        with pytest.raises(CommandError, match=r"below the floor: own\.any_recall") as raised:
            call_command(*arguments, stdout=out)
        assert raised.value.returncode == 1
    assert word in out.getvalue()


@pytest.mark.parametrize(
    ("at_least", "value", "verdict"),
    [
        (True, 0.9, "target"),
        (True, 0.8, "floor"),
        (True, 0.6, "broken"),
        (False, 0.6, "target"),
        (False, 0.8, "broken"),
    ],
)
def test_a_figure_is_held_against_target_and_floor(at_least, value, verdict):
    target, floor = (0.9, 0.7) if at_least else (0.65, 0.7)
    assert Measure("x", value, target, floor, at_least).verdict == verdict


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "a: [",
        "own: {beauty: {target: 1, floor: 1, at_least: true}}",
        "own: {threats: {target: 1}}",
        "own: {threats: {target: much, floor: 1, at_least: true}}",
    ],
)
def test_floors_that_make_no_sense_are_told(tmp_path, text):
    with pytest.raises(CommandError, match=r"floors\.yaml"):
        _run(_file(tmp_path), "--floors", _floors(tmp_path, text))


def test_the_shipped_floors_make_sense_and_every_figure_can_be_asked_for(tmp_path):
    floors = read_floors()
    for wanted in (each for figures in floors.values() for each in figures):
        better = wanted.target >= wanted.floor if wanted.at_least else wanted.target <= wanted.floor
        assert better, wanted
    rows = read_sets([_file(tmp_path)])["own"]
    summary = summarize("own", judge(rows, engine_of(without={"model"}), name="own", quiet=True))
    for name, figure in FIGURES.items():
        value = figure(summary)
        assert value is None or 0 <= value <= 1, name
    foreign = summarize(
        "own", judge(rows[2:3], engine_of(without={"model"}), name="own", quiet=True)
    )
    assert FIGURES["english_recall"](foreign) is FIGURES["english_alarms"](foreign) is None
    assert measures_of(summary, floors) == []


@pytest.mark.parametrize("arguments", [(), ("--aside",)])
def test_without_data_it_says_what_it_wants(arguments):
    with pytest.raises(CommandError, match="nothing to judge"):
        _run(*arguments)


def test_what_cannot_be_read_is_told(tmp_path):
    broken = _file(tmp_path, {"text": "x", "crisis": "yes"})
    with pytest.raises(CommandError, match=r"own\.jsonl:1: crisis"):
        _run(broken)
    with pytest.raises(CommandError, match="missing"):
        _run(tmp_path / "missing.jsonl")
    with pytest.raises(CommandError, match="is missing"):
        _run(_file(tmp_path), "--release", tmp_path / "nowhere")


def test_two_releases_stand_side_by_side(tmp_path):
    printed = _run(_file(tmp_path), "--compare", MODELS)
    assert "own: right only here 0, only there 0 (McNemar p = 1)" in printed


def test_what_each_part_is_worth_stands_side_by_side(tmp_path):
    floors = _floors(tmp_path, "own: {any_recall: {at_least: true, target: 1, floor: 0}}")
    printed = _run(_file(tmp_path), "--ablation", "--floors", floors).splitlines()
    heading = next(line for line in printed if "with arc" in line)
    assert heading.split()[:4] == ["set", "figure", "rules", "model"]
    (line,) = [line for line in printed if line.startswith("own ") and len(line.split()) == 6]
    assert all(0 <= float(value) <= 1 for value in line.split()[2:])


def test_a_folder_is_read_file_by_file_and_no_name_twice(tmp_path):
    (tmp_path / "more").mkdir()
    _file(tmp_path, name="b")
    _file(tmp_path, name="a")
    assert list(read_sets([tmp_path])) == ["a", "b"]
    _file(tmp_path / "more", name="a")
    with pytest.raises(SetNamedTwice):
        read_sets([tmp_path, tmp_path / "more"])


def test_rows_that_training_reads_are_left_out(tmp_path):
    rows = tuple({"id": str(number), "text": f"text {number}"} for number in range(40))
    names = ("xstest", "own", "sad_everyday_stress", "banking77_everyday")
    sets = read_sets([_file(tmp_path, *rows, name=name) for name in names])
    kept = only_aside(sets)
    assert set(kept) == {"xstest", "own"}
    assert kept["own"] == sets["own"]
    assert 0 < len(kept["xstest"]) < 40
    assert all(is_aside(row.turns[0]) for row in kept["xstest"])
    first = EVERYDAY_ROWS // 4
    many = {"banking77_everyday": (sets["own"] * first)[: first + 7]}
    assert len(only_aside(many)["banking77_everyday"]) == 7
    assert "xstest: " in _run(tmp_path / "xstest.jsonl", "--aside", "--without", "model")


def test_a_sample_is_the_same_each_time(tmp_path):
    rows = tuple({"id": str(number), "text": "hi"} for number in range(40))
    sets = read_sets([_file(tmp_path, *rows)])
    ids = [row.id for row in sampled(sets, 5)["own"]]
    assert ids == [row.id for row in sampled({"own": sets["own"][::-1]}, 5)["own"]]
    assert len(ids) == 5
    assert ids != sorted(ids)


def test_of_our_corpus_only_what_was_held_out_is_judged():
    sets = corpus_sets()
    assert list(sets) == ["corpus_messages", "corpus_sessions"]
    assert all(not row.is_session for row in sets["corpus_messages"])
    assert all(row.is_session and len(row.turns) > 1 for row in sets["corpus_sessions"])
    assert {row.crisis for row in sets["corpus_messages"]} == {True, False, None}
    disputed = {row.id for row in sets["corpus_messages"] if row.crisis is None}
    second = read_second()
    assert disputed == {each.id for each in _held_out() if is_disputed(each, second)}
    assert {row.id for row in sets["corpus_sessions"]} == {
        each.name for each in read_sessions() if each.held_out
    }


def _held_out() -> list[CorpusMessage]:
    return [message for message in read_messages() if message.held_out]


def test_evaluating_wants_nothing_that_only_training_has():
    code = (
        "import sys, safety.management.commands.evaluate_safety as c\n"
        "assert not {'sklearn', 'onnx', 'threadpoolctl', 'tqdm', 'jax'} & sys.modules.keys(), 'training came along'"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_bar_grows_and_elsewhere_nothing_is_written():
    terminal, file = _Terminal(), io.StringIO()
    assert list(with_bar([1, 2, 3], "set", terminal)) == [1, 2, 3]
    assert list(with_bar([1, 2, 3], "set", file)) == [1, 2, 3]
    assert terminal.getvalue().count("\r") == 3
    assert terminal.getvalue().endswith("3 of 3\n")
    assert file.getvalue() == ""
    assert list(with_bar(list(range(250)), "set", terminal))[-1] == 249
    assert terminal.getvalue().count("\r") == 3 + 125
    assert list(with_bar([], "set", terminal)) == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_shipped_release_keeps_its_floors_on_our_corpus():
    printed = _run("--corpus")
    assert "english_recall" in printed


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(not PUBLIC_DATA.is_dir(), reason="the public sets are not on this machine")
def test_the_shipped_release_keeps_its_floors_on_public_rows_it_never_read():
    printed = _run(PUBLIC_DATA, "--aside", "--most", MOST_ROWS)
    assert "cssrs_reddit_av9ash" in printed
