"""Words written without the spaces between them, and letters written with too many."""

import re
from typing import Final

from safety.engine.segmenting import Segmenter, segmenter
from safety.engine.wordlists import WordLists

_SHORTEST_GLUED: Final = 7
_SHORTEST_PAIR: Final = 4
_SHORTEST_RUN: Final = 9
_FEWEST_WORDS_IN_A_RUN: Final = 3
"""Two are a compound as often as not."""
_FEWEST_LETTERS_A_WORD: Final = 2.5
_LETTERS_TO_A_STRAY: Final = 12
"""One letter in so many may be left over where nothing that is watched is spelt."""
_SHORTEST_PIECE: Final = 3
_SHORTEST_WATCHED_PIECE: Final = 4
_WEIGHTS: Final = (1.0, 1.1, 1.9)
"""Of a word of our tables, a common one, and one of three letters: short ones fit by chance."""
RUNS: Final = re.compile(r"\d+|\D+")


class Glued:
    """Takes words apart.

    Args:
        lists: the words of the language. Where nobody has listed its common words, only watched words and joiners are
            looked for, for everything else would be guessed.
    """

    def __init__(self, lists: WordLists) -> None:
        self._lists = lists
        self._core = segmenter(
            (word, 1.0) for word in {*lists.watched, *lists.joiners, *lists.expansions}
        )
        self._wide = _wide_segmenter(lists)
        watched = {word for word in lists.watched if len(word) >= _SHORTEST_WATCHED_PIECE}
        self._linking = lists.joiners | watched

    def parted(self, word: str) -> str | None:
        """Words run together: a watched one among them, or one that holds sentences together."""
        lists = self._lists
        if len(word) >= _SHORTEST_GLUED and any(part in word for part in lists.glue):
            words = self._core.split(word)
            if words and lists.watches(words):
                return lists.written_out(words)
        return self._pair(word) or self.run(word)

    def _pair(self, word: str) -> str | None:
        """Two words, one of them a joiner or a longer one that is watched: `ihave`, `pillsan`, `jumpoff`."""
        if len(word) < _SHORTEST_PAIR or not self._lists.common:
            return None
        for place in range(1, len(word)):
            one, other = word[:place], word[place:]
            if (one in self._linking or other in self._linking) and self._link(one, other):
                return self._lists.written_out([one, other])
        return None

    def _link(self, one: str, other: str) -> bool:
        return self._links(one, other) or self._links(other, one)

    def _links(self, one: str, other: str) -> bool:
        """Whether the one may stand beside the other without a space."""
        if one not in self._linking:
            return False
        if one in self._lists.joiners and other in self._lists.joiners:
            return True
        return len(other) >= _SHORTEST_PIECE and self._lists.holds(other)

    def run(self, word: str) -> str | None:
        """A whole phrase without spaces."""
        words = (
            self._wide.split(word) if len(word) >= _SHORTEST_RUN and self._lists.common else None
        )
        if not words or len(words) < _FEWEST_WORDS_IN_A_RUN:
            return None
        is_long = len(words) > _FEWEST_WORDS_IN_A_RUN and len(word) >= _SHORTEST_PIECE * len(words)
        return self._lists.written_out(words) if is_long or self._lists.watches(words) else None

    def join_letters(self, letters: str, *, strays: bool = False) -> list[str] | None:
        """The words and numbers that letters written apart spell; None where they spell none.

        Args:
            letters: without spaces.
            strays: whether letters may be left over beside a watched word.
        """
        read: list[str] = []
        for run in RUNS.findall(letters):
            words = [run] if run.isdigit() else self._joined(run, strays=strays)
            if words is None:
                return None
            read += words
        return read

    def _joined(self, letters: str, *, strays: bool) -> list[str] | None:
        words = self._wide.split(letters)
        if words and len(letters) >= _FEWEST_LETTERS_A_WORD * len(words):
            return words
        words = self._core.split(letters)
        if strays:
            words = words or self._wide.split(letters, strays=True)
        if not words:
            return None
        watched = not self._lists.watched.isdisjoint(words)
        return words if watched or (strays and self._mostly_words(words, letters)) else None

    def _mostly_words(self, words: list[str], letters: str) -> bool:
        left_over = sum(len(word) == 1 and not self._lists.holds(word) for word in words)
        return left_over * _LETTERS_TO_A_STRAY <= len(letters)


def _wide_segmenter(lists: WordLists) -> Segmenter:
    spoken = {word for word in lists.expansions if len(word) >= _SHORTEST_PIECE}
    ours = lists.watched | lists.mended | lists.joiners | spoken
    longer = {word for word in lists.common if len(word) > _SHORTEST_PIECE}
    short = {word for word in lists.common if len(word) == _SHORTEST_PIECE}
    return segmenter(
        (word, weight)
        for words, weight in zip((ours, longer, short), _WEIGHTS, strict=True)
        for word in words
    )
