"""Characters: case, accents, invisible marks, look-alikes, pictures, HTML. Folded to plain lower-case text."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from safety.engine.datafiles import read_words
from safety.engine.escapes import escapes_in, without_tags

_SPECIAL: Final = re.compile(r"[&<\\=%\0-\x08\x0e-\x1f\x7f]")
"""What plain ASCII must hold to be more than itself in small letters."""
_PUNCTUATION: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u00b4`\uff07", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012", "-"),
        **dict.fromkeys("\u2013\u2014\u2015", " , "),
        **dict.fromkeys("\u3002\uff0e\u0964", ". "),
        **dict.fromkeys("\u2026", ".. "),
        **dict.fromkeys("\u061f\uff1f\uff01", "? "),
        **dict.fromkeys("\u060c\u3001\uff0c", ", "),
        **dict.fromkeys("\u2028\u2029\u0085\r\x0b\x0c", "\n"),
    }
)
_EMOJI: Final[dict[str, str]] = read_words("emoji.yaml")
_LETTERS: Final[dict[str, str]] = read_words("homoglyphs.yaml")["always"]
_LETTERS_IN_ALPHABET: Final = 26
_ALPHABETS: Final = (0x249C, 0x1F110, 0x1F150, 0x1F170, 0x1F1E6)
"""Letters in brackets, circles, squares and flags. Source: Unicode 15, blocks that hold an alphabet of them."""
_ENCLOSED: Final = {
    chr(first + place): chr(ord("a") + place)
    for first in _ALPHABETS
    for place in range(_LETTERS_IN_ALPHABET)
}
_LONGEST_PARTS: Final = 6
"""A letter with its marks. Longer decompositions are whole phrases in one character; they would multiply the text."""
_INVISIBLE: Final = frozenset({"Mn", "Me", "Mc", "Cf", "Cc", "Cs"})
"""Marks on letters, marks of format, controls, halves of characters. Source: Unicode general categories."""
_BLANK_LETTERS: Final = frozenset("\u115f\u1160")
"""The Hangul fillers: letters to Unicode, blank to the eye."""
_CACHED_CHARACTERS: Final = 8192


def fold(text: str) -> tuple[str, list[int] | None]:
    """Fold the characters of a text.

    Returns:
        The folded text, and for each of its characters the place in the original; None where they are the same.
    """
    if text.isascii() and not _SPECIAL.search(text):
        return text.lower(), None
    return _fold_all(without_tags(text))


def _fold_all(text: str) -> tuple[str, list[int]]:
    folded: list[str] = []
    origins: list[int] = []
    place = 0
    for start, end, meaning in escapes_in(text):
        _fold_piece(text[place:start], place, folded, origins)
        for character in meaning:
            _take(fold_character(character), start, folded, origins)
        place = end
    _fold_piece(text[place:], place, folded, origins)
    return "".join(folded), origins


def _fold_piece(piece: str, offset: int, folded: list[str], origins: list[int]) -> None:
    for index, character in enumerate(piece, offset):
        _take(fold_character(character), index, folded, origins)


def _take(replacement: str, origin: int, folded: list[str], origins: list[int]) -> None:
    folded.append(replacement)
    origins.extend([origin] * len(replacement))


@lru_cache(_CACHED_CHARACTERS)
def fold_character(character: str) -> str:
    """What one character is read as: nothing, a letter, or words for a picture."""
    if character in _EMOJI:
        return f" {_EMOJI[character]} "
    if character in _ENCLOSED:
        return _ENCLOSED[character]
    plain = character.translate(_PUNCTUATION)
    if plain != character or character in "\n\t ":
        return plain
    parts = unicodedata.normalize("NFKD", character).casefold()
    return "".join(_fold_part(part) for part in parts) if len(parts) <= _LONGEST_PARTS else " "


def _fold_part(part: str) -> str:
    """One character of a decomposition: letters and digits stay, marks and controls vanish, the rest is a space."""
    if part in _LETTERS:
        return _LETTERS[part]
    if part in _BLANK_LETTERS:
        return " "
    if part.isascii() and part.isprintable():
        return part
    category = unicodedata.category(part)
    if category in _INVISIBLE:
        return ""
    return part if category[0] in "LN" else " "
