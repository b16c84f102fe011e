"""The mood of a message in one word, for the trend a session shows. A small stated method, no judgement of risk.

Method: the text is cut into words. A word of a mood's list counts 1, a sequence of words 2. After a contrast ("but")
everything counts double, because people end on what holds now. A negation among the three words before, on the same
side of a contrast, turns a good mood into its opposite and makes any other mood count for nothing. The mood with the
highest sum wins, the earlier one in the file when two are equal; without any it is `neutral`.

Source: the lists are in `content/moods.yaml`, which says where they come from.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from chat.words import longest_at, words_of

CONTENT = Path(__file__).parent / "content" / "moods.yaml"
NEUTRAL = "neutral"
MOODS_KEPT = 20
NEGATION_REACH_WORDS = 3
WORD_WEIGHT = 1
SEQUENCE_WEIGHT = 2
CONTRAST_FACTOR = 2


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The lists, as they are looked up.

    Args:
        moods: names in order of precedence.
        entries: from a word or sequence to the moods whose lists hold it.
        opposites: from a good mood to what it becomes when negated.
        negations: words that negate.
        contrasts: words after which the rest weighs more.
    """

    moods: tuple[str, ...]
    entries: dict[tuple[str, ...], tuple[str, ...]]
    opposites: dict[str, str]
    negations: frozenset[str]
    contrasts: frozenset[str]


def mood_of(text: str) -> str:
    """The mood of a text: a name from the file, or `neutral`."""
    lexicon = load_lexicon()
    words = words_of(text)
    sums: Counter[str] = Counter()
    for mood, weight in _hits(words, lexicon):
        sums[mood] += weight
    return max(lexicon.moods, key=lambda mood: sums[mood]) if sums else NEUTRAL


def add_mood(trends: Sequence[str], mood: str) -> list[str]:
    """The trend with a mood added, the last 20 kept."""
    return [*trends, mood][-MOODS_KEPT:]


def mood_names() -> tuple[str, ...]:
    """Every word that `mood_of` may give."""
    return (*load_lexicon().moods, NEUTRAL)


def _hits(words: tuple[str, ...], lexicon: Lexicon) -> Iterator[tuple[str, int]]:
    factor, since, position = 1, 0, 0
    while position < len(words):
        if words[position] in lexicon.contrasts:
            factor, since = CONTRAST_FACTOR, position
        found = longest_at(words, position, lexicon.entries)
        for mood in lexicon.entries.get(found, ()):
            meant = _meant(
                mood, words[max(since, position - NEGATION_REACH_WORDS) : position], lexicon
            )
            if meant:
                yield meant, factor * (SEQUENCE_WEIGHT if len(found) > 1 else WORD_WEIGHT)
        position += max(1, len(found))


def _meant(mood: str, before: tuple[str, ...], lexicon: Lexicon) -> str | None:
    if not lexicon.negations.intersection(before):
        return mood
    return lexicon.opposites.get(mood)


@cache
def load_lexicon() -> Lexicon:
    """Read the lists, once."""
    document = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    moods: list[dict[str, Any]] = document["moods"]
    entries: dict[tuple[str, ...], tuple[str, ...]] = {}
    for mood in moods:
        for entry in mood["words"]:
            key = words_of(entry)
            entries[key] = (*entries.get(key, ()), mood["name"])
    return Lexicon(
        moods=tuple(mood["name"] for mood in moods),
        entries=entries,
        opposites={mood["name"]: mood["opposite"] for mood in moods if mood.get("positive")},
        negations=frozenset(document["negations"]),
        contrasts=frozenset(document["contrasts"]),
    )
