"""Checks an export in JSON lines, and needs nothing but the export: no database, no Django, no key. Pure.

`python -m audit.verification FILE` works with this file, `leaves.py` and `merkle.py` alone.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from audit.leaves import LEAF_FIELDS, leaf_hash
from audit.merkle import MerkleTree

ENTRY_FIELDS: Final = frozenset({"sequence", *LEAF_FIELDS, "leaf_hash"})


class RecordBroken(Exception):
    """The export is not the record as it was written; the message names the first place that is wrong."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was noted of the tree at an earlier time.

    Args:
        size: how many entries it had.
        root: its root then, 64 hex characters.
    """

    size: int
    root: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a whole export proves.

    Args:
        size: how many entries it has.
        root: the root of the tree over them; empty for a part of the record, which has no tree of its own.
    """

    size: int
    root: str


def verify_whole(lines: Iterable[str], remembered: Remembered | None = None) -> Verified:
    """Check a whole record: every leaf, its place, and that it still begins with what is remembered.

    Raises:
        RecordBroken: at the first place that is wrong.
    """
    tree = MerkleTree()
    _check_root(tree, remembered)
    for number, line in enumerate(lines, start=1):
        entry = _read(line, number)
        if not _is_number(entry["sequence"], tree.size):
            raise RecordBroken(
                f"line {number}: sequence {tree.size} belongs here, {entry['sequence']!r} stands here"
            )
        tree.append(bytes.fromhex(_checked_hash(entry, number)))
        _check_root(tree, remembered)
    if remembered and tree.size < remembered.size:
        raise RecordBroken(
            f"the end is missing: {remembered.size} entries were promised, {tree.size} are here"
        )
    return Verified(tree.size, tree.root())


def verify_part(lines: Iterable[str]) -> Verified:
    """Check what a filter let through: every leaf, and that their numbers rise.

    Raises:
        RecordBroken: at the first place that is wrong.
    """
    last, size = -1, 0
    for number, line in enumerate(lines, start=1):
        entry = _read(line, number)
        sequence = entry["sequence"]
        if type(sequence) is not int or sequence <= last:  # True is not a number here
            raise RecordBroken(f"line {number}: sequence {sequence!r} does not follow {last}")
        _checked_hash(entry, number)
        last, size = sequence, number
    return Verified(size, "")


def _is_number(value: object, wanted: int) -> bool:
    return (
        type(value) is int and value == wanted
    )  # True and 1.0 equal 1, and are not what was written


def _read(line: str, number: int) -> dict[str, object]:
    try:
        entry = json.loads(line, object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        raise RecordBroken(f"line {number}: not one JSON object") from error
    if not isinstance(entry, dict) or entry.keys() != ENTRY_FIELDS or not line.endswith("\n"):
        raise RecordBroken(f"line {number}: not an entry of the record")
    return entry


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _checked_hash(entry: dict[str, object], number: int) -> str:
    try:
        counted = leaf_hash({name: entry[name] for name in LEAF_FIELDS})
    except ValueError as error:  # half a character, which no encoding can hold
        raise RecordBroken(f"line {number}: not an entry of the record") from error
    if counted != entry["leaf_hash"]:
        raise RecordBroken(f"line {number}: sequence {entry['sequence']} was altered")
    return counted


def _check_root(tree: MerkleTree, remembered: Remembered | None) -> None:
    if remembered and tree.size == remembered.size and tree.root() != remembered.root.lower():
        raise RecordBroken(
            f"the first {tree.size} entries are not those of the root that was noted"
        )


def main(arguments: list[str]) -> int:
    """Check the file that is named; 0 when it is whole, 1 when it is broken, 2 for a wrong call."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m audit.verification FILE\n")
        return 2
    try:
        with Path(arguments[0]).open(encoding="utf-8", newline="\n") as lines:
            verified = verify_whole(lines)
    except (RecordBroken, UnicodeDecodeError) as error:
        sys.stderr.write(f"broken: {error}\n")
        return 1
    sys.stdout.write(f"ok: {verified.size} entries, root {verified.root}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
