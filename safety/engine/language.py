"""Which texts are not English, and danger words of other languages in them.

We read English. A text in another language is not called safe: it is marked `language_unsupported`, level unknown, and
a human looks, unless a danger word of a language we know some words of gives it a level of its own.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import re2

from safety.engine.datafiles import read_words
from safety.engine.folding import fold
from safety.engine.normalize import NormalizedText
from safety.engine.protocol import Arc, Finding
from safety.engine.spelling import ENGLISH, knows
from safety.levels import Level

MARKER: Final = "language_unsupported"
_WORD: Final = re.compile(r"[^\W\d_]+")
_LAST_LATIN: Final = "\u024f"
_FEWEST_FOREIGN_LETTERS: Final = 3
_FEWEST_WORDS: Final = 5
"""Shorter Latin texts are names, greetings or slang as often as another language; then two foreign words must speak."""
_ENGLISH_SHARE: Final = 0.3
_NAME: Final = "language"


@dataclass(frozen=True, slots=True)
class LanguageDetector:
    """Marks texts that are not English."""

    name: str = _NAME

    def find(self, text: NormalizedText, arc: Arc) -> list[Finding]:  # noqa: ARG002 - a text is judged by itself
        """The marker, and danger words with their place."""
        folded, origin_of = fold(text.original)
        found = _danger(folded, origin_of)
        if is_foreign(folded):
            found.append(Finding(MARKER, Level.UNKNOWN, _NAME, "language.unsupported", None, 0.5))
        return found


def is_foreign(folded: str) -> bool:
    """Whether a folded text is long enough to tell, and not English."""
    words = _WORD.findall(_borrowed_phrases().sub(" ", folded))
    latin = [word for word in words if word[0] <= _LAST_LATIN]
    other_letters = sum(len(word) for word in words if word[0] > _LAST_LATIN)
    if other_letters >= _FEWEST_FOREIGN_LETTERS and other_letters >= sum(map(len, latin)):
        return True
    return _is_foreign_latin(latin)


def _is_foreign_latin(words: list[str]) -> bool:
    if _says_little(words):
        return False
    telling = [word for word in words if len(word) > 1]
    foreign = sum(word in _foreign_words() for word in telling)
    english = sum(
        word in ENGLISH or (knows(word) and word not in _foreign_words()) for word in telling
    )
    if foreign >= 2 and foreign > english:  # noqa: PLR2004 - one may be a name
        return True
    if len(telling) < _FEWEST_WORDS:
        return _short_is_foreign(telling)
    return english < _ENGLISH_SHARE * len(telling)


def _says_little(words: list[str]) -> bool:
    """Greetings and thanks that English chat borrows, with nothing else beside them."""
    return all(word in _borrowed_words() for word in words)


def _short_is_foreign(words: list[str]) -> bool:
    """A cry for help, or two words and more with an everyday word of another language and none that is only English."""
    if any(word in ENGLISH and word not in _all_foreign() for word in words):
        return False
    if any(word in _cries() for word in words):
        return True
    return len(words) > 1 and not _telling_words().isdisjoint(words)


@lru_cache(1)
def _foreign_words() -> frozenset[str]:
    return _all_foreign() - ENGLISH


@lru_cache(1)
def _all_foreign() -> frozenset[str]:
    listed = read_words("languages.yaml")
    return _folded(word for words in listed["function_words"].values() for word in words) | (
        _common_words()
    )


@lru_cache(1)
def _common_words() -> frozenset[str]:
    languages: dict[str, list[str]] = read_words("languages.yaml")["common_words"]
    return _folded(word for words in languages.values() for word in words)


@lru_cache(1)
def _telling_words() -> frozenset[str]:
    return _common_words() - ENGLISH - _borrowed_words()


@lru_cache(1)
def _cries() -> frozenset[str]:
    return _folded(read_words("languages.yaml")["cries"])


@lru_cache(1)
def _borrowed_words() -> frozenset[str]:
    return _folded(read_words("languages.yaml")["borrowed"]["words"])


@lru_cache(1)
def _borrowed_phrases() -> re.Pattern[str]:
    phrases: list[str] = read_words("languages.yaml")["borrowed"]["phrases"]
    return re.compile("|".join(rf"\b{re.escape(fold(phrase)[0])}\b" for phrase in phrases))


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(word)[0] for word in words)


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
