"""Letters without spaces between them, parted into words: as few as possible, in time linear in their number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Final

_UNKNOWN_COST: Final = 6.0
"""A letter that belongs to no word weighs as much as six words, so that it is left over only where it must be."""


@dataclass(frozen=True, slots=True)
class Segmenter:
    """Parts letters into words it knows.

    Args:
        costs: what each word weighs; one is that of an ordinary word.
        longest: letters of the longest word.
    """

    costs: Mapping[str, float]
    longest: int

    def split(self, letters: str, *, strays: bool = False) -> list[str] | None:
        """The words, in order; None where something is left over.

        Args:
            letters: without spaces.
            strays: whether letters may be left over; they then stand in the list one by one.
        """
        weights, begins = [0.0], [0]
        last_end = 0
        for end in range(1, len(letters) + 1):
            weight, begin = self._best(letters, end, weights)
            if strays and weights[end - 1] + _UNKNOWN_COST < weight:
                weight, begin = weights[end - 1] + _UNKNOWN_COST, end - 1
            if weight < inf:
                last_end = end
            elif end - last_end >= self.longest:
                return None
            weights.append(weight)
            begins.append(begin)
        return _walked(letters, begins) if weights[-1] < inf else None

    def _best(self, letters: str, end: int, weights: list[float]) -> tuple[float, int]:
        best, begin = inf, end
        for start in range(max(0, end - self.longest), end):
            cost = self.costs.get(letters[start:end])
            if cost is not None and weights[start] + cost < best:
                best, begin = weights[start] + cost, start
        return best, begin


def segmenter(words: Iterable[tuple[str, float]]) -> Segmenter:
    """One that knows these words; the least weight of a word counts."""
    costs: dict[str, float] = {}
    for word, cost in words:
        costs[word] = min(cost, costs.get(word, inf))
    return Segmenter(costs, max(map(len, costs), default=1))


def _walked(letters: str, begins: list[int]) -> list[str]:
    words, end = [], len(letters)
    while end:
        words.append(letters[begins[end] : end])
        end = begins[end]
    return words[::-1]
