"""Letting a release judge labelled rows."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from safety.engine.assess import Engine
from safety.evaluation.progress import with_bar
from safety.evaluation.rows import Row
from safety.levels import Level

if TYPE_CHECKING:
    from safety.engine.protocol import Verdict

FLAG: Final = Level.CONCERN
OF_ANOTHER_DANGER: Final = 10
SELF_HARM: Final = frozenset(
    {
        "passive_ideation",
        "suicidal_ideation",
        "suicide_plan",
        "suicide_intent",
        "means_access",
        "goodbye",
    }
    | {"attempt_in_progress", "overdose", "self_harm", "self_harm_urge", "eating_disorder"}
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A row and what the release says of it.

    Args:
        row: what was judged.
        levels: of each turn.
        triggers: everything that fired.
        probability: the highest of any turn.
        milliseconds: for the whole row.
    """

    row: Row
    levels: tuple[Level, ...]
    triggers: tuple[str, ...]
    probability: float
    milliseconds: float

    @property
    def level(self) -> Level:
        """The most urgent of any turn."""
        return max(self.levels, key=lambda level: level.rank)

    @property
    def flagged(self) -> bool:
        """Whether any risk was seen, or the text could not be read."""
        return self.level.rank >= FLAG.rank

    @property
    def paged(self) -> bool:
        """Whether a human would be called at once."""
        return self.level is Level.CRISIS

    @property
    def first_flag(self) -> int | None:
        """Number of the first turn that was flagged, from 1; None where none was."""
        ranks = [number for number, level in enumerate(self.levels, 1) if level.rank >= FLAG.rank]
        return ranks[0] if ranks else None

    @property
    def harms_self(self) -> bool:
        """Whether it was flagged for danger by the person's own hand."""
        return self.flagged and bool(SELF_HARM.intersection(self.triggers))

    @property
    def self_harm_probability(self) -> float:
        """The probability; a tenth of it where it stands for another danger, so that this one is not ruled out."""
        named = self.harms_self or not self.flagged
        return self.probability if named else self.probability / OF_ANOTHER_DANGER


def judge(rows: Sequence[Row], engine: Engine, *, name: str, quiet: bool = False) -> list[Judged]:
    """Judge every row, with a bar that shows how far it is."""
    return [_judged(row, engine) for row in (rows if quiet else with_bar(rows, name))]


def _judged(row: Row, engine: Engine) -> Judged:
    began = time.perf_counter()
    verdicts: list[Verdict] = (
        engine.assess_turns(row.turns) if row.is_session else [engine.assess(row.turns[0])]
    )
    elapsed = (time.perf_counter() - began) * 1000
    return Judged(
        row=row,
        levels=tuple(verdict.level for verdict in verdicts),
        triggers=tuple(dict.fromkeys(name for verdict in verdicts for name in verdict.triggers)),
        probability=max(verdict.probability for verdict in verdicts),
        milliseconds=elapsed,
    )
