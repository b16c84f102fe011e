"""How the model is made: from what, with which labels, the same each time, and nobody's words are written."""

import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from safety.corpus.reading import CorpusMessage, number_of
from safety.engine.bundle import ENCODER, FILES, HEAD, MODELS, RELEASE, VOCABULARY, load_bundle
from safety.levels import TRIGGERS, Level
from safety.management.commands import train_safety_model
from safety.training import examples, fitting, release
from safety.training.aside import LEARNED_OF_FIVE, is_aside
from safety.training.examples import PUBLIC, Example, PublicSet, counterfactuals, targets_of
from safety.training.identities import FRAMES, IDENTITIES, with_identity

MARKER = "zebracorn"
SLICE = 120
MADE_UP = 400


def _example(text: str, level: Level = Level.NONE, **about: Any) -> Example:
    known = {"triggers": (), "weight": 1.0, "source": "test", **about}
    return Example(text=text, targets=targets_of(level), **known)


def _public(folder: Path, rows: int = 20) -> Path:
    """A data folder with every public set, each of the same rows, every word of them marked."""
    for described in PUBLIC:
        path = folder / described.path
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            {
                "id": str(number),
                "text": f"{path.stem} {number} {MARKER}",
                "crisis": (True, False, None)[number % 3],
                "severity": ("crisis", "none", None)[number % 3],
                "category": "threat_others" if number % 5 == 0 else None,
            }
            for number in range(rows)
        ]
        path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("level", "targets"),
    [
        (Level.NONE, (0, 0, 0)),
        (Level.LOW, (0, 0, 0)),
        (Level.CONCERN, (1, 0, 0)),
        (Level.WARNING, (1, 1, 0)),
        (Level.CRISIS, (1, 1, 1)),
    ],
)
def test_a_level_holds_those_below_it(level, targets):
    assert targets_of(level) == targets


@pytest.mark.parametrize(
    ("read", "row", "targets"),
    [
        (examples._by_severity, {"severity": "warning"}, (1, 1, 0)),
        (examples._by_severity, {"severity": None}, (None, None, None)),
        (examples._by_crisis, {"crisis": True}, (1, None, None)),
        (examples._by_crisis, {"crisis": False}, (0, 0, 0)),
        (examples._by_crisis, {"crisis": None}, (None, None, None)),
        (examples._harmless_only, {"crisis": False}, (0, 0, 0)),
        (examples._harmless_only, {"crisis": True}, (None, None, None)),
        (examples._threats, {"crisis": True, "category": "threat_others"}, (1, 1, None)),
        (examples._threats, {"crisis": False}, (0, 0, 0)),
        (examples._threats, {"crisis": None}, (None, None, None)),
    ],
)
def test_a_label_says_no_more_than_its_set_does(read, row, targets):
    assert read(row) == targets


def test_rows_kept_aside_are_never_learned_from(tmp_path):
    learned = examples.public_examples(_public(tmp_path))
    evaluated = [each for each in learned if each.source.startswith("dev/")]
    assert evaluated
    assert [each.text for each in evaluated if is_aside(each.text)] == []
    assert {each.source for each in learned} == {described.path for described in PUBLIC}


def test_about_two_rows_in_five_are_kept_aside():
    aside = sum(is_aside(f"row {number}") for number in range(2_000))
    assert aside / 2_000 == pytest.approx((5 - LEARNED_OF_FIVE) / 5, abs=0.04)


def test_of_a_large_set_the_first_rows_are_learned_from(tmp_path):
    _public(tmp_path)
    described = PublicSet("train/clinc150_everyday.jsonl", examples._harmless_only, 0.5, rows=9)
    found = list(examples._of_public(tmp_path, described))
    assert [each.text.split()[1] for each in found] == ["1", "4", "7"]
    assert {each.weight for each in found} == {0.5}


def test_families_held_out_are_never_learned_from(monkeypatch):
    messages = [
        CorpusMessage(
            str(number), f"text {number}", Level.WARNING, ("burden",), "en", f"f{number}", {}
        )
        for number in range(60)
    ]
    monkeypatch.setattr(examples, "read_messages", lambda: messages)
    learned = {each.text for each in examples.corpus_examples()}
    assert learned == {each.text for each in messages if not each.held_out}
    assert 0 < len(learned) < 60


def test_examples_of_rules_have_the_labels_of_their_rules():
    found = examples.rule_examples()
    fires = [each for each in found if each.triggers]
    silent = [each for each in found if not each.triggers]
    assert fires
    assert {each.targets for each in silent} == {(0.0, 0.0, 0.0)}
    assert {name for each in fires for name in each.triggers or ()} <= set(TRIGGERS)


def test_counterfactuals_keep_their_labels_and_only_gain_an_identity():
    plain = [_example(f"text {number}", Level.WARNING, weight=0.3) for number in range(80)]
    swapped = counterfactuals(plain)
    assert 10 < len(swapped) < 35
    for each in swapped:
        (origin,) = [one for one in plain if re.search(rf"{one.text}\b", each.text)]
        assert (each.targets, each.triggers, each.weight) == (
            origin.targets,
            origin.triggers,
            origin.weight,
        )
        assert any(identity in each.text for identity in IDENTITIES)


def test_every_identity_stands_in_every_frame_in_good_english():
    texts = {with_identity("Words.", number) for number in range(len(FRAMES) * len(IDENTITIES))}
    assert len(texts) == len(FRAMES) * len(IDENTITIES)
    assert "I am an atheist. Words." in texts
    assert "Words. I am a farmer, by the way." in texts


def test_a_set_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        examples.public_examples(tmp_path)


def test_words_give_their_number_whatever_they_are():
    assert number_of("\ud800") == number_of("\ud800")
    assert number_of("a") != number_of("b")


def _made_up(rows: int = MADE_UP) -> tuple[list[Example], np.ndarray]:
    """Texts of which the first number of the features tells all."""
    chooser = np.random.default_rng(5)
    features = chooser.normal(size=(rows, 12)).astype(np.float32)
    levels = (Level.NONE, Level.CONCERN, Level.WARNING, Level.CRISIS)
    known = [
        _example(
            f"text {number}",
            levels[int(np.clip(features[number, 0] + 1, 0, 3))],
            triggers=("goodbye",) if features[number, 1] > 0 else (),
        )
        for number in range(rows)
    ]
    unknown = [
        Example(f"other {number}", (None, None, None), None, 1.0, "test") for number in range(5)
    ]
    return known + unknown, np.vstack([features, np.zeros((5, 12), np.float32)])


def test_what_is_learned_ranks_what_was_shown_and_leaves_out_rare_signs(monkeypatch):
    monkeypatch.setattr(fitting, "FEWEST", 10)
    shown, features = _made_up()
    told: list[str] = []
    fitted = fitting.fit(shown, features, told.append)
    assert fitted.triggers == ("goodbye",)
    assert fitted.weights.shape == (4, 13)
    assert fitted.weights.dtype == np.float32
    assert told[0] == f"level 1 of 3: {MADE_UP} texts"
    logits = features[:MADE_UP] @ fitted.weights[0, :-1]
    risky = np.array([each.targets[0] == 1 for each in shown[:MADE_UP]])
    assert logits[risky].mean() > logits[~risky].mean()


def test_learned_numbers_are_rounded_above_the_noise():
    shown, features = _made_up()
    weights = fitting.fit(shown, features, lambda _: None).weights.astype(float)
    assert np.allclose(weights, np.round(weights, fitting.DIGITS), atol=1e-6)


def test_a_fold_without_a_text_is_passed_over():
    shown, features = _made_up()
    few = [each for each in shown if number_of(each.text) // 7 % fitting.FOLDS != 0]
    kept = np.array([number_of(each.text) // 7 % fitting.FOLDS != 0 for each in shown])
    assert np.isfinite(fitting.fit(few, features[kept], lambda _: None).weights).all()


def test_a_text_without_words_has_no_features():
    encoder = load_bundle().model._encoder
    features = release.read_all(encoder, [_example("..."), _example("words")])
    assert not features[0].any()
    assert features[1].any()


def _train(folder: Path, *arguments: str) -> str:
    out = io.StringIO()
    call_command("train_safety_model", "--out", str(folder), *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def _slice(monkeypatch):
    """A small corpus of all levels, and few texts for each sign."""
    every = examples.corpus_examples()
    small = every[:: max(1, len(every) // SLICE)]
    monkeypatch.setattr(release, "corpus_examples", lambda: small)
    monkeypatch.setattr(release, "rule_examples", list)
    monkeypatch.setattr(fitting, "FEWEST", 5)


@pytest.mark.slow
@pytest.mark.usefixtures("_slice")
def test_trained_twice_the_files_are_the_same_to_the_byte(tmp_path):
    printed = _train(tmp_path / "one", "--corpus-only")
    _train(tmp_path / "two", "--corpus-only")
    for name in (*FILES, RELEASE):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert f"{load_bundle(tmp_path / 'one').id} in one/" in printed


@pytest.mark.slow
@pytest.mark.usefixtures("_slice")
def test_no_word_of_a_public_row_is_in_any_file_that_is_written(tmp_path):
    _train(tmp_path / "out", "--data", str(_public(tmp_path / "data", rows=8)))
    for path in (tmp_path / "out").iterdir():
        assert MARKER.encode() not in path.read_bytes(), path.name
    assert b"threat_others" not in (tmp_path / "out" / RELEASE).read_bytes()


def test_without_the_public_sets_it_says_what_it_wants(tmp_path):
    with pytest.raises(CommandError, match=r"no public sets in .*: give --data, or --corpus-only"):
        _train(tmp_path / "out", "--data", str(tmp_path))
    assert not (tmp_path / "out").exists()


def test_without_the_training_libraries_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "safety.training.release", None)
    with pytest.raises(CommandError, match=r"wants requirements-dev\.txt"):
        _train(tmp_path, "--corpus-only")


def test_an_encoder_that_is_there_is_kept(tmp_path, monkeypatch):
    (tmp_path / ENCODER).write_bytes(b"its own")
    monkeypatch.setattr(release, "train", lambda *_: shutil.copy(MODELS / RELEASE, tmp_path))
    _train(tmp_path, "--corpus-only")
    assert (tmp_path / ENCODER).read_bytes() == b"its own"
    assert (tmp_path / VOCABULARY).exists()
    assert not (tmp_path / HEAD).exists()


def test_without_its_weights_the_encoder_cannot_be_made(tmp_path, monkeypatch):
    monkeypatch.setattr(train_safety_model, "WEIGHTS_PACKAGE", "no_such_weights")
    with pytest.raises(CommandError, match="install no-such-weights"):
        _train(tmp_path, "--corpus-only", "--encoder")
