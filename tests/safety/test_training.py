"""How the model is made: from what, with which labels, the same each time, and nobody's words are written."""

import re

import pytest

from safety.corpus.labels import Label
from safety.corpus.reading import CorpusMessage, number_of, read_messages, read_sessions
from safety.levels import TRIGGERS, Level
from safety.training import examples
from safety.training.aside import LEARNED_OF_FIVE, is_aside
from safety.training.examples import (
    NO_SIGNS,
    NOTHING,
    PUBLIC,
    PublicSet,
    counterfactuals,
    signs_of,
    targets_of,
)
from safety.training.identities import FRAMES, IDENTITIES, with_identity
from tests.safety.made_up_data import make_example, make_public_sets


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
    learned = examples.public_examples(make_public_sets(tmp_path))
    evaluated = [each for each in learned if each.source.startswith("dev/")]
    assert evaluated
    assert [each.text for each in evaluated if is_aside(each.text)] == []
    assert {each.source for each in learned} == {described.path for described in PUBLIC}


def test_about_two_rows_in_five_are_kept_aside():
    aside = sum(is_aside(f"row {number}") for number in range(2_000))
    assert aside / 2_000 == pytest.approx((5 - LEARNED_OF_FIVE) / 5, abs=0.04)


def test_of_a_large_set_the_first_rows_are_learned_from(tmp_path):
    make_public_sets(tmp_path)
    described = PublicSet("train/clinc150_everyday.jsonl", examples._harmless_only, 0.5, rows=9)
    found = list(examples._of_public(tmp_path, described))
    assert [each.text.split()[1] for each in found] == ["1", "4", "7"]
    assert {each.weight for each in found} == {0.5}
    assert {each.signs for each in found} == {NO_SIGNS}


def test_signs_that_a_set_does_not_name_are_not_known_where_there_is_risk(tmp_path):
    learned = examples.public_examples(make_public_sets(tmp_path))
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
    plain = [make_example(f"text {number}", Level.WARNING, weight=0.3) for number in range(80)]
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
