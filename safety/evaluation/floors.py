"""Targets and floors: what a release is measured against, and what it must not fall below."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from yaml import YAMLError

from safety.engine.datafiles import read_yaml
from safety.evaluation.summary import Summary

FLOORS: Final = Path(__file__).with_name("floors.yaml")


class FloorsMalformed(ValueError):
    """A file of floors names a figure that there is not, or lacks a number."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of one figure of one set.

    Args:
        figure: name in FIGURES.
        target: what is wanted.
        floor: what is the least.
        at_least: whether more is better.
    """

    figure: str
    target: float
    floor: float
    at_least: bool


Floors = Mapping[str, Sequence[Wanted]]
"""For each set what is wanted of it."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure against what is wanted of it.

    Args:
        name: of the figure.
        value: what was reached.
        target: what is wanted.
        floor: what is the least.
        at_least: whether more is better.
    """

    name: str
    value: float
    target: float
    floor: float
    at_least: bool

    @property
    def verdict(self) -> str:
        """`target`, `floor` or `broken`."""
        if self._reaches(self.target):
            return "target"
        return "floor" if self._reaches(self.floor) else "broken"

    def _reaches(self, wanted: float) -> bool:
        return self.value >= wanted if self.at_least else self.value <= wanted


FIGURES: Final[dict[str, Callable[[Summary], float | None]]] = {
    "any_recall": lambda each: each.any_risk.recall.value,
    "any_precision": lambda each: each.any_risk.precision.value,
    "page_f1": lambda each: each.page.f1 if each.page else None,
    "unflagged_severe": lambda each: each.unflagged_severe.value if each.unflagged_severe else None,
    "self_harm_f1": lambda each: each.self_harm.f1,
    "self_harm_area": lambda each: each.self_harm_area,
    "average_precision": lambda each: each.average_precision,
    "threats": lambda each: each.threats.value if each.threats else None,
    "false_alarms": lambda each: each.false_alarms[0].value,
    "false_pages": lambda each: each.false_alarms[1].value,
    "english_recall": lambda each: each.by_lang["en"][0].value if "en" in each.by_lang else None,
    "english_alarms": lambda each: each.by_lang["en"][1].value if "en" in each.by_lang else None,
    "recall_gap": lambda each: each.identity_gap[0] if each.identity_gap else None,
    "alarm_gap": lambda each: each.identity_gap[1] if each.identity_gap else None,
}


def read_floors(path: Path = FLOORS) -> Floors:
    """What a file wants of each set.

    Raises:
        FloorsMalformed: it cannot be understood.
        OSError: it cannot be read.
    """
    try:
        return {
            name: [_wanted(figure, said) for figure, said in figures.items()]
            for name, figures in read_yaml(path).items()
        }
    except (YAMLError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FloorsMalformed(f"{path.name}: {error}") from error


def _wanted(figure: str, said: Mapping[str, Any]) -> Wanted:
    if figure not in FIGURES:
        raise FloorsMalformed(f"there is no figure {figure}")
    return Wanted(figure, float(said["target"]), float(said["floor"]), bool(said["at_least"]))


def measures_of(summary: Summary, floors: Floors) -> list[Measure]:
    """Every figure of a set that something is wanted of; none for a set of which nothing is."""
    found = ((FIGURES[each.figure](summary), each) for each in floors.get(summary.name, ()))
    return [
        Measure(each.figure, value, each.target, each.floor, each.at_least)
        for value, each in found
        if value is not None
    ]
