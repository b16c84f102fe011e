"""The second labels, given blind by another labeller, and how far the two agree.

Source: Cohen 1960 for kappa, Cohen 1968 for weighting it by the distance of the levels (squared).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sklearn.metrics import cohen_kappa_score

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


def lines_of(messages: Sequence[CorpusMessage], second: Mapping[str, Label]) -> Iterator[str]:
    """How far the labellers agree, a line for each figure."""
    pairs = [(first_of(each), second[each.id]) for each in messages if each.id in second]
    one, other = ([pair[side].level.rank for pair in pairs] for side in (0, 1))
    same = sum(pair[0].level is pair[1].level for pair in pairs) / len(pairs)
    yield f"labelled twice {len(pairs)}, the same level {same:.3f}"
    yield f"kappa of levels {_kappa(one, other):.3f}, weighted {_kappa(one, other, 'quadratic'):.3f}"
    for name, level in (("any risk", Level.CONCERN), ("crisis", Level.CRISIS)):
        first, again = ([rank >= level.rank for rank in ranks] for ranks in (one, other))
        yield f"kappa of {name} {_kappa(first, again):.3f}"
    yield f"disputed {sum(pair[0].is_risk is not pair[1].is_risk for pair in pairs)}"
    yield "kappa of signs: " + ", ".join(
        f"{name} {_of_sign(name, pairs):.2f}" for name in TRIGGERS if _is_seen(name, pairs)
    )


def _is_seen(name: str, pairs: Sequence[tuple[Label, Label]]) -> bool:
    return any(name in label.triggers for pair in pairs for label in pair)


def _of_sign(name: str, pairs: Sequence[tuple[Label, Label]]) -> float:
    one, other = ([name in label.triggers for label in side] for side in zip(*pairs, strict=True))
    return _kappa(one, other)


def _kappa(one: Sequence[int], other: Sequence[int], weights: str | None = None) -> float:
    return float(cohen_kappa_score(one, other, weights=weights))
