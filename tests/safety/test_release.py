"""How a release is made of what was learned: calibration, the files, and the command that writes them."""

import io
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from safety.engine.bundle import FILES, MODELS, RELEASE, VOCABULARY, digest_of, load_bundle
from safety.engine.encoder import WIDTH, WINDOW_PIECES
from safety.engine.wordpiece import Vocabulary
from safety.levels import Level
from safety.management.commands import train_safety_model
from safety.training import examples, fitting, release, tuning
from safety.training.examples import (
    Example,
)
from tests.safety.drawn_weights import drawn, write_safetensors
from tests.safety.made_up_data import MARKER, make_example, make_public_sets

SLICE = 40


def _judged(rows: int = 400) -> tuple[list[Example], np.ndarray]:
    """Texts of which the first output tells the level, boastfully."""
    outputs = np.random.default_rng(5).normal(size=(rows, 23))
    chance = np.random.default_rng(6).random(rows)
    risky = chance < 1 / (1 + np.exp(-2 * outputs[:, 0] + 1))
    known = [
        make_example(f"text {number}", Level.CRISIS if each else Level.NONE)
        for number, each in enumerate(risky)
    ]
    unknown = Example("other", (None, None, None), None, 1.0, "test")
    return [*known, unknown], np.vstack([outputs, np.zeros(23)])


def test_what_is_calibrated_says_how_often_it_is_right():
    shown, outputs = _judged(4_000)
    head = np.zeros((23, 4), np.float32)
    head[:, 0], head[:, -1] = 3, 1
    made = fitting.calibrated(head, shown, outputs)
    assert made[0] == pytest.approx([6, 0, 0, 2 - 1], abs=0.6)
    assert (made[3:] == head[3:]).all()
    assert made.dtype == np.float32
    assert np.allclose(made, np.round(made.astype(float), fitting.DIGITS), atol=1e-6)


def test_a_text_without_words_has_no_output():
    encoder = load_bundle().model._encoder
    head = np.ones((23, WIDTH + 1), np.float32)
    outputs = release.outputs_of(encoder, head, [make_example("..."), make_example("words")])
    assert not outputs[0].any()
    assert outputs[1].any()


def test_a_text_is_learned_from_as_the_engine_reads_it():
    vocabulary = Vocabulary.read(MODELS / VOCABULARY)
    pieces = release.pieces_of("I c4n't go on " * 60, vocabulary)
    assert pieces[:5] == (vocabulary.beginning, *_numbers(vocabulary, "i", "can", "not", "go"))
    assert pieces[-1] == vocabulary.end
    assert len(pieces) == WINDOW_PIECES + 2


def _numbers(vocabulary: Vocabulary, *words: str) -> list[int]:
    return [number for word in words for number in vocabulary.numbers_of(word)]


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of weights drawn by chance stands in for the published one."""
    package = tmp_path / "drawn_weights_package"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    path = package / "model" / release.WEIGHTS
    write_safetensors(path, drawn())
    letters = [chr(each) for each in range(ord("a"), ord("z") + 1)]
    pieces = ["[UNK]", "[CLS]", "[SEP]", *letters[:18], *(f"##{letter}" for letter in letters[:19])]
    (package / "model" / release.PIECES).write_text("\n".join(pieces), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(train_safety_model, "WEIGHTS_PACKAGE", package.name)
    monkeypatch.setattr(train_safety_model, "WEIGHTS_DIGEST", digest_of(path))
    return path


def _train(folder: Path, *arguments: str) -> str:
    out = io.StringIO()
    call_command("train_safety_model", "--out", str(folder), *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def _slice(monkeypatch):
    """A small corpus of all levels."""
    every = examples.corpus_examples()
    small = every[:: max(1, len(every) // SLICE)]
    assert {each.for_calibration for each in small} == {True, False}
    monkeypatch.setattr(release, "corpus_examples", lambda: small)
    monkeypatch.setattr(release, "session_examples", list)
    monkeypatch.setattr(tuning, "LENGTHS", (32,))


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("_slice", "published")
def test_trained_twice_the_files_are_the_same_to_the_byte(tmp_path):
    printed = _train(tmp_path / "one", "--corpus-only", "--epochs", "1")
    _train(tmp_path / "two", "--corpus-only", "--epochs", "1")
    for name in (*FILES, RELEASE):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert f"{load_bundle(tmp_path / 'one').id} in one/" in printed


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("_slice", "published")
def test_no_word_of_a_public_row_is_in_any_file_that_is_written(tmp_path):
    data = str(make_public_sets(tmp_path / "data", rows=8))
    _train(tmp_path / "out", "--data", data, "--epochs", "1")
    for path in (tmp_path / "out").iterdir():
        assert MARKER.encode() not in path.read_bytes(), path.name
    assert b"threat_others" not in (tmp_path / "out" / RELEASE).read_bytes()


def test_without_the_public_sets_it_says_what_it_wants(tmp_path):
    with pytest.raises(CommandError, match=r"no public sets in .*: give --data, or --corpus-only"):
        _train(tmp_path / "out", "--data", str(tmp_path))
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("published")
def test_without_the_training_libraries_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "safety.training.release", None)
    with pytest.raises(CommandError, match=r"wants requirements-dev\.txt"):
        _train(tmp_path, "--corpus-only")


def test_without_the_published_weights_it_says_where_they_are(tmp_path, monkeypatch):
    monkeypatch.setattr(train_safety_model, "WEIGHTS_PACKAGE", "no_such_weights")
    with pytest.raises(CommandError, match="run `make model`"):
        _train(tmp_path, "--corpus-only")


def test_other_weights_than_the_published_ones_are_refused(tmp_path, published):
    published.write_bytes(b"others")
    with pytest.raises(CommandError, match="not the published ones"):
        _train(tmp_path, "--corpus-only")
