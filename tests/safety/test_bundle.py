"""A release is whole or it does not judge; and whatever is in it is in its id."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml

from safety.checks import check_release
from safety.engine import assess as front
from safety.engine import bundle
from safety.engine.assess import Engine, current_release, engine_of, person_engine, reply_engine
from safety.engine.bundle import (
    ENCODER,
    FILES,
    HEAD,
    MODELS,
    RELEASE,
    VOCABULARY,
    BundleBroken,
    bundle_id,
    digest_of,
    load_bundle,
)
from safety.engine.protocol import EMPTY_ARC
from safety.levels import Level
from safety.services.checking import check_message, check_reply


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped bundle; its large file is the same file."""
    (tmp_path / ENCODER).symlink_to(MODELS / ENCODER)
    for name in (VOCABULARY, HEAD, RELEASE):
        shutil.copy(MODELS / name, tmp_path / name)
    return tmp_path


def _described(folder: Path) -> dict[str, object]:
    described: dict[str, object] = yaml.safe_load((folder / RELEASE).read_text(encoding="utf-8"))
    return described


def _describe(folder: Path, **changes: object) -> None:
    text = yaml.safe_dump({**_described(folder), **changes}, sort_keys=False)
    (folder / RELEASE).write_text(text, encoding="utf-8")


def _replace_head(folder: Path, weights: np.ndarray, **changes: object) -> None:
    """Another head under a release that names it."""
    np.save(folder / HEAD, weights)
    _describe(folder, files={name: digest_of(folder / name) for name in FILES}, **changes)


def test_the_shipped_bundle_loads_and_names_itself():
    loaded = load_bundle()
    assert loaded.id == bundle_id() == current_release()
    assert loaded.id.startswith("release-")


@pytest.mark.parametrize("name", [*FILES, RELEASE])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(BundleBroken, match=f"{name} is missing"):
        load_bundle(folder)


@pytest.mark.parametrize("name", FILES)
def test_an_altered_file_is_named(folder, name):
    changed = bytearray((folder / name).read_bytes())
    changed[len(changed) // 2] ^= 1
    (folder / name).unlink()
    (folder / name).write_bytes(bytes(changed))
    with pytest.raises(BundleBroken, match=f"{name} is not the one"):
        load_bundle(folder)


def test_a_folder_that_is_not_there_is_a_broken_bundle(tmp_path):
    with pytest.raises(BundleBroken):
        engine_of(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "a: [",
        "\x00",
        "thresholds: {concern: 1}",
        "thresholds: {concern: .nan, warning: 0.6, crisis: 0.7}\ntriggers: []\nfiles: {}",
        "thresholds: 5\ntriggers: []\nfiles: {}",
    ],
    ids=ascii,
)
def test_a_release_file_that_says_nothing_sensible_is_a_broken_bundle(folder, text):
    (folder / RELEASE).write_text(text, encoding="utf-8")
    with pytest.raises(BundleBroken):
        load_bundle(folder)


def _fewer_columns(weights: np.ndarray) -> np.ndarray:
    return weights[:, :-1]


def _fewer_rows(weights: np.ndarray) -> np.ndarray:
    return weights[:-1]


def _not_numbers(weights: np.ndarray) -> np.ndarray:
    return np.full_like(weights, np.nan)


@pytest.mark.parametrize("change", [_fewer_columns, _fewer_rows, _not_numbers])
def test_a_head_that_does_not_fit_is_refused(folder, change: Callable[[np.ndarray], np.ndarray]):
    _replace_head(folder, change(np.load(folder / HEAD)))
    with pytest.raises(BundleBroken, match="does not fit"):
        load_bundle(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"triggers": ["sorrow"]},
        {"thresholds": {"concern": 0.5}},
        {"thresholds": {"concern": 0.5, "warning": 0.6, "crisis": 0.9}},
        {"thresholds": {"low": 0.1, "concern": 0.5, "warning": 0.6, "dire": 0.7}},
        {"thresholds": {"low": 0.1, "concern": 0.5, "warning": 0.6, "crisis": "high"}},
        {"thresholds": {"low": 0.1, "concern": 0.5, "warning": 0.6, "crisis": 1.5}},
        {"languages": ["tlh"]},
        {"languages": [5]},
    ],
)
def test_a_description_of_something_else_is_refused(folder, changes):
    triggers = changes.get("triggers", _described(folder)["triggers"])
    weights = np.load(folder / HEAD)[: 3 + len(triggers)]
    _replace_head(folder, weights, **changes)
    with pytest.raises(BundleBroken):
        load_bundle(folder)


def test_a_head_that_is_no_array_is_refused(folder):
    (folder / HEAD).write_bytes(b"nothing of the kind")
    _describe(folder, files={name: digest_of(folder / name) for name in FILES})
    with pytest.raises(BundleBroken):
        load_bundle(folder)


def test_the_id_changes_with_thresholds_weights_and_rules(folder, monkeypatch):
    ids = {bundle_id(folder)}
    _describe(folder, thresholds={"low": 0.1, "concern": 0.11, "warning": 0.22, "crisis": 0.33})
    ids.add(bundle_id(folder))
    _replace_head(folder, np.load(folder / HEAD) + np.float32(1))
    ids.add(bundle_id(folder))
    monkeypatch.setattr(bundle, "fingerprint", lambda: "other rules")
    ids.add(bundle_id(folder))
    assert len(ids) == 4
    assert {len(each) for each in ids} == {len("release-") + bundle.ID_CHARACTERS}


@pytest.mark.parametrize(
    ("without", "detectors"),
    [
        (set(), ["rules", "rules", "language", "model"]),
        ({"model"}, ["rules", "rules", "language"]),
        ({"rules", "arc"}, ["language", "model"]),
    ],
)
def test_a_part_can_be_left_out_and_the_id_says_so(without, detectors):
    engine = engine_of(without=without)
    assert [each.name for each in engine.detectors] == detectors
    assert engine.release == "-".join(
        [bundle_id(), *(["without"] if without else []), *sorted(without)]
    )


def test_without_the_arc_a_turn_is_judged_by_itself():
    turns = ["I have decided to kill myself tonight.", "What a nice day."]
    assert engine_of().assess_turns(turns)[1].level is Level.WARNING
    assert engine_of(without={"arc"}).assess_turns(turns)[1].level is Level.NONE


@pytest.fixture
def _broken(monkeypatch):
    """The service with a release that does not load."""

    def engine_of_nothing() -> Engine:
        raise BundleBroken("head.npy is missing")

    person_engine.cache_clear()
    reply_engine.cache_clear()
    monkeypatch.setattr(front, "engine_of", engine_of_nothing)
    yield
    person_engine.cache_clear()
    reply_engine.cache_clear()


@pytest.mark.usefixtures("_broken")
def test_with_a_broken_release_nothing_reads_as_safe():
    for checked in (check_message("The weather is nice.", EMPTY_ARC), check_reply("Hello.")):
        assert checked.verdict.level is Level.UNKNOWN
        assert checked.verdict.triggers == ("check_failed",)
        assert checked.verdict.release == "unknown"


@pytest.mark.usefixtures("_broken")
def test_a_broken_release_is_told_at_the_start():
    (fault,) = check_release()
    assert fault.id == "safety.E004"
    assert "head.npy is missing" in fault.msg


def test_a_whole_release_passes_the_check():
    assert check_release() == []
