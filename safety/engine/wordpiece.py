"""Words as the sentence encoder knows them: numbers of pieces from a fixed vocabulary.

The text has been brought to its plain form already, lower case and without accents, so what is left of BERT's
tokeniser is to part words from signs and to cut each into the longest known pieces.
Source: Wu et al. 2016 (arXiv 1609.08144) for the pieces; a test compares every number with the `tokenizers` library,
which is not used here because it brings a client for a model hub into a service that holds people's words.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

LONGEST_WORD: Final = 100
"""Characters; a longer one is unknown, as in BERT's own tokeniser."""
UNKNOWN: Final = "[UNK]"
BEGINNING: Final = "[CLS]"
END: Final = "[SEP]"
_IDEOGRAPHS: Final = (
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002a6df"
    "\U0002a700-\U0002b81f\U0002b920-\U0002ceaf"
)
"""Each is a word of its own. Source: the ranges of BERT's tokeniser, without those that the plain form takes apart,
and with the gap that the reference leaves from 2B820."""
_PARTS: Final = re.compile(rf"[{_IDEOGRAPHS}]|[^\W_{_IDEOGRAPHS}]+|[^\s\w]|_")


class Vocabulary:
    """The pieces, and how words fall into them.

    Args:
        pieces: number of each piece; one that continues a word begins with `##`.
    """

    def __init__(self, pieces: Mapping[str, int]) -> None:
        self._pieces = dict(pieces)
        self.unknown = self._pieces[UNKNOWN]
        self.beginning, self.end = self._pieces[BEGINNING], self._pieces[END]
        self._longest_piece = max(map(len, self._pieces))
        self.numbers_of = lru_cache(maxsize=20_000)(self._numbers_of)

    @classmethod
    def read(cls, path: Path) -> "Vocabulary":
        """From a file with one piece a line."""
        lines = path.read_text(encoding="utf-8").splitlines()
        return cls({piece: number for number, piece in enumerate(lines)})

    def _numbers_of(self, chunk: str) -> tuple[int, ...]:
        """The numbers of a word and the signs that cling to it."""
        return tuple(number for part in _PARTS.findall(chunk) for number in self._cut(part))

    def _cut(self, word: str) -> list[int]:
        if len(word) > LONGEST_WORD:
            return [self.unknown]
        numbers, start = [], 0
        while start < len(word):
            number, start = self._longest(word, start)
            if number is None:
                return [self.unknown]
            numbers.append(number)
        return numbers

    def _longest(self, word: str, start: int) -> tuple[int | None, int]:
        prefix = "##" if start else ""
        for end in range(min(len(word), start + self._longest_piece), start, -1):
            number = self._pieces.get(prefix + word[start:end])
            if number is not None:
                return number, end
        return None, start
