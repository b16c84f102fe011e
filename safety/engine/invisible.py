"""What nobody can see in a text, and the two ways of reading it that this leaves open.

A zero-width character may be put into a word to hide it, or in place of a space to run two words together. A direction
mark may show letters in another order than they are stored in. Such a text is read both ways.
"""

import re
from dataclasses import replace
from typing import Final

from safety.engine.escapes import without_tags
from safety.engine.folding import fold
from safety.engine.normalize import NormalizedText, normalize
from safety.engine.spelling import ENGLISH, Spelling, spelling_of

_INVISIBLE: Final = re.compile(
    r"[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    r"\ud800-\udfff\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]+"
)
"""Source: Unicode 15, Default_Ignorable_Code_Point, those without width inside a word; controls; half characters."""
_PART: Final = re.compile(rf"(?P<word>\w+)|{_INVISIBLE.pattern}")
_BACKWARDS: Final = re.compile("\u202e([^\u202c\u2069\n]*)")
"""Source: Unicode Standard Annex 9, the right-to-left override, up to what ends it."""
_SHORTEST_UNKNOWN: Final = 4


def readings(text: str, language: str = ENGLISH) -> tuple[NormalizedText, ...]:
    """The plain forms of a text in a language: one, or two where what is invisible leaves two open."""
    shown = without_tags(text)
    joined = normalize(text, language)
    if not _INVISIBLE.search(shown):
        return (joined,)
    order = _shown_order(shown)
    visual = "".join(map(shown.__getitem__, order)) if order else shown
    spaced = _spaced(visual, spelling_of(language))
    if spaced == shown:
        return (joined,)
    other = _as_written(normalize(spaced, language), text, order)
    return (joined, other) if other.data != joined.data else (joined,)


def _shown_order(text: str) -> list[int] | None:
    """The places of the characters from left to right as they are shown; None where that is as they are stored."""
    if "\u202e" not in text:
        return None
    order = list(range(len(text)))
    for turned in _BACKWARDS.finditer(text):
        start, end = turned.span(1)
        order[start:end] = range(end - 1, start - 1, -1)
    return order


def _as_written(read: NormalizedText, text: str, order: list[int] | None) -> NormalizedText:
    """The reading with its words' places in the text as it was written."""
    if order is None:
        return replace(read, original=text)
    places = [[order[start], order[max(start, end - 1)]] for start, end in read.origins]
    origins = tuple((min(place), max(place) + 1) for place in places)
    return replace(read, original=text, origins=origins)


def _spaced(text: str, spelling: Spelling) -> str:
    """The text with a space where invisible characters part two words; every place stays where it is."""
    parts = list(_PART.finditer(text))
    written = list(text)
    for before, seam, after in zip(parts, parts[1:], parts[2:], strict=False):
        if _parts_words(before, seam, after, spelling):
            written[seam.start()] = " "
    return "".join(written)


def _parts_words(
    before: re.Match[str], seam: re.Match[str], after: re.Match[str], spelling: Spelling
) -> bool:
    if seam["word"] or not (before["word"] and after["word"]):
        return False
    if before.end() != seam.start() or seam.end() != after.start():
        return False
    one, other = fold(before.group())[0], fold(after.group())[0]
    known = _is_word(one, spelling), _is_word(other, spelling)
    if _is_word(one + other, spelling) or not any(known):
        return False
    return all(known) or len(other if known[0] else one) >= _SHORTEST_UNKNOWN


def _is_word(plain: str, spelling: Spelling) -> bool:
    if spelling.lists.holds(plain):
        return True
    read = spelling.read_word(plain)
    return read != plain and " " not in read
