"""Characters: case, accents, invisible marks, look-alikes, pictures, HTML. Folded to plain lower-case text."""

import html
import re
import unicodedata
from functools import lru_cache
from typing import Final

from safety.engine.datafiles import read_words

_TAG: Final = re.compile(r"<[A-Za-z/!][^<>]{0,200}>")
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});")
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
_FIRST_FLAG_LETTER: Final = 0x1F1E6
_LETTERS_IN_ALPHABET: Final = 26
_LONGEST_PARTS: Final = 6
"""A letter with its marks. Longer decompositions are whole phrases in one character; they would multiply the text."""
_BLANK_LETTERS: Final = frozenset("\u115f\u1160")
"""The Hangul fillers: letters to Unicode, blank to the eye."""
_CACHED_CHARACTERS: Final = 8192


def fold(text: str) -> tuple[str, list[int] | None]:
    """Fold the characters of a text.

    Returns:
        The folded text, and for each of its characters the place in the original; None where they are the same.
    """
    if text.isascii() and "&" not in text and "<" not in text and "\0" not in text:
        return text.lower(), None
    return _fold_all(_TAG.sub(_blank, text))


def _blank(tag: re.Match[str]) -> str:
    return " " * len(tag.group())


def _fold_all(text: str) -> tuple[str, list[int]]:
    folded: list[str] = []
    origins: list[int] = []
    place = 0
    for entity in _ENTITY.finditer(text):
        _fold_piece(text[place : entity.start()], place, folded, origins)
        for character in html.unescape(entity.group()):
            _take(fold_character(character), entity.start(), folded, origins)
        place = entity.end()
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
    plain = character.translate(_PUNCTUATION)
    if plain != character or character in "\n\t ":
        return plain
    parts = unicodedata.normalize("NFKD", character).casefold()
    return "".join(_fold_part(part) for part in parts) if len(parts) <= _LONGEST_PARTS else " "


def _fold_part(part: str) -> str:
    """One character of a decomposition: letters and digits stay, marks vanish, the rest is a space."""
    if part in _LETTERS:
        return _LETTERS[part]
    if part.isascii():
        return part if part.isprintable() else " "
    if part in _BLANK_LETTERS:
        return " "
    flag = ord(part) - _FIRST_FLAG_LETTER
    if 0 <= flag < _LETTERS_IN_ALPHABET:
        return chr(ord("a") + flag)
    category = unicodedata.category(part)
    if category in {"Mn", "Me", "Mc", "Cf"}:
        return ""
    return part if category[0] in "LN" else " "
