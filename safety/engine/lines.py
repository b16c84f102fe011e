"""Line breaks inside a sentence: text that was wrapped, or chopped into a word or two a line."""

import re
from itertools import pairwise
from typing import Final

from safety.engine.lookalikes import latinised
from safety.engine.wordlists import WordLists

_LINE: Final = re.compile(r"[^\n]+")
_SIGNS: Final = re.compile(r"[\W_]+")
_ENDS: Final = frozenset(".!?:;")
_SHORT: Final = 3
"""Words of a line that says nothing by itself; three of them, one after the other, are read as one."""


def inner_breaks(folded: str, lists: WordLists) -> dict[int, str]:
    """The places of the line breaks at which a sentence goes on, and what they then are: nothing or a comma.

    Args:
        folded: the text.
        lists: the words of its language.
    """
    if "\n" not in folded:
        return {}
    lines = [line for line in _LINE.finditer(folded) if not line.group().isspace()]
    short = [False, *(_count(line.group().split()) <= _SHORT for line in lines), False]
    found: dict[int, str] = {}
    for number, (line, following) in enumerate(pairwise(lines)):
        chopped = all(short[number : number + 3]) or all(short[number + 1 : number + 4])
        mark = _mark(line.group().split(), following.group().split(), lists, chopped=chopped)
        if mark is not None:
            found.update(dict.fromkeys(range(line.end(), following.start()), mark))
    return found


def _mark(words: list[str], others: list[str], lists: WordLists, *, chopped: bool) -> str | None:
    if words[-1][-1] in _ENDS:
        return None
    if _letters(words[-1]) in lists.open_words or _letters(others[0]) in lists.going_on:
        return ""
    return "," if chopped else None


def _letters(word: str) -> str:
    return latinised(_SIGNS.sub("", word))


def _count(words: list[str]) -> int:
    """How many words; single letters make one together."""
    return len([word for word in words if len(word) > 1]) + any(len(word) == 1 for word in words)
