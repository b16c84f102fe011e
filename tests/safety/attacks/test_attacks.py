"""A crisis in disguise stays a crisis, and a harmless sentence in the same disguise pages nobody."""

import pytest

from safety.engine.assess import Engine, assess, engine_of
from safety.levels import Level
from tests.safety.attacks.disguises import DISGUISES, Disguise
from tests.safety.attacks.signs import CRISES, HARMLESS

LONG = [each for each in DISGUISES if len(each.write("a b")) > 2_000]
READ_AS_ONE_STORY = (
    "around_quoted_printable",
    "the doctor changed my pills and i sleep better now",
)
"""A known false page: with a mail's header before it the model takes the sentence for an overdose."""
SHORT = [each for each in DISGUISES if each not in LONG]


@pytest.fixture(scope="module")
def rules() -> Engine:
    """What the rules alone say: the model can only raise it."""
    return engine_of(without={"model"})


@pytest.mark.parametrize("sentence", CRISES)
def test_a_plain_crisis_is_one_by_the_rules_alone(rules, sentence):
    assert rules.assess(sentence).level is Level.CRISIS


@pytest.mark.parametrize("sentence", HARMLESS)
def test_a_plain_harmless_sentence_asks_for_nobody(sentence):
    assert not assess(sentence).level.needs_human


@pytest.mark.parametrize("sentence", CRISES)
@pytest.mark.parametrize("disguise", DISGUISES, ids=lambda disguise: disguise.name)
def test_a_crisis_in_disguise_is_found(rules, disguise: Disguise, sentence):
    assert rules.assess(disguise.write(sentence)).level.rank >= disguise.floor.rank


@pytest.mark.parametrize("sentence", HARMLESS)
@pytest.mark.parametrize("disguise", SHORT, ids=lambda disguise: disguise.name)
def test_a_harmless_sentence_in_disguise_pages_nobody(request, disguise: Disguise, sentence):
    if (disguise.name, sentence) == READ_AS_ONE_STORY:
        request.applymarker(pytest.mark.xfail(strict=True, reason="the model reads the junk, too"))
    assert assess(disguise.write(sentence)).level is not Level.CRISIS


@pytest.mark.slow
@pytest.mark.parametrize("sentence", HARMLESS)
@pytest.mark.parametrize("disguise", LONG, ids=lambda disguise: disguise.name)
def test_a_harmless_sentence_in_a_long_disguise_pages_nobody(disguise: Disguise, sentence):
    assert assess(disguise.write(sentence)).level is not Level.CRISIS


@pytest.mark.parametrize("disguise", DISGUISES, ids=lambda disguise: disguise.name)
def test_a_disguise_changes_the_sentence(disguise: Disguise):
    assert any(disguise.write(sentence) != sentence for sentence in CRISES)
