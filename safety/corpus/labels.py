"""What the labellers of the corpus saw: the writer of a message, and another who labelled it blind."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from safety.corpus.reading import CorpusMalformed, CorpusMessage
from safety.levels import TRIGGERS, Level

SECOND: Final = Path(__file__).with_name("second.tsv")
"""A line for each message: its id, level and signs, with a tab between."""
_COLUMNS: Final = 3


@dataclass(frozen=True, slots=True)
class Label:
    """What one labeller saw in a message.

    Args:
        level: what the words show.
        triggers: the signs in them.
    """

    level: Level
    triggers: tuple[str, ...]

    @property
    def is_risk(self) -> bool:
        """Whether somebody should look."""
        return self.level.rank >= Level.CONCERN.rank


def read_second(path: Path = SECOND) -> dict[str, Label]:
    """The second labels by the ids of their messages.

    Raises:
        CorpusMalformed: a line cannot be read.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(_read(line, f"{path.name}:{number}") for number, line in enumerate(lines, 1))


def _read(line: str, place: str) -> tuple[str, Label]:
    parts = line.split("\t")
    triggers = tuple(filter(None, parts[-1].split(",")))
    if len(parts) != _COLUMNS or not set(triggers) <= set(TRIGGERS):
        raise CorpusMalformed(f"{place}: not an id, a level and signs")
    try:
        return parts[0], Label(Level(parts[1]), triggers)
    except ValueError as error:
        raise CorpusMalformed(f"{place}: {error}") from error


def first_of(message: CorpusMessage) -> Label:
    """What its writer said of a message."""
    return Label(message.level, message.triggers)


def is_disputed(message: CorpusMessage, second: Mapping[str, Label]) -> bool:
    """Whether the two labellers differ on there being any risk: such a message judges nobody."""
    again = second.get(message.id)
    return again is not None and again.is_risk is not first_of(message).is_risk
