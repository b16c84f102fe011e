"""Words of which a rule needs at least one, read from its pattern: a text without any of them is not searched for it.

An anchor is a whole word, or with a star behind it the beginning of one. What is not understood has no anchors, and
such a rule is searched for in every text: the filter may be too generous and never too strict.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from safety.engine.datafiles import read_list

Anchors = frozenset[str] | None
_SHORTEST: Final = 3
_EVERYDAY: Final = read_list("everyday.txt")
_WORD: Final = re.compile(rb"[a-z0-9_]+")
_TOKEN: Final = re.compile(
    r"(?P<name>\{[a-z]\w*\})|(?P<many>[*?]|\{0?,\d*\})|(?P<some>\+|\{\d+(?:,\d*)?\})|(?P<open>\((?:\?:)?)"
    r"|(?P<close>\))|(?P<bar>\|)|(?P<set>\[[^\]]*\])|(?P<edge>\\b|[$^])|(?P<letter>[a-z0-9_])"
    r"|(?P<gap>\\[sW.]|[ ,.'-])|(?P<other>\\[wd])"
)
"""`.` is any character to a pattern, and a gap to nobody: it is taken for `other` below."""
_LETTER_IN_SET: Final = re.compile(r"[A-Za-z0-9_^\\]")


class NotUnderstood(Exception):
    """A pattern holds something that this reader does not know."""


@dataclass(slots=True)
class Piece:
    """A piece of a pattern.

    Args:
        kind: letter, gap, edge, other, row, choice or maybe.
        text: the letter.
        parts: of a row, a choice or a maybe.
    """

    kind: str
    text: str = ""
    parts: list["Piece"] = field(default_factory=list)
    known: dict[tuple[bool, bool], Anchors] = field(default_factory=dict)


def read_pattern(pattern: str, names: Mapping[str, Piece]) -> Piece:
    """Take a pattern apart.

    Raises:
        NotUnderstood: it holds what our rules do not use.
    """
    tokens = list(_TOKEN.finditer(pattern))
    if sum(len(token.group()) for token in tokens) != len(pattern):
        raise NotUnderstood(pattern)
    stack: list[list[Piece]] = [[Piece("row")]]
    for token in tokens:
        _take(stack, str(token.lastgroup), token.group(), names)
    if len(stack) > 1:
        raise NotUnderstood(pattern)
    return Piece("choice", parts=stack[0])


def _take(stack: list[list[Piece]], kind: str, text: str, names: Mapping[str, Piece]) -> None:
    row = stack[-1][-1].parts
    if kind == "open":
        stack.append([Piece("row")])
    elif kind == "bar":
        stack[-1].append(Piece("row"))
    elif kind == "close" and len(stack) > 1:
        group = Piece("choice", parts=stack.pop())
        stack[-1][-1].parts.append(group)
    elif kind in {"many", "some"} and row:
        _repeat(row, optional=kind == "many")
    elif kind == "name" and text[1:-1] in names:
        row.append(names[text[1:-1]])
    elif kind in {"letter", "edge", "gap", "other", "set"}:
        row.append(Piece(_plain_kind(kind, text), text))
    else:
        raise NotUnderstood(text)


def _plain_kind(kind: str, text: str) -> str:
    if kind == "set":
        return "other" if _LETTER_IN_SET.search(text) else "gap"
    return "other" if text == "." else kind


def _repeat(row: list[Piece], *, optional: bool) -> None:
    last = row.pop()
    if last.kind == "letter":
        last = Piece("other")
    row.extend([] if optional else [last])
    row.append(Piece("maybe", parts=[last]))


def anchors_of(piece: Piece, *, left: bool = True, right: bool = True) -> Anchors:
    """The anchors of a piece.

    Args:
        piece: the piece.
        left: whether a word can not reach into it from before.
        right: the same from behind.
    """
    if (left, right) not in piece.known:
        piece.known[left, right] = _anchors_of(piece, left=left, right=right)
    return piece.known[left, right]


def _anchors_of(piece: Piece, *, left: bool, right: bool) -> Anchors:
    if piece.kind == "choice":
        every = [anchors_of(part, left=left, right=right) for part in piece.parts]
        if any(each is None for each in every):
            return None
        return frozenset().union(*(each for each in every if each))
    if piece.kind != "row":
        return None
    found = list(_of_row(piece.parts, left=left, right=right))
    return max(found, key=_worth, default=None)


def _worth(anchors: frozenset[str]) -> tuple[int, int, int]:
    """The fewer everyday words, and the longer the shortest, the rarer they are in a text."""
    everyday = len(_EVERYDAY.intersection(anchors))
    return (-everyday, min(len(each) for each in anchors), -len(anchors))


def _of_row(parts: list[Piece], *, left: bool, right: bool) -> Iterable[frozenset[str]]:
    word, whole = "", left
    for place, part in enumerate([*parts, Piece("end")]):
        ends = _begins_apart(parts[place:], right)
        if part.kind == "letter":
            if not word:
                whole = left
            word += part.text
        else:
            if whole and len(word) >= _SHORTEST:
                yield frozenset([word if ends else f"{word}*"])
            word = ""
            inner = anchors_of(part, left=left, right=_begins_apart(parts[place + 1 :], right))
            if inner:
                yield inner
        left = _ends_apart(part, left)


def _begins_apart(parts: list[Piece], right: bool) -> bool:  # noqa: FBT001 - the answer where nothing follows
    """Whether what follows never begins inside a word."""
    if not parts:
        return right
    first, rest = parts[0], parts[1:]
    if first.kind in {"gap", "edge"}:
        return True
    if first.kind == "maybe":
        return _begins_apart(first.parts, True) and _begins_apart(rest, right)  # noqa: FBT003
    if first.kind == "choice":
        return all(_begins_apart([*row.parts, *rest], right) for row in first.parts)
    return False


def _ends_apart(part: Piece, left: bool) -> bool:  # noqa: FBT001 - the answer for nothing
    """Whether a word can not reach out of a piece, given whether one can reach into it."""
    if part.kind in {"gap", "edge"}:
        return True
    if part.kind == "maybe":
        return left and _ends_apart(part.parts[0], left)
    if part.kind == "choice":
        return all(_row_ends_apart(row.parts, left) for row in part.parts)
    return False


def _row_ends_apart(parts: list[Piece], left: bool) -> bool:  # noqa: FBT001 - the answer for nothing
    for part in parts:
        left = _ends_apart(part, left)
    return left


class Index:
    """Finds the rules whose anchors stand in a text.

    Args:
        anchors: those of each rule, in the order of the rules.
    """

    def __init__(self, anchors: Iterable[Anchors]) -> None:
        self._always: set[int] = set()
        self._whole: dict[bytes, set[int]] = {}
        self._begun: dict[bytes, set[int]] = {}
        for number, each in enumerate(anchors):
            if each is None:
                self._always.add(number)
            for anchor in each or ():
                table = self._begun if anchor.endswith("*") else self._whole
                table.setdefault(anchor.rstrip("*").encode(), set()).add(number)
        self._lengths = sorted({len(anchor) for anchor in self._begun})

    def may_match(self, data: bytes) -> list[int]:
        """The numbers of the rules that may match a plain text, ascending."""
        found = set(self._always)
        for word in set(_WORD.findall(data)):
            found |= self._whole.get(word, _NONE)
            for length in self._lengths:
                found |= self._begun.get(word[:length], _NONE)
        return sorted(found)


_NONE: Final[frozenset[int]] = frozenset()
