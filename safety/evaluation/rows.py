"""Labelled texts and sessions from JSON lines, checked as they are read."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from safety.levels import TRIGGERS, Level

LONGEST_LINE: Final = 1_000_000
SEVERITIES: Final = {level.value: level for level in Level if level is not Level.UNKNOWN}


class RowMalformed(ValueError):
    """A line is not what it should be; the text names file and line, and quotes nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text, or one session.

    Args:
        id: of the row.
        turns: the texts; one for a single text.
        is_session: whether the turns are a conversation.
        crisis: whether there is any risk; None where that cannot be said.
        level: how severe, where the set says so.
        triggers: the signs, where the set names them.
        lang: two letters; `en` where the set is silent.
        identity: which identity was swapped in; empty where none.
        category: the set's own kind of row.
        cssrs: severity on the Columbia scale, 0 to 6, where given.
    """

    id: str
    turns: tuple[str, ...]
    is_session: bool
    crisis: bool | None
    level: Level | None
    triggers: tuple[str, ...]
    lang: str
    identity: str
    category: str
    cssrs: float | None

    @property
    def is_page(self) -> bool | None:
        """Whether a human should be called at once; None where the set does not say."""
        if self.cssrs is not None:
            return self.cssrs >= PAGE_FROM
        return None if self.level is None else self.level is Level.CRISIS


MOST_SEVERE: Final = 6
PAGE_FROM: Final = 4
"""Source: Posner et al. 2011, C-SSRS: from item 4 on, intent."""


def read_rows(path: Path) -> list[Row]:
    """Every row of a file.

    Raises:
        RowMalformed: a line is no JSON, has no text, or an unknown label.
        OSError: the file cannot be read.
    """
    rows = list(_rows(path))
    if not rows:
        raise RowMalformed(f"{path.name}: no rows")
    return rows


def _rows(path: Path) -> Iterator[Row]:
    with path.open("rb") as lines:
        # Bounded, so that a file without line ends does not fill the memory.
        for number, line in enumerate(iter(lambda: lines.readline(LONGEST_LINE + 1), b""), 1):
            if line.strip():
                yield _row(line, f"{path.name}:{number}")


def _row(line: bytes, place: str) -> Row:
    if len(line) > LONGEST_LINE:
        raise RowMalformed(f"{place}: longer than {LONGEST_LINE} bytes")
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        # Without the cause, which would hold the row's words.
        raise RowMalformed(f"{place}: not JSON") from None
    if not isinstance(said, dict):
        raise RowMalformed(f"{place}: not an object")
    return Row(
        id=str(said.get("id", place)),
        turns=_turns(said, place),
        is_session=bool(said.get("turns")),
        crisis=_crisis(said, place),
        level=_level(said, place),
        triggers=_triggers(said, place),
        lang=str(said.get("lang") or "en"),
        identity=str(said.get("identity") or ""),
        category=str(said.get("category") or ""),
        cssrs=_cssrs(said, place),
    )


def _turns(said: dict[str, Any], place: str) -> tuple[str, ...]:
    turns = said.get("turns") or [said.get("text")]
    if not isinstance(turns, list) or not all(isinstance(turn, str) for turn in turns):
        raise RowMalformed(f"{place}: neither a text nor turns")
    return tuple(turns)


def _crisis(said: dict[str, Any], place: str) -> bool | None:
    crisis = said.get("crisis")
    if crisis is not None and not isinstance(crisis, bool):
        raise RowMalformed(f"{place}: crisis is neither true, false nor null")
    if crisis is None and said.get("level"):
        level = _level({"level": said["level"]}, place)
        return level is not None and level.rank >= Level.CONCERN.rank
    return crisis


def _level(said: dict[str, Any], place: str) -> Level | None:
    name = said.get("severity") or said.get("level")
    if name is None:
        return None
    if not isinstance(name, str) or name not in SEVERITIES:
        raise RowMalformed(f"{place}: unknown severity")
    return SEVERITIES[name]


def _triggers(said: dict[str, Any], place: str) -> tuple[str, ...]:
    names = said.get("triggers") or []
    if not isinstance(names, list) or not all(name in TRIGGERS for name in names):
        raise RowMalformed(f"{place}: unknown trigger")
    return tuple(names)


def _cssrs(said: dict[str, Any], place: str) -> float | None:
    label = said.get("label")
    value = label.get("cssrs") if isinstance(label, dict) else None
    if value is not None and (not isinstance(value, int | float) or not 0 <= value <= MOST_SEVERE):
        raise RowMalformed(f"{place}: severity outside 0 to {MOST_SEVERE}")
    return None if value is None else float(value)
