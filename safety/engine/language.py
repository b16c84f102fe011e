"""Which language a text is in: counted by words that stand in one language and not in English."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from safety.engine.datafiles import read_words
from safety.engine.folding import fold
from safety.engine.spelling import ENGLISH, spelling_of

_WORD: Final = re.compile(r"[^\W\d_]+")
_LAST_LATIN: Final = "\u024f"
_FEWEST_FOREIGN_LETTERS: Final = 3
_FEWEST_WORDS: Final = 5
"""Shorter Latin texts are names, greetings or slang as often as another language; then two foreign words must speak."""
_ENGLISH_SHARE: Final = 0.3
_WORDS_FOR_ONE: Final = 40
"""How many words of a text one word of another language may stand for. A word among more is borrowed, and reading each
text in every language would take several times as long; danger words are looked for in any text."""
OTHER: Final = "und"
"""A language that we can not name. Source: ISO 639-2, undetermined."""


def language_of(folded: str) -> str:
    """The language of a folded text, two letters; OTHER where it is not English and not known."""
    if not is_foreign(folded):
        return ENGLISH
    counted = _counted(folded)
    return max(counted, key=lambda language: (counted[language], language), default=OTHER)


def languages_in(folded: str) -> tuple[str, ...]:
    """Languages other than English that a folded text may be in, those with the most words first.

    One word is enough in a short text. A language with less than half of the words of the first is its neighbour.
    """
    counted = _counted(folded)
    least = max((max(counted.values(), default=0) + 1) // 2, folded.count(" ") // _WORDS_FOR_ONE)
    near = [language for language, count in counted.items() if count >= least]
    return tuple(sorted(near, key=lambda language: (-counted[language], language)))


def _counted(folded: str) -> dict[str, int]:
    words = _WORD.findall(folded)
    counted = {
        language: sum(word in known for word in words) for language, known in _words_of().items()
    }
    return {language: count for language, count in counted.items() if count}


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
    knows = spelling_of(ENGLISH).knows
    foreign = sum(word in _foreign_words() for word in telling)
    english = sum(
        word in _english() or (knows(word) and word not in _foreign_words()) for word in telling
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
    if any(word in _english() and word not in _all_foreign() for word in words):
        return False
    if any(word in _cries() for word in words):
        return True
    return len(words) > 1 and not _telling_words().isdisjoint(words)


@lru_cache(1)
def _foreign_words() -> frozenset[str]:
    return _all_foreign() - _english()


@lru_cache(1)
def _all_foreign() -> frozenset[str]:
    return frozenset().union(*_listed("function_words").values(), *_listed("common_words").values())


@lru_cache(1)
def _telling_words() -> frozenset[str]:
    common: frozenset[str] = frozenset().union(*_listed("common_words").values())
    return common - _english() - _borrowed_words()


@lru_cache(1)
def _words_of() -> dict[str, frozenset[str]]:
    """The words that speak for each language."""
    function, common = _listed("function_words"), _listed("common_words")
    return {
        language: (function.get(language, frozenset()) | common.get(language, frozenset()))
        - _english()
        for language in function.keys() | common.keys()
    }


def _listed(section: str) -> dict[str, frozenset[str]]:
    listed: dict[str, list[str]] = read_words("languages.yaml")[section]
    return {language: _folded(words) for language, words in listed.items()}


@lru_cache(1)
def _english() -> frozenset[str]:
    return spelling_of(ENGLISH).common


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
