"""Two releases on the same rows: who is right where the other is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from safety.evaluation.figures import mcnemar
from safety.evaluation.judging import Judged


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two releases differ on a set.

    Args:
        name: of the set.
        only_first: rows that only the first flagged rightly.
        only_second: rows that only the second did.
        chance: probability of such a difference between equals, exact.
    """

    name: str
    only_first: int
    only_second: int
    chance: float

    def __str__(self) -> str:
        return (
            f"{self.name}: right only here {self.only_first}, only there {self.only_second}"
            f" (McNemar p = {self.chance:.3g})"
        )


def compare(name: str, first: Sequence[Judged], second: Sequence[Judged]) -> Comparison:
    """Compare flags on rows whose risk is known; both in the same order."""
    pairs = [
        (one.flagged == one.row.crisis, other.flagged == other.row.crisis)
        for one, other in zip(first, second, strict=True)
        if one.row.crisis is not None
    ]
    only_first = sum(one and not other for one, other in pairs)
    only_second = sum(other and not one for one, other in pairs)
    return Comparison(name, only_first, only_second, mcnemar(only_first, only_second))
