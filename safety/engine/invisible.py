"""Invisible characters inside a text, and the two ways of reading it that they leave open.

A zero-width character may be put into a word to hide it, or in place of a space to run two words together. Nobody can
see which, so such a text is read both ways.
"""

import re
from dataclasses import replace
from typing import Final

from safety.engine.folding import fold
from safety.engine.normalize import NormalizedText, normalize
from safety.engine.spelling import ENGLISH, Spelling, spelling_of

_INVISIBLE: Final = re.compile(
    r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]+"
)
"""Source: Unicode 15, Default_Ignorable_Code_Point, those that have no width in the middle of a word."""
_PART: Final = re.compile(rf"(?P<word>\w+)|{_INVISIBLE.pattern}")
_ONE_LETTER_WORDS: Final = frozenset("ia")


def readings(text: str, language: str = ENGLISH) -> tuple[NormalizedText, ...]:
    """The plain forms of a text in a language: one, or two where invisible characters may stand for spaces."""
    joined = normalize(text, language)
    if text.isascii() or not _INVISIBLE.search(text):
        return (joined,)
    spaced = _spaced(text, spelling_of(language))
    if spaced == text:
        return (joined,)
    return (joined, replace(normalize(spaced, language), original=text))


def _spaced(text: str, spelling: Spelling) -> str:
    """The text with spaces for the invisible characters that part two words; every place stays where it is."""
    parts = list(_PART.finditer(text))
    written = list(text)
    for before, seam, after in zip(parts, parts[1:], parts[2:], strict=False):
        if _parts_words(before, seam, after, spelling):
            written[seam.start() : seam.end()] = " " * len(seam.group())
    return "".join(written)


def _parts_words(
    before: re.Match[str], seam: re.Match[str], after: re.Match[str], spelling: Spelling
) -> bool:
    if seam["word"] or not (before["word"] and after["word"]):
        return False
    if before.end() != seam.start() or seam.end() != after.start():
        return False
    one, other = before.group(), after.group()
    pieces = (one, other, one + other)
    return [_is_word(piece, spelling) for piece in pieces] == [True, True, False]


def _is_word(piece: str, spelling: Spelling) -> bool:
    plain = fold(piece)[0]
    if len(plain) == 1:
        return plain in _ONE_LETTER_WORDS
    if plain in spelling.common or spelling.knows(plain):
        return True
    return not plain.isalpha() and spelling.read_word(plain) != plain
