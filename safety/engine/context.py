"""What stands around a match and lowers it: negation, another person, the past, fiction, quotation, figures of speech.

Each is one small function over the sentence the match stands in, so that a moderator can be told why. Rules that are
firm never come here: nothing silences a stated intent or plan.

The words that do it are each language's own, in `rules/<language>/_context.yaml`.
"""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from safety.engine.datafiles import RULES, read_yaml
from safety.engine.normalize import NormalizedText
from safety.engine.rules import Rule
from safety.levels import Level

_SENTENCE_REACH: Final = 200
"""Bytes of a sentence that are looked at on each side of a match; it bounds the work for each match."""
_NEGATION_WORDS: Final = 6
_QUOTE_REACH: Final = 60

_OF_ANOTHER: Final = frozenset(
    {"suicidal_ideation", "suicide_intent", "suicide_plan", "attempt_in_progress"}
    | {"overdose", "self_harm", "self_harm_urge", "eating_disorder"}
)
"""What is a worry when someone else shows it; somebody else's hopelessness or farewell is not enough."""
_LOWER: Final = {
    Level.CRISIS: Level.CONCERN,
    Level.WARNING: Level.CONCERN,
    Level.CONCERN: Level.LOW,
}


@dataclass(frozen=True, slots=True)
class ContextWords:
    """What a language lowers a match with.

    Args:
        scope_ends: what ends the reach of a negator.
        negators: what negates the words behind it.
        no_negation: what looks like it and is none: `i can not stop`.
        never_so: what, behind a match, turns its negation round: `never … so much`.
        first: words for the writer.
        third: words for somebody else.
        past: long ago, or over.
        present: come back, or going on.
        fiction: a story, a song, a game.
        reported: what introduces somebody else's words.
        supposed: what introduces a supposition.
        settled: what shows, beside the past or fiction, that it is healed or made up; None where a language lists none.
    """

    scope_ends: re.Pattern[str]
    negators: re.Pattern[str]
    no_negation: re.Pattern[str]
    never_so: re.Pattern[str]
    first: frozenset[str]
    third: frozenset[str]
    past: re.Pattern[str]
    present: re.Pattern[str]
    fiction: re.Pattern[str]
    reported: re.Pattern[str]
    supposed: re.Pattern[str]
    settled: re.Pattern[str] | None = None


@lru_cache
def context_words(language: str) -> ContextWords:
    """The words of a language, read once."""
    listed = read_yaml(RULES / language / "_context.yaml")
    return ContextWords(
        first=frozenset(_flat(listed.pop("first"))),
        third=frozenset(_flat(listed.pop("third"))),
        **{name: re.compile("|".join(patterns)) for name, patterns in listed.items()},
    )


def _flat(listed: list[str | list[str]]) -> list[str]:
    """Words, and lists of words, in one list."""
    return [word for each in listed for word in ([each] if isinstance(each, str) else each)]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a match means where it stands.

    Args:
        trigger: the rule's, or `third_party_risk` where it speaks of somebody else.
        level: the rule's, or lower.
    """

    trigger: str
    level: Level


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A match and the rest of its sentence.

    Args:
        before: the sentence up to the match.
        match: the match.
        after: the sentence behind it.
        lead: what stands before the quotation that holds the match; None outside quotations.
        in_idiom: whether the match touches a figure of speech.
    """

    before: str
    match: str
    after: str
    lead: str | None
    in_idiom: bool

    @property
    def sentence(self) -> str:
        """The sentence as far as it is looked at."""
        return self.before + self.match + self.after


def surroundings(
    text: NormalizedText, start: int, end: int, idioms: list[tuple[int, int]]
) -> Surroundings:
    """Cut out what stands around the bytes `start` to `end`."""
    data = text.data
    since = max(0, start - _SENTENCE_REACH)
    before = data[max(since, data.rfind(b".", since, start) + 1) : start]
    until = min(len(data), end + _SENTENCE_REACH)
    stop = data.find(b".", max(start, end - 1), until)
    after = data[end : until if stop < 0 else max(end, stop)]
    return Surroundings(
        before=before.decode(errors="ignore").lstrip(),
        match=data[start:end].decode(errors="ignore"),
        after=after.decode(errors="ignore"),
        lead=_quote_lead(text, start),
        in_idiom=any(first < end and start < last for first, last in idioms),
    )


def _quote_lead(text: NormalizedText, start: int) -> str | None:
    index = bisect_right(text.quotes, (start, len(text.data))) - 1
    if index < 0 or start >= text.quotes[index][1]:
        return None
    first = text.quotes[index][0]
    return text.data[max(0, first - _QUOTE_REACH) : first].decode(errors="ignore")


def read_in_context(rule: Rule, around: Surroundings) -> Reading | None:
    """What the match of a rule means; None where it means nothing."""
    words = context_words(rule.language)
    if "idiom" in rule.contexts and around.in_idiom:
        return None
    if "negation" in rule.contexts and is_negated(around, words):
        return None
    reading = Reading(rule.trigger, rule.level)
    if "person" in rule.contexts and of_another(around, words):
        return _of_another(rule)
    for context, applies in _LOWERING:
        if context in rule.contexts and applies(around, words):
            return Reading(reading.trigger, _lowered(reading.level, around, words))
    if (
        "hypothetical" in rule.contexts
        and rule.level is Level.CRISIS
        and is_supposed(around, words)
    ):
        return Reading(reading.trigger, Level.WARNING)
    return reading


def _lowered(level: Level, around: Surroundings, words: ContextWords) -> Level:
    """One to two levels; down to ordinary distress where the sentence says that it is healed or made up."""
    if words.settled is not None and words.settled.search(around.sentence):
        return min(level, Level.LOW, key=lambda held: held.rank)
    return _LOWER.get(level, level)


def _of_another(rule: Rule) -> Reading | None:
    if rule.level.rank < Level.CONCERN.rank or rule.trigger not in _OF_ANOTHER:
        return None
    return Reading("third_party_risk", Level.CONCERN)


def is_negated(around: Surroundings, words: ContextWords) -> bool:
    """`i would never …`, `i am not going to …`; but not `i can not stop …` or `i never … so much`."""
    near = " ".join(around.before.split()[-_NEGATION_WORDS:])
    near = near[max((end.end() for end in words.scope_ends.finditer(near)), default=0) :]
    if not words.negators.search(near) or words.no_negation.search(near):
        return False
    return not words.never_so.search(around.after)


def of_another(around: Surroundings, words: ContextWords) -> bool:
    """Whether the nearest subject before the match is someone else, and the match itself names no `i`."""
    if words.first.intersection(around.match.replace(",", "").split()):
        return False
    for word in reversed(around.before.replace(",", "").split()):
        if word in words.first:
            return False
        if word in words.third:
            return True
    return False


def is_past(around: Surroundings, words: ContextWords) -> bool:
    """Long ago or over, and not come back."""
    sentence = around.sentence
    return bool(words.past.search(sentence)) and not words.present.search(sentence)


def is_fiction(around: Surroundings, words: ContextWords) -> bool:
    """A story, a song, a game."""
    return bool(words.fiction.search(around.sentence))


def is_quoted(around: Surroundings, words: ContextWords) -> bool:
    """In quotation marks, and introduced as somebody else's words."""
    return around.lead is not None and bool(words.reported.search(around.lead))


def is_supposed(around: Surroundings, words: ContextWords) -> bool:
    """A supposition rather than a statement."""
    return bool(words.supposed.search(around.before))


_LOWERING: Final[tuple[tuple[str, Callable[[Surroundings, ContextWords], bool]], ...]] = (
    ("past", is_past),
    ("fiction", is_fiction),
    ("quotation", is_quoted),
)
