"""Letters written apart: by spaces, by wider gaps between the words, by dots or other signs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from safety.engine.lookalikes import undisguised
from safety.engine.spelling import Spelling

_SHORTEST_SPELLED: Final = 3
_RUN: Final = re.compile(r"(.)\1{2,}|.")
"""A stretched letter, or any other."""
_MOST_UNKNOWN: Final = 3
"""One word in three may be unknown where gaps show the words."""

Word = tuple[str, int, int]
"""What is read, and where it starts and ends in the folded text."""


@dataclass(frozen=True, slots=True)
class Letters:
    """One letter that stands alone, or the letters of a chunk with signs between them.

    Args:
        letters: without the signs.
        chunk: as they stand.
        start: where the chunk begins in the folded text.
        places: where each letter stands there.
        signs: what stands before the first letter and after the last; empty for one that stands alone.
        begins: whether a gap before them shows that a word begins.
    """

    letters: str
    chunk: str
    start: int
    places: tuple[int, ...]
    signs: tuple[str, ...] = ()
    begins: bool = False


def read_letters(held: list[Letters], spelling: Spelling) -> list[Word] | None:
    """What letters spell that stand apart, one behind the other; None where they spell nothing."""
    letters = "".join(each.letters for each in held)
    if len(letters) < _SHORTEST_SPELLED:
        return None
    places = [place for each in held for place in each.places]
    spelt = _spelt(letters, [len(word) for word in _by_gaps(held)], spelling)
    if spelt is None:
        kept = [run.start() for run in _RUN.finditer(letters)]
        letters, places = "".join(letters[at] for at in kept), [places[at] for at in kept]
        spelt = _spelt(letters, [len(letters)], spelling)
    return list(_placed(spelt, spelling, places)) if spelt else None


def _spelt(letters: str, lengths: list[int], spelling: Spelling) -> list[str] | None:
    """The words: those that the gaps show, or those that the letters make in a row; at last with letters left over."""
    join, forms = spelling.glued.join_letters, undisguised(letters)
    shown = _shown(forms, lengths, spelling) if len(lengths) > 1 else None
    return shown or next(filter(None, map(join, forms)), None) or join(forms[0], strays=True)


def _shown(forms: list[str], lengths: list[int], spelling: Spelling) -> list[str] | None:
    """The words between the gaps, where most of them are words; in the form in which most are."""
    cut = [_cut(form, lengths) for form in forms]
    known = [_known(words, spelling) for words in cut]
    most = max(known, key=len)
    if _MOST_UNKNOWN * (len(lengths) - len(most)) > len(lengths):
        return None
    is_long = max(map(len, most), default=0) >= _SHORTEST_SPELLED
    return cut[known.index(most)] if is_long else None


def _by_gaps(held: list[Letters]) -> list[str]:
    """The words that the gaps show."""
    words: list[str] = []
    after_signs = True
    for each in held:
        if each.begins or after_signs:
            words.append(each.letters)
        else:
            words[-1] += each.letters
        after_signs = bool(each.signs)
    return words


def _cut(letters: str, lengths: list[int]) -> list[str]:
    ends = list(accumulate(lengths))
    return [letters[end - length : end] for end, length in zip(ends, lengths, strict=True)]


def _known(words: list[str], spelling: Spelling) -> list[str]:
    return [
        word for word in words if spelling.lists.holds(word) or spelling.read_word(word) != word
    ]


def _placed(words: list[str], spelling: Spelling, places: list[int]) -> Iterator[Word]:
    first = 0
    for word in words:
        last = first + len(word)
        read = spelling.read_word(word) if len(word) > 1 else word
        yield read, places[first], places[last - 1] + 1
        first = last
