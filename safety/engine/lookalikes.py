"""Letters that look like others: those of other alphabets, and the digits and signs of leet."""

import re
from typing import Final

from safety.engine.datafiles import read_words
from safety.engine.wordlists import WordLists

_ALPHABETS: Final[dict[str, dict[str, str]]] = read_words("homoglyphs.yaml")
_SMALL: Final = str.maketrans(_ALPHABETS["pairs"])
_CAPITAL: Final = str.maketrans({**_ALPHABETS["pairs"], **_ALPHABETS["otherwise"]})
_LEET: Final = tuple(
    str.maketrans("01345789@$!|+", letters) for letters in ("oieastbgasiit", "oleastbgaslit")
)
_LEET_SIGN: Final = re.compile(r"[a-z][013457@$!|]|[013457@$!|][a-z]")
_LEET_TOKEN: Final = re.compile(r"[a-z0-9@$]+(?:[!|][a-z0-9@$]+)*")
_FEWEST_LEET_WORDS: Final = 2
_SHORTEST_LEET: Final = 3
MEASURE: Final = re.compile(r"\d+[a-z]{1,3}")
"""A time, a rank, a dose, an age: `5am`, `1st`, `500mg`, `13yo`."""


def latinised(word: str) -> str:
    """The word with Latin letters for those that look like them."""
    return word if word.isascii() else word.translate(_SMALL)


def latin_forms(word: str) -> tuple[str, ...]:
    """The same, as small letters and as capitals look; nothing where other letters are left."""
    return tuple(
        form for form in (word.translate(_SMALL), word.translate(_CAPITAL)) if form.isascii()
    )


def undisguised(letters: str) -> list[str]:
    """The letters in Latin ones, and with digits read as letters; all as long as they are."""
    latin = latinised(letters)
    return list(dict.fromkeys((latin, *(latin.translate(table) for table in _LEET))))


def decoded(word: str, lists: WordLists) -> str | None:
    """Digits and signs read as letters, where that makes a word; None where it does not."""
    if word.isalpha() or word.isdigit() or len(word) < _SHORTEST_LEET or MEASURE.fullmatch(word):
        return None
    return _leet_word(word, lists)


def _leet_word(word: str, lists: WordLists) -> str | None:
    forms = (word.translate(table) for table in _LEET)
    return next(filter(lists.holds, forms), None)


def unleeted(folded: str, lists: WordLists) -> str:
    """A text in which two words and more have digits for letters, with all of it read that way; as long as before."""
    if not _LEET_SIGN.search(folded):
        return folded
    words = (decoded(token.group(), lists) for token in _LEET_TOKEN.finditer(folded))
    if sum(word is not None for word in words) < _FEWEST_LEET_WORDS:
        return folded
    return _LEET_TOKEN.sub(lambda token: _unleet(token.group(), lists), folded)


def _unleet(token: str, lists: WordLists) -> str:
    return token if token.isalpha() else _leet_word(token, lists) or token
