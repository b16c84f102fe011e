"""How the model is made: from what, with which labels, the same each time, and nobody's words are written."""

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from safety.corpus.labels import Label
from safety.corpus.reading import CorpusMessage, number_of, read_messages, read_sessions
from safety.engine.bundle import FILES, MODELS, RELEASE, VOCABULARY, digest_of, load_bundle
from safety.engine.encoder import WIDTH, WINDOW_PIECES
from safety.engine.wordpiece import Vocabulary
from safety.levels import TRIGGERS, Level
from safety.management.commands import train_safety_model
from safety.training import examples, fitting, release
from safety.training.aside import LEARNED_OF_FIVE, is_aside
from safety.training.examples import (
    NO_SIGNS,
    NOTHING,
    PUBLIC,
    Example,
    PublicSet,
    counterfactuals,
    signs_of,
    targets_of,
)
from safety.training.identities import FRAMES, IDENTITIES, with_identity
from tests.safety.drawn_weights import drawn, write_safetensors

MARKER = "zebracorn"
SLICE = 120


def _example(text: str, level: Level = Level.NONE, **about: Any) -> Example:
    known = {"signs": NO_SIGNS, "weight": 1.0, "source": "test", **about}
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


def test_where_two_labellers_differ_the_truth_lies_between():
    assert targets_of(Level.CONCERN, Level.CRISIS) == (1.0, 0.5, 0.5)
    signs = dict(zip(TRIGGERS, signs_of(("goodbye", "grief"), ("grief",)), strict=True))
    assert {name: far for name, far in signs.items() if far} == {"goodbye": 0.5, "grief": 1.0}


def test_the_second_label_of_a_message_is_learned_from_too(monkeypatch):
    message = CorpusMessage("a", "words", Level.CRISIS, ("goodbye",), "en", "f-1", {})
    monkeypatch.setattr(examples, "read_messages", lambda: [message])
    monkeypatch.setattr(examples, "read_second", lambda: {"a": Label(Level.WARNING, ("grief",))})
    (learned,) = examples.corpus_examples()
    assert learned.targets == (1.0, 1.0, 0.5)
    assert learned.signs == signs_of(("goodbye",), ("grief",))


def test_one_text_in_eight_is_left_for_calibration_and_whole_families_are():
    left = sum(examples.is_for_calibration(f"row {number}") for number in range(2_000))
    assert left / 2_000 == pytest.approx(1 / examples.CALIBRATED_OF, abs=0.03)
    families: dict[str, set[bool]] = {}
    for each, message in zip(
        examples.corpus_examples(),
        (message for message in read_messages() if not message.held_out),
        strict=True,
    ):
        families.setdefault(message.family, set()).add(each.for_calibration)
    assert all(len(kinds) == 1 for kinds in families.values())


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
    assert {each.signs for each in found} == {NO_SIGNS}


def test_signs_that_a_set_does_not_name_are_not_known_where_there_is_risk(tmp_path):
    learned = examples.public_examples(_public(tmp_path))
    assert {each.signs for each in learned if each.targets != NOTHING} == {None}


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


def test_turns_of_sessions_are_learned_from_unless_the_session_is_held_out():
    learned = {each.text for each in examples.session_examples()}
    sessions = read_sessions()
    held_out = {turn.text for each in sessions if each.held_out for turn in each.turns}
    others = {turn.text for each in sessions if not each.held_out for turn in each.turns}
    assert learned == others
    assert len(held_out) > 300
    assert len(learned & held_out) < 20


def test_counterfactuals_keep_their_labels_and_only_gain_an_identity():
    plain = [_example(f"text {number}", Level.WARNING, weight=0.3) for number in range(80)]
    swapped = counterfactuals(plain)
    assert 10 < len(swapped) < 35
    for each in swapped:
        (origin,) = [one for one in plain if re.search(rf"{one.text}\b", each.text)]
        assert (each.targets, each.signs, each.weight) == (
            origin.targets,
            origin.signs,
            origin.weight,
        )
        assert each.share == origin.share / 2
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


def _judged(rows: int = 400) -> tuple[list[Example], np.ndarray]:
    """Texts of which the first output tells the level, boastfully."""
    outputs = np.random.default_rng(5).normal(size=(rows, 23))
    chance = np.random.default_rng(6).random(rows)
    risky = chance < 1 / (1 + np.exp(-2 * outputs[:, 0] + 1))
    known = [
        _example(f"text {number}", Level.CRISIS if each else Level.NONE)
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
    outputs = release.outputs_of(encoder, head, [_example("..."), _example("words")])
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


@pytest.mark.slow
@pytest.mark.usefixtures("_slice", "published")
def test_trained_twice_the_files_are_the_same_to_the_byte(tmp_path):
    printed = _train(tmp_path / "one", "--corpus-only", "--epochs", "1")
    _train(tmp_path / "two", "--corpus-only", "--epochs", "1")
    for name in (*FILES, RELEASE):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert f"{load_bundle(tmp_path / 'one').id} in one/" in printed


@pytest.mark.slow
@pytest.mark.usefixtures("_slice", "published")
def test_no_word_of_a_public_row_is_in_any_file_that_is_written(tmp_path):
    data = str(_public(tmp_path / "data", rows=8))
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
