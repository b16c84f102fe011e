"""Whatever a person types, the time grows with its length and no faster."""

import time

import pytest

from safety.engine.assess import assess, engine_of
from tests.safety.attacks.disguises import DISGUISES, Disguise
from tests.safety.attacks.signs import CRISES, HARMLESS

LONGEST_MS = 150
CI_FACTOR = 8
"""Tests run on busy machines beside other work; bench/assess.py measures alone."""
TIMES = 4
GROWTH = 8
"""Four times the length takes four times the time, and sixteen where something is quadratic; the rest is noise."""
TEXT = " ".join((*CRISES, *HARMLESS, "")) * 12
PATTERNS = {
    "one_letter": "a",
    "one_digit": "1",
    "letters_apart": "a ",
    "dotted_letters": "a.b.",
    "letters_and_digits": "k1",
    "glued": "killmyselfandmylife",
    "almost_glued": "iwanttodiez",
    "stars": "k*",
    "escapes": "=20%20",
    "broken_escapes": "&#x\\u",
    "tags": "<b>",
    "broken_tags": "<b ",
    "overrides": "\u202e",
    "override_and_end": "\u202ea\u202c",
    "lines": "i\n",
    "blank_lines": "\n",
    "seams": "all\u200bmen\u200b",
    "nulls": "\0",
    "surrogates": "\ud800",
    "quotes": '"a":',
    "marks": "a\u0301\u0316",
    "cyrillic": "\u0430\u0435",
}


def _milliseconds(judge, text: str) -> float:
    best = float("inf")
    for _ in range(3):
        began = time.thread_time()
        judge(text)
        best = min(best, (time.thread_time() - began) * 1000)
    return best


@pytest.fixture(scope="module")
def rules():
    """The rules alone: what the model takes is bounded by its windows and would hide a growth."""
    return engine_of(without={"model"}).assess


@pytest.mark.slow
@pytest.mark.parametrize("piece", PATTERNS.values(), ids=PATTERNS.keys())
def test_a_repeated_pattern_takes_time_in_line_with_its_length(rules, piece):
    text = (piece * 16_000)[:16_000]
    assert _milliseconds(assess, text[:8_000]) < LONGEST_MS * CI_FACTOR
    assert _milliseconds(rules, text) < GROWTH * _milliseconds(rules, text[: 16_000 // TIMES]) + 1


@pytest.mark.slow
@pytest.mark.parametrize("disguise", DISGUISES, ids=lambda disguise: disguise.name)
def test_a_disguise_takes_time_in_line_with_its_length(rules, disguise: Disguise):
    text = disguise.write(TEXT)
    part = min(4_000, len(text) // TIMES)
    whole = text[: TIMES * part]
    assert _milliseconds(rules, whole) < GROWTH * _milliseconds(rules, text[:part]) + 1
    assert _milliseconds(assess, text[:8_000]) < LONGEST_MS * CI_FACTOR
