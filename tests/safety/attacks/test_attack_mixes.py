"""Disguises on top of each other, and every string there is."""

import random
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.engine.assess import Engine, assess, engine_of
from safety.levels import Level
from tests.safety.attacks.disguises import DISGUISES, STAGES, Disguise
from tests.safety.attacks.signs import CRISES, HARMLESS

MOST_AT_ONCE = 3
SEED, DRAWN = 4, 1_000
LEAST_FLAGGED = 0.985
LEAST_CRISIS = 0.96
"""Measured on 12 000: 99.2 % at least a warning, 97.5 % a crisis. Lost are stars that stand both for letters and for
spaces, and words with a letter missing whose edges are hidden too: a person has to guess them as well."""
MIXED = [each for each in DISGUISES if len(each.write("a b")) < 2_000]
ALPHABETS = [each for each in MIXED if each.stage == "alphabet" and not each.lossy]
PLAIN = [
    each
    for each in MIXED
    if each.stage in {"letters", "words", "around"} and not each.lossy and each.name != "lines_of_4"
]
ANY_STRING = st.text(st.characters(), max_size=300)
"""Every code point, lone surrogates and nulls included."""


@lru_cache(1)
def _rules() -> Engine:
    """What the rules alone say: the model can only raise it."""
    return engine_of(without={"model"})


def _fit(mixed: list[Disguise]) -> bool:
    """At most one of each stage, at most one that loses something, and no line breaks where text runs backwards."""
    stages = [each.stage for each in mixed]
    names = " ".join(each.name for each in mixed)
    backwards = "backwards" in names and ("line" in names or "return" in names)
    few = sum(each.lossy for each in mixed) <= 1
    return len(set(stages)) == len(stages) and few and not backwards


MIXTURES = st.lists(
    st.sampled_from(MIXED), min_size=2, max_size=MOST_AT_ONCE, unique_by=lambda each: each.stage
).filter(_fit)


def _written(sentence: str, mixed: list[Disguise]) -> str:
    for disguise in sorted(mixed, key=lambda each: STAGES.index(each.stage)):
        sentence = disguise.write(sentence)
    return sentence


@pytest.mark.slow
@given(st.sampled_from(CRISES), st.sampled_from(ALPHABETS), st.sampled_from(PLAIN))
@settings(max_examples=400, deadline=None, derandomize=True)
def test_a_crisis_in_letters_of_another_alphabet_and_a_second_disguise_is_at_least_a_warning(
    sentence, alphabet, other
):
    written = _written(sentence, [alphabet, other])
    assert _rules().assess(written).level.rank >= Level.WARNING.rank


@pytest.mark.slow
def test_of_a_thousand_crises_in_several_disguises_hardly_one_in_a_hundred_is_lost():
    chance = random.Random(SEED)
    levels = [_rules().assess(_drawn(chance)).level for _ in range(DRAWN)]
    flagged = sum(level.rank >= Level.WARNING.rank for level in levels)
    assert flagged >= LEAST_FLAGGED * DRAWN
    assert levels.count(Level.CRISIS) >= LEAST_CRISIS * DRAWN


def _drawn(chance: random.Random) -> str:
    mixed: list[Disguise] = []
    while not mixed or not _fit(mixed):
        mixed = chance.sample(MIXED, chance.choice((2, MOST_AT_ONCE)))
    return _written(chance.choice(CRISES), mixed)


@pytest.mark.slow
@given(st.sampled_from(HARMLESS), MIXTURES)
@settings(max_examples=200, deadline=None)
def test_a_harmless_sentence_in_several_disguises_pages_nobody(sentence, mixed):
    assert assess(_written(sentence, mixed)).level is not Level.CRISIS


@given(ANY_STRING)
@settings(max_examples=300, deadline=None)
def test_no_string_raises_and_every_finding_lies_in_it(text):
    for finding in assess(text).findings:
        start, end = finding.span or (0, 0)
        assert 0 <= start <= end <= len(text)


@given(ANY_STRING, st.sampled_from(CRISES), ANY_STRING)
@settings(max_examples=200, deadline=None)
def test_whatever_stands_around_it_in_lines_of_their_own_nothing_raises(before, sentence, after):
    assert assess(f"{before}\n\n{sentence}.\n\n{after}").level in set(Level)
