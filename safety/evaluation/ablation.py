"""What each part of the engine is worth: the figures without it, side by side."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from safety.engine.assess import engine_of
from safety.evaluation.floors import Floors, Measure, measures_of
from safety.evaluation.judging import judge
from safety.evaluation.rows import Row
from safety.evaluation.summary import summarize

VARIANTS: Final[dict[str, tuple[str, ...]]] = {
    "rules": ("model", "arc"),
    "model": ("rules", "arc"),
    "both": ("arc",),
    "with arc": (),
}
"""Names of the columns, and what is left out in each."""


def lines_of(
    sets: Mapping[str, Sequence[Row]], floors: Floors, folder: Path, *, quiet: bool = False
) -> Iterator[str]:
    """A heading, then a line for each figure that something is wanted of, a column for each variant.

    Args:
        sets: rows by the name of their set.
        floors: which figures are wanted of which set.
        folder: of the bundle.
        quiet: without progress bars.
    """
    columns = [
        _measured(sets, floors, folder, without, quiet=quiet) for without in VARIANTS.values()
    ]
    yield f"{'set':<32}{'figure':<20}" + "".join(f"{name:>10}" for name in VARIANTS)
    for place, (name, measure) in enumerate(columns[0]):
        values = "".join(f"{column[place][1].value:>10.4f}" for column in columns)
        yield f"{name:<32}{measure.name:<20}{values}"


def _measured(
    sets: Mapping[str, Sequence[Row]],
    floors: Floors,
    folder: Path,
    without: Sequence[str],
    *,
    quiet: bool,
) -> list[tuple[str, Measure]]:
    engine = engine_of(folder, without=without)
    summaries = (
        summarize(name, judge(rows, engine, name=name, quiet=quiet)) for name, rows in sets.items()
    )
    return [(each.name, measure) for each in summaries for measure in measures_of(each, floors)]
