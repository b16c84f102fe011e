"""The rules of each language besides English: what chat says is found, everyday talk is left alone, quickly."""

import time
from types import ModuleType

import pytest

from safety.engine.assess import Engine
from safety.engine.foreign import LanguageDetector, rule_detectors
from safety.engine.rules import LANGUAGES, person_rules
from safety.engine.spelling import ENGLISH
from safety.levels import TRIGGERS, Level
from tests.safety.chat_samples import de, es, fr, pt

SAMPLES: dict[str, ModuleType] = {"de": de, "es": es, "fr": fr, "pt": pt}
READERS = {
    language: Engine((*rule_detectors(person_rules), LanguageDetector(frozenset({"en", language}))))
    for language in SAMPLES
}
"""The rules alone, as if a release supported the language."""
FLAGGED = [
    (language, text, least)
    for language, sample in SAMPLES.items()
    for text, least in (*sample.FLAGGED, *sample.DISGUISED)
]
HARMLESS = [(language, text) for language, sample in SAMPLES.items() for text in sample.HARMLESS]
SPEED_CHARACTERS = 100
SLOWEST_SECONDS = 0.02
"""Twenty times what a quiet machine needs for a hundred characters."""


def test_every_language_with_rules_has_samples():
    assert set(SAMPLES) == set(LANGUAGES) - {ENGLISH}


@pytest.mark.parametrize(("language", "text", "least"), FLAGGED)
def test_what_chat_says_plainly_or_in_disguise_is_found(language, text, least):
    level = READERS[language].assess(text).level
    assert level is not Level.UNKNOWN
    assert level.rank >= least.rank


@pytest.mark.parametrize(("language", "text"), HARMLESS)
def test_everyday_talk_stays_below_concern(language, text):
    assert READERS[language].assess(text).level.rank < Level.CONCERN.rank


@pytest.mark.parametrize("language", SAMPLES)
def test_every_trigger_has_a_rule(language):
    assert {rule.trigger for rule in person_rules(language).rules} == set(TRIGGERS)


@pytest.mark.parametrize("language", SAMPLES)
def test_a_text_takes_little_time(language):
    text = ", ".join(SAMPLES[language].HARMLESS)[:SPEED_CHARACTERS]
    READERS[language].assess(text)
    assert min(_seconds(language, text) for _ in range(5)) < SLOWEST_SECONDS


def _seconds(language: str, text: str) -> float:
    begun = time.perf_counter()
    READERS[language].assess(text)
    return time.perf_counter() - begun
