"""Invisible characters inside a text, and the two ways of reading it that they leave open.

A zero-width character may be put into a word to hide it, or in place of a space to run two words together. Nobody can
see which, so such a text is read both ways.
"""

import re
from dataclasses import replace
from typing import Final

from safety.engine import spelling
from safety.engine.folding import fold
from safety.engine.normalize import NormalizedText, normalize

_INVISIBLE: Final = re.compile(
    r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]+"
)
"""Source: Unicode 15, Default_Ignorable_Code_Point, those that have no width in the middle of a word."""
_PART: Final = re.compile(rf"(?P<word>\w+)|{_INVISIBLE.pattern}")
_ONE_LETTER_WORDS: Final = frozenset("ia")


def readings(text: str) -> tuple[NormalizedText, ...]:
    """The plain forms of a text: one, or two where invisible characters may stand for spaces."""
    joined = normalize(text)
    if text.isascii() or not _INVISIBLE.search(text):
        return (joined,)
    spaced = _spaced(text)
    if spaced == text:
        return (joined,)
    return (joined, replace(normalize(spaced), original=text))


def _spaced(text: str) -> str:
    """The text with spaces for the invisible characters that part two words; every place stays where it is."""
    parts = list(_PART.finditer(text))
    written = list(text)
    for before, seam, after in zip(parts, parts[1:], parts[2:], strict=False):
        if _parts_words(before, seam, after):
            written[seam.start() : seam.end()] = " " * len(seam.group())
    return "".join(written)


def _parts_words(before: re.Match[str], seam: re.Match[str], after: re.Match[str]) -> bool:
    if seam["word"] or not (before["word"] and after["word"]):
        return False
    if before.end() != seam.start() or seam.end() != after.start():
        return False
    one, other = before.group(), after.group()
    return _is_word(one) and _is_word(other) and not _is_word(one + other)


def _is_word(piece: str) -> bool:
    plain = fold(piece)[0]
    if len(plain) == 1:
        return plain in _ONE_LETTER_WORDS
    if plain in spelling.ENGLISH or spelling.knows(plain):
        return True
    return not plain.isalpha() and spelling.read_word(plain) != plain
