"""Words: text-speak, contractions, leet, stars for letters, stretched and misspelt words, words run together.

Each language has tables of its own, `words/<language>/spelling.yaml`, and maybe a list of its commonest words.
"""

import re
from collections import defaultdict
from functools import lru_cache
from typing import Any, Final

from safety.engine.datafiles import WORDS, read_list, read_words

ENGLISH: Final = "en"
_LOOKALIKES: Final[dict[str, str]] = read_words("homoglyphs.yaml")["pairs"]
_LEET: Final = str.maketrans("013457@$!|+", "oieastasiit")
_LEET_L: Final = str.maketrans("013457@$!|+", "oleastaslit")
_STARS: Final = frozenset("*#_.-~x%?")
_STRETCHED: Final = re.compile(r"([^\W\d_])\1{2,}")
_PIECES: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SHORTEST_SLIP: Final = 6
_SHORTEST_STARRED: Final = 3
_SHORTEST_GLUED: Final = 7
_LONGEST_WORD: Final = 24
"""No watched word with its disguise is longer; longer ones are taken as they stand, which keeps all of this linear."""


class Spelling:
    """How a language is written in chat.

    Args:
        language: two letters; its folder is below `words`.
    """

    def __init__(self, language: str) -> None:
        tables: dict[str, Any] = read_words(f"{language}/spelling.yaml")
        listed = f"{language}/common.txt"
        self.language = language
        self.common = read_list(listed) if (WORDS / listed).exists() else frozenset[str]()
        self.watched = frozenset(tables["watched"])
        self.verbs_after_ill = frozenset(tables["verbs_after_ill"])
        self._with_apostrophe: dict[str, str] = tables["with_apostrophe"]
        self._expansions: dict[str, str] = tables["expansions"]
        self._joiners = frozenset(tables["joiners"])
        self._not_slips = frozenset(tables["not_slips"])
        self._glue = frozenset(tables["glue"])
        self._by_length = _by_length(self.watched)
        self._slips = _slips(self.watched)
        self._pieces = self.watched | self._joiners | self._expansions.keys()
        self._longest_piece = max(map(len, self._pieces))

    def read_word(self, word: str) -> str:
        """What a folded word of letters and digits is read as; with spaces where it stands for several."""
        expansion = self._expansions.get(word)
        if expansion is not None:
            return expansion
        if word in self.watched or word in self.common or len(word) > _LONGEST_WORD:
            return word
        return self._disguised(word) or word

    def read_contraction(self, word: str) -> str:
        """The same for a word with an apostrophe in it."""
        return self._with_apostrophe.get(word) or self.read_word(word.replace("'", ""))

    def read_mixed(self, chunk: str) -> str | None:
        """A chunk with signs in it, where it disguises a watched word; None where it does not."""
        if len(chunk) > _LONGEST_WORD:
            return None
        return self._decoded(chunk) or self._starred(chunk)

    def join_letters(self, letters: str) -> str | None:
        """Letters that were written apart, as words; None where they make none that we watch."""
        return self._segmented(letters) if len(letters) <= 2 * _LONGEST_WORD else None

    def knows(self, word: str) -> bool:
        """Whether the word is one that the tables explain."""
        return word in self._pieces

    def is_parted(self, one: str, other: str) -> bool:
        """Whether a space was put into a watched word: `sui cide`."""
        whole = one + other
        if whole not in self.watched or len(whole) < 4:  # noqa: PLR2004 - "of" and "f" are no disguise
            return False
        return one not in self.common or other not in self.common

    def _disguised(self, word: str) -> str | None:
        return (
            self._decoded(word)
            or self._latin(word)
            or self._unstretched(word)
            or self._glued(word)
            or self._slipped(word)
        )

    def _decoded(self, word: str) -> str | None:
        """Digits and signs read as letters, where that makes a watched word or a piece of text-speak."""
        if word.isalpha() or word.isdigit() or len(word) < _SHORTEST_STARRED:
            return None
        for table in (_LEET, _LEET_L):
            plain = word.translate(table)
            if plain in self.watched or plain in self._expansions:
                return self._expansions.get(plain, plain)
        return None

    def _latin(self, word: str) -> str | None:
        """Letters of other alphabets that look Latin, where the word mixes alphabets or then reads as a watched one."""
        if word.isascii():
            return None
        plain = "".join(_LOOKALIKES.get(letter, letter) for letter in word)
        if plain == word or not plain.isascii():
            return None
        mixed = any(letter.isascii() and letter.isalpha() for letter in word)
        known = plain in self.watched or plain in self._expansions
        return self.read_word(plain) if mixed or known else None

    def _starred(self, chunk: str) -> str | None:
        """`k*ll`, `su*c*de`: as long as a watched word, alike in every letter that is shown, at least half of them."""
        shown = sum(letter.isalpha() and letter != "x" for letter in chunk)
        if len(chunk) < _SHORTEST_STARRED or not chunk[0].isalpha() or 2 * shown < len(chunk):
            return None
        if chunk.isalnum():
            return None
        for word in self._by_length.get(len(chunk), ()):
            if all(a == b or b in _STARS for a, b in zip(word, chunk, strict=True)):
                return word
        return None

    def _unstretched(self, word: str) -> str | None:
        once = _STRETCHED.sub(r"\1", word)
        if once == word:
            return None
        twice = _STRETCHED.sub(r"\1\1", word)
        for form in (once, twice):
            if form in self._expansions or form in self.watched or form in self.common:
                return self.read_word(form)
        return self.read_word(once)

    def _glued(self, word: str) -> str | None:
        if len(word) < _SHORTEST_GLUED or not any(part in word for part in self._glue):
            return None
        return self._segmented(word)

    def _segmented(self, letters: str) -> str | None:
        """Split into watched words and joiners, fewest words first; None where something is left over."""
        best: list[list[str] | None] = [[], *([None] * len(letters))]
        for end in range(1, len(letters) + 1):
            for start in range(max(0, end - self._longest_piece), end):
                before, piece = best[start], letters[start:end]
                if before is None or piece not in self._pieces:
                    continue
                held = best[end]
                if held is None or len(before) + 1 < len(held):
                    best[end] = [*before, piece]
        read = " ".join(self._expansions.get(word, word) for word in best[-1] or ())
        return read if self.watched.intersection(read.split()) else None

    def _slipped(self, word: str) -> str | None:
        """A watched word with one letter wrong, missing, added or out of place."""
        if len(word) < _SHORTEST_SLIP - 1 or word in self._not_slips:
            return None
        forms = (self._slips.get(form) for form in (word, *sorted(_one_letter_less(word))))
        near = (watched for watched in forms if watched and abs(len(watched) - len(word)) <= 1)
        return next(near, None)


@lru_cache
def spelling_of(language: str) -> Spelling:
    """The tables of a language, read once."""
    return Spelling(language)


def pieces_of(chunk: str) -> list[tuple[int, str]]:
    """The words inside a chunk and where each begins."""
    return [(piece.start(), piece.group()) for piece in _PIECES.finditer(chunk)]


def _by_length(watched: frozenset[str]) -> dict[int, tuple[str, ...]]:
    lengths: defaultdict[int, list[str]] = defaultdict(list)
    for word in sorted(watched):
        lengths[len(word)].append(word)
    return {length: tuple(words) for length, words in lengths.items()}


def _one_letter_less(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(1, len(word))}


def _slips(watched: frozenset[str]) -> dict[str, str]:
    """Each watched word under itself and all its forms with one letter left out; the first letter always stands."""
    return {
        form: word
        for word in sorted(watched)
        if len(word) >= _SHORTEST_SLIP
        for form in (word, *sorted(_one_letter_less(word)))
    }
