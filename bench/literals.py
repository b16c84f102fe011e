"""Words of which a pattern needs at least one, read from the pattern itself: what a literal filter can look for."""

import importlib
from typing import Any

kinds: Any = importlib.import_module("re._constants")
parser: Any = importlib.import_module("re._parser")
"""What `re` reads patterns with; it has no public name."""
Needed = frozenset[str] | None
"""None where the pattern may match without any literal."""
SHORTEST = 3


def literals_of(pattern: str) -> Needed:
    """The literals of which every match holds one; None where there are none of three letters."""
    return _needed(parser.parse(pattern))


def _needed(items: Any) -> Needed:
    """The best of a sequence: that whose shortest literal is longest."""
    found: list[frozenset[str]] = []
    run = ""
    for kind, value in [*items, (kinds.AT, None)]:
        if kind is kinds.LITERAL:
            run += chr(value)
            continue
        if len(run.strip()) >= SHORTEST:
            found.append(frozenset([run.strip()]))
        run = ""
        inner = _inside(kind, value)
        if inner:
            found.append(inner)
    return max(found, key=lambda each: (min(map(len, each)), -len(each)), default=None)


def _inside(kind: Any, value: Any) -> Needed:
    if kind is kinds.SUBPATTERN:
        return _needed(value[3])
    if kind is kinds.MAX_REPEAT and value[0] > 0:
        return _needed(value[2])
    if kind is kinds.BRANCH:
        parts = [_needed(branch) for branch in value[1]]
        if all(parts):
            return frozenset().union(*(part for part in parts if part))
    return None
