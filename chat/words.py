"""Finding words and sequences of words in a text: what the mood and the embedded responder both read by."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

READ_CHARACTERS = 8000
LONGEST_SEQUENCE_WORDS = 6

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|[\U0001F300-\U0001FAFF\u2600-\u27BF]")

Sequence = tuple[str, ...]
"""Words that follow each other, lower case."""


def words_of(text: str) -> Sequence:
    """The words of a text in order, lower case, with plain apostrophes; an emoji is a word."""
    plain = text[:READ_CHARACTERS].lower().replace("\u2019", "'")
    return tuple(_WORD.findall(plain))


def sequences_of(entries: Iterable[str]) -> frozenset[Sequence]:
    """Entries of a list, ready to be looked up."""
    return frozenset(words_of(entry) for entry in entries)


def longest_at(
    words: Sequence, position: int, known: Mapping[Sequence, object] | frozenset[Sequence]
) -> Sequence:
    """The longest known sequence that begins at a position; empty where none does."""
    for length in range(LONGEST_SEQUENCE_WORDS, 0, -1):
        sequence = words[position : position + length]
        if len(sequence) == length and sequence in known:
            return sequence
    return ()


@cache
def _beginnings(known: frozenset[Sequence]) -> frozenset[str]:
    return frozenset(sequence[0] for sequence in known if sequence)


def found_in(words: Sequence, known: frozenset[Sequence]) -> Iterator[Sequence]:
    """Known sequences in a text, from left to right, none overlapping another."""
    position, beginnings = 0, _beginnings(known)
    if beginnings.isdisjoint(words):  # nearly always: dozens of lists are asked about each message
        return
    while position < len(words):
        found = longest_at(words, position, known) if words[position] in beginnings else ()
        if found:
            yield found
        position += max(1, len(found))
