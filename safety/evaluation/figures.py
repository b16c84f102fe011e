"""The figures: counts with intervals, never a share without the number it stands on.

Source: Wilson 1927 for intervals of shares; McNemar 1947 for two judges of the same texts; Brier 1950; Naeini et al.
2015 for the expected calibration error.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb, sqrt
from typing import Final

Z: Final = 1.96
"""For 95 %."""
BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many.

    Args:
        hits: how many.
        total: of how many.
    """

    hits: int
    total: int

    @property
    def value(self) -> float:
        """0 to 1; 0 of nothing is 0."""
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's, 95 %."""
        if not self.total:
            return (0.0, 1.0)
        share, count = self.value, self.total
        centre = share + Z * Z / (2 * count)
        spread = Z * sqrt(share * (1 - share) / count + Z * Z / (4 * count * count))
        scale = 1 + Z * Z / count
        return (max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale))

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.3f} ({low:.2f} to {high:.2f}, {self.hits} of {self.total})"


@dataclass(frozen=True, slots=True)
class Binary:
    """A yes or no against what is true.

    Args:
        precision: of the yeses, how many are right.
        recall: of what is there, how much was found.
    """

    precision: Share
    recall: Share

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        total = self.precision.total + self.recall.total
        return 2 * self.recall.hits / total if total else 0.0


def binary(pairs: Iterable[tuple[bool, bool]]) -> Binary:
    """From pairs of what was said and what is true."""
    said_true = [(said, true) for said, true in pairs]
    right = sum(said and true for said, true in said_true)
    return Binary(
        Share(right, sum(said for said, _ in said_true)),
        Share(right, sum(true for _, true in said_true)),
    )


def average_precision(scored: Iterable[tuple[float, bool]]) -> float:
    """Area under the precision-recall curve, as steps; equal scores are one step."""
    ranked = sorted(scored, key=lambda pair: -pair[0])
    wanted = sum(true for _, true in ranked)
    found, seen, area, last_recall = 0, 0, 0.0, 0.0
    for place, (score, true) in enumerate(ranked):
        found, seen = found + true, seen + 1
        ends = place + 1 == len(ranked) or ranked[place + 1][0] != score
        if ends and wanted:
            recall = found / wanted
            area, last_recall = area + (recall - last_recall) * found / seen, recall
    return area


def curve(scored: Iterable[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Recall and precision at every threshold, from the highest down."""
    ranked = sorted(scored, key=lambda pair: -pair[0])
    wanted, found, points = sum(true for _, true in ranked), 0, []
    for place, (score, true) in enumerate(ranked):
        found += true
        if wanted and (place + 1 == len(ranked) or ranked[place + 1][0] != score):
            points.append((found / wanted, found / (place + 1)))
    return points


def reliability(scored: Sequence[tuple[float, bool]]) -> list[tuple[float, float, int]]:
    """For each tenth of probability: what was said on average, what came true, and how many."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for score, true in scored:
        bins[min(BINS - 1, int(score * BINS))].append((score, true))
    return [
        (
            sum(score for score, _ in held) / len(held),
            sum(true for _, true in held) / len(held),
            len(held),
        )
        for held in bins
        if held
    ]


def calibration_error(scored: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error over tenths."""
    total = len(scored) or 1
    return sum(abs(said - true) * count / total for said, true, count in reliability(scored))


def brier(scored: Sequence[tuple[float, bool]]) -> float:
    """Mean square of what was said against what is true."""
    return sum((score - true) ** 2 for score, true in scored) / (len(scored) or 1)


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact two-sided probability that two judges differ this much by chance.

    Args:
        only_first: texts that only the first judged rightly.
        only_second: texts that only the second did.
    """
    total, fewer = only_first + only_second, min(only_first, only_second)
    if not total:
        return 1.0
    tail = sum(comb(total, each) for each in range(fewer + 1))
    return min(1.0, float(2 * tail / 2**total))
