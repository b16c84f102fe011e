"""Words: text-speak, contractions, leet, stars for letters, stretched and misspelt words, words run together.

Each language has tables of its own (safety.engine.wordlists).
"""

import re
from collections import defaultdict
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Final

from safety.engine.glued import RUNS, Glued
from safety.engine.lookalikes import MEASURE, decoded, latin_forms, undisguised
from safety.engine.wordlists import word_lists

ENGLISH: Final = "en"
_STARS: Final = frozenset("*#_.-~x%?")
_PLAIN_STARS: Final = frozenset("*#%")
_STRETCHED: Final = re.compile(r"([^\W\d_])\1{2,}")
_PIECES: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SHORTEST_SLIP: Final = 6
_SHORTEST_STARRED: Final = 3
_LONGEST_WORD: Final = 24
"""No watched word with its disguise is longer; longer ones are only taken apart, which keeps all of this linear."""


class Spelling:
    """How a language is written in chat.

    Args:
        language: two letters; its folder is below `words`.
    """

    def __init__(self, language: str) -> None:
        lists = word_lists(language)
        self.language, self.lists = language, lists
        self.common, self.watched = lists.common, lists.watched
        self.glued = Glued(lists)
        mended = lists.watched | lists.mended
        self._shapes = _by_shape(mended)
        self._common_shapes = _by_shape(lists.common | lists.joiners)
        self._slips = _slips(mended)

    def read_word(self, word: str) -> str:
        """What a folded word of letters and digits is read as; with spaces where it stands for several."""
        expansion = self.lists.expansions.get(word)
        if expansion is not None:
            return expansion
        if word in self.watched or word in self.common or word in self.lists.real:
            return word
        if len(word) > _LONGEST_WORD:
            return self._run(word) or self._with_number(word) or word
        return self._disguised(word) or word

    def read_contraction(self, word: str) -> str:
        """The same for a word with an apostrophe in it."""
        return self.lists.with_apostrophe.get(word) or self.read_word(word.replace("'", ""))

    def read_mixed(self, chunk: str) -> str | None:
        """A chunk with signs in it, where it disguises a word; None where it does not."""
        if len(chunk) > _LONGEST_WORD:
            return None
        return self._decoded(chunk) or self._starred(chunk)

    def knows(self, word: str) -> bool:
        """Whether the word is one that the tables explain."""
        return self.lists.explains(word)

    def is_parted(self, one: str, other: str) -> bool:
        """Whether a space was put into a watched word: `sui cide`."""
        whole = one + other
        if whole not in self.watched or len(whole) < 4:  # noqa: PLR2004 - "of" and "f" are no disguise
            return False
        return one not in self.common or other not in self.common

    def _disguised(self, word: str) -> str | None:
        if not word.isalpha():
            read = self._decoded(word) or self._with_number(word) or self._run(word)
            if read:
                return read
        return (
            self._latin(word)
            or self._unstretched(word)
            or self.glued.parted(word)
            or self._slipped(word)
        )

    def _decoded(self, word: str) -> str | None:
        plain = decoded(word, self.lists)
        return plain and self.lists.expansions.get(plain, plain)

    def _with_number(self, word: str) -> str | None:
        """A number run together with words: `iam13and`."""
        runs = RUNS.findall(word)
        if len(runs) == 1 or len(runs[0]) == 1:
            return None
        if MEASURE.fullmatch(word) and runs[1] not in self.lists.joiners:
            return None
        read = " ".join(run if run.isdigit() else self.read_word(run) for run in runs)
        return read if all(map(self.lists.holds, read.split())) else None

    def _run(self, word: str) -> str | None:
        """A whole phrase without spaces, in whatever letters."""
        return next(filter(None, map(self.glued.run, undisguised(word))), None)

    def _latin(self, word: str) -> str | None:
        """Letters of other alphabets that look Latin, where the word mixes alphabets or then reads as one we know."""
        forms = () if word.isascii() else latin_forms(word)
        for form in forms:
            if self.lists.holds(form):
                return self.read_word(form)
        mixed = any(letter.isascii() and letter.isalpha() for letter in word)
        return self.read_word(forms[0]) if forms and mixed else None

    def _starred(self, chunk: str) -> str | None:
        """`k*ll`, `su*c*de`: as long as a watched word, alike in every letter that is shown, at least half of them."""
        shown = sum(letter.isalpha() and letter != "x" for letter in chunk)
        if len(chunk) < _SHORTEST_STARRED or not chunk[0].isalpha() or 2 * shown < len(chunk):
            return None
        if chunk.isalnum():
            return None
        for word in self._shapes.get((chunk[0], len(chunk)), ()):
            if all(a == b or b in _STARS for a, b in zip(word, chunk, strict=True)):
                return word
        if len(chunk) - shown > 1 or _PLAIN_STARS.isdisjoint(chunk):
            return None
        return self._commonly_starred(chunk)

    def _commonly_starred(self, chunk: str) -> str | None:
        """One star in an everyday word; of several that fit, one that holds sentences together."""
        fitting = [
            word
            for word in self._common_shapes.get((chunk[0], len(chunk)), ())
            if all(a == b or b in _PLAIN_STARS for a, b in zip(word, chunk, strict=True))
        ]
        joiners = self.lists.joiners
        return min(fitting, key=lambda word: (word not in joiners, word), default=None)

    def _unstretched(self, word: str) -> str | None:
        once = _STRETCHED.sub(r"\1", word)
        if once == word:
            return None
        twice = _STRETCHED.sub(r"\1\1", word)
        for form in sorted((once, twice), key=lambda form: form not in self.watched):
            if form in self.lists.expansions or form in self.watched or form in self.common:
                return self.read_word(form)
        return self.read_word(once)

    def _slipped(self, word: str) -> str | None:
        """A watched word with one letter wrong, missing, added or out of place."""
        if len(word) < _SHORTEST_SLIP - 1 or word in self.lists.not_slips:
            return None
        if not any((word[0], len(word) + change) in self._shapes for change in (-1, 0, 1)):
            return None
        forms = (self._slips.get(form) for form in (word, *sorted(_one_letter_less(word))))
        near = (
            watched
            for watched in forms
            if watched and abs(len(watched) - len(word)) <= 1 and word != f"{watched}s"
        )
        return next(near, None)


@lru_cache
def spelling_of(language: str) -> Spelling:
    """The tables of a language, read once."""
    return Spelling(language)


def pieces_of(chunk: str) -> list[tuple[int, str]]:
    """The words inside a chunk and where each begins."""
    return [(piece.start(), piece.group()) for piece in _PIECES.finditer(chunk)]


def _by_shape(words: AbstractSet[str]) -> dict[tuple[str, int], tuple[str, ...]]:
    """The words by their first letter and their length."""
    shapes: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for word in sorted(words):
        shapes[word[0], len(word)].append(word)
    return {shape: tuple(words) for shape, words in shapes.items()}


def _one_letter_less(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(1, len(word))}


def _slips(watched: AbstractSet[str]) -> dict[str, str]:
    """Each watched word under itself and all its forms with one letter left out; the first letter always stands."""
    return {
        form: word
        for word in sorted(watched)
        if len(word) >= _SHORTEST_SLIP
        for form in (word, *sorted(_one_letter_less(word)))
    }
