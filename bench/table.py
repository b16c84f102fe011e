"""How a figure is shown, and whether it keeps its target."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    Args:
        name: what was measured.
        value: the figure.
        unit: its unit, or empty for a ratio.
        target: the bound.
        least: whether the target is a lower bound.
    """

    name: str
    value: float
    unit: str
    target: float
    least: bool = False

    @property
    def kept(self) -> bool:
        """Whether the target is kept."""
        return self.value >= self.target if self.least else self.value <= self.target

    def __str__(self) -> str:
        sign = ">=" if self.least else "<="
        verdict = "ok" if self.kept else "MISSED"
        return (
            f"{self.name:<58} {self.value:9.2f} {self.unit:<4} {sign} {self.target:7.2f}  {verdict}"
        )


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which that share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def show(figures: Sequence[Figure]) -> int:
    """Print the figures.

    Returns:
        An exit code: 1 when a target was missed.
    """
    for figure in figures:
        print(figure, flush=True)
    return int(not all(figure.kept for figure in figures))
