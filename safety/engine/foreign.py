"""Texts in other languages: their rules where we have some, danger words where we do not, and the marker.

A text in a language that the release does not support is not called safe: it is marked `language_unsupported`, level
unknown, and a human looks, unless what is found in it gives it a level of its own.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import re2

from safety.engine.datafiles import read_words
from safety.engine.folding import fold
from safety.engine.invisible import readings
from safety.engine.language import language_of, languages_in
from safety.engine.matching import Aside, RuleDetector
from safety.engine.normalize import NormalizedText, normalize
from safety.engine.protocol import Arc, Finding
from safety.engine.rules import LANGUAGES, RuleBook
from safety.engine.spelling import ENGLISH
from safety.levels import Level

MARKER: Final = "language_unsupported"
_NAME: Final = "language"


@dataclass(frozen=True, slots=True)
class ForeignRules:
    """Applies the rules of every language of which a text has words.

    Args:
        book_of: gives the rules of a language; asked when a text first is in it.
        name: what the findings are signed with.
    """

    book_of: Callable[[str], RuleBook]
    name: str = "rules"

    def find(self, text: NormalizedText, arc: Arc) -> list[Finding]:
        """At most one finding for each rule and reading."""
        return [
            finding
            for reading, detector in self._readings(text)
            for finding in detector.find(reading, arc)
        ]

    def put_aside(self, text: NormalizedText) -> list[Aside]:
        """What the rules of those languages read as less than it sounds."""
        return [
            aside
            for reading, detector in self._readings(text)
            for aside in detector.put_aside(reading)
        ]

    def _readings(self, text: NormalizedText) -> Iterator[tuple[NormalizedText, RuleDetector]]:
        for language in languages_in(fold(text.original)[0]):
            if language in LANGUAGES:
                detector = RuleDetector(self.book_of(language), self.name)
                for reading in readings(text.original, language):
                    yield reading, detector


RuleReader = RuleDetector | ForeignRules
"""What applies rules, and knows what they read as less than it sounds."""


@dataclass(frozen=True, slots=True)
class LanguageDetector:
    """Marks texts that the release does not claim to read, and finds danger words in any of them.

    Args:
        supported: languages that the release claims to read.
        name: what the findings are signed with.
    """

    supported: frozenset[str]
    name: str = _NAME

    def find(self, text: NormalizedText, arc: Arc) -> list[Finding]:  # noqa: ARG002 - a text is judged by itself
        """The marker, and danger words with their place."""
        folded, origin_of = fold(text.original)
        found = _danger(folded, origin_of)
        if language_of(folded) not in self.supported:
            found.append(Finding(MARKER, Level.UNKNOWN, _NAME, "language.unsupported", None, 0.5))
        return found


def native_reading(text: NormalizedText, languages: Collection[str]) -> NormalizedText | None:
    """The plain form of a text in the language it is in; None where that is none of the languages."""
    language = language_of(fold(text.original)[0])
    if language not in languages:
        return None
    return text if language == text.language else normalize(text.original, language)


@lru_cache
def rule_detectors(
    book_of: Callable[[str], RuleBook], name: str = "rules"
) -> tuple[RuleDetector, ForeignRules]:
    """What applies the rules of English, and of the other languages that a text has words of.

    Args:
        book_of: gives the rules of a language.
        name: what the findings are signed with.
    """
    return RuleDetector(book_of(ENGLISH), name), ForeignRules(book_of, name)


def _danger(folded: str, origin_of: list[int] | None) -> list[Finding]:
    found = []
    data = folded.encode()
    for level, pattern in _danger_patterns():
        match = pattern.search(data)
        if match:
            start, end = (len(data[:place].decode()) for place in match.span())
            span = (start, end) if origin_of is None else (origin_of[start], origin_of[end - 1] + 1)
            found.append(Finding("suicidal_ideation", level, _NAME, f"language.{level}", span, 0.8))
    return found


@lru_cache(1)
def _danger_patterns() -> tuple[tuple[Level, Any], ...]:
    phrases: dict[str, list[str]] = read_words("languages.yaml")["danger"]
    return tuple((Level(level), _pattern(listed)) for level, listed in phrases.items())


def _pattern(phrases: list[str]) -> Any:  # noqa: ANN401 - re2 has no types
    return re2.compile("|".join(_edged(fold(phrase)[0]) for phrase in phrases).encode())


def _edged(phrase: str) -> str:
    """A Latin phrase begins with a word and, unless a star leaves it open, ends with one; others have no such edges."""
    pattern = re2.escape(phrase.rstrip("*")).replace(r"\ ", r"\s+")
    if not phrase[0].isascii():
        return str(pattern)
    return rf"\b{pattern}" if phrase.endswith("*") else rf"\b{pattern}\b"
