"""Made-up examples and public sets, for the tests of training."""

import json
from pathlib import Path
from typing import Any

from safety.levels import Level
from safety.training.examples import NO_SIGNS, PUBLIC, Example, targets_of

MARKER = "zebracorn"
"""A word that stands in every row of the made-up public sets."""


def make_example(text: str, level: Level = Level.NONE, **about: Any) -> Example:
    """What is known of a text: its level, and nothing besides unless said."""
    known = {"signs": NO_SIGNS, "weight": 1.0, "source": "test", **about}
    return Example(text=text, targets=targets_of(level), **known)


def make_public_sets(folder: Path, rows: int = 20) -> Path:
    """A data folder with every public set, each of the same rows, every word of them marked."""
    for described in PUBLIC:
        path = folder / described.path
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            {
                "id": str(number),
                "text": f"{path.stem} {number} {MARKER}",
                "crisis": (True, False, None)[number % 3],
                "severity": ("crisis", "none", None)[number % 3],
                "category": "threat_others" if number % 5 == 0 else None,
            }
            for number in range(rows)
        ]
        path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return folder
