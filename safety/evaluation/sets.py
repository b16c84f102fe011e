"""Which sets are judged, and which of their rows: our corpus, files, and of these what training never read."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from safety.corpus.labels import is_disputed, read_second
from safety.corpus.reading import (
    CorpusMessage,
    CorpusSession,
    number_of,
    read_messages,
    read_sessions,
)
from safety.evaluation.rows import Row, read_rows
from safety.levels import Level
from safety.training.aside import is_aside
from safety.training.examples import PUBLIC

Sets = dict[str, list[Row]]
"""Rows by the name of their set."""
CORPUS_MESSAGES: Final = "corpus_messages"
CORPUS_SESSIONS: Final = "corpus_sessions"
_PUBLIC: Final = {Path(each.path).stem: each for each in PUBLIC}


class SetNamedTwice(ValueError):
    """Two files would be one set."""


def read_sets(paths: Sequence[Path]) -> Sets:
    """Every file, and every JSON lines file of every folder, as a set of its name.

    Raises:
        SetNamedTwice: two files have one name.
        RowMalformed: a line cannot be read.
        OSError: a file cannot be read.
    """
    files = [
        file
        for path in paths
        for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])
    ]
    sets: Sets = {}
    for file in files:
        if file.stem in sets:
            raise SetNamedTwice(f"two files are named {file.stem}")
        sets[file.stem] = read_rows(file)
    return sets


def corpus_sets() -> Sets:
    """Our corpus: the messages of held-out families, and held-out sessions.

    Messages on whose risk the two labellers differ decide nothing.
    """
    second = read_second()
    return {
        CORPUS_MESSAGES: [
            _of_message(each, disputed=is_disputed(each, second))
            for each in read_messages()
            if each.held_out
        ],
        CORPUS_SESSIONS: [_of_session(each) for each in read_sessions() if each.held_out],
    }


def only_aside(sets: Sets) -> Sets:
    """The rows that training never reads; a set of which it reads all is left out."""
    return _filled({name: _aside(name, rows) for name, rows in sets.items()})


def sampled(sets: Sets, most: int) -> Sets:
    """At most so many rows of each set, chosen by a hash of their ids."""
    by_hash: Callable[[Row], int] = lambda row: number_of(row.id)  # noqa: E731 - a key
    return {name: sorted(rows, key=by_hash)[:most] for name, rows in sets.items()}


def _filled(sets: Sets) -> Sets:
    return {name: rows for name, rows in sets.items() if rows}


def _aside(name: str, rows: list[Row]) -> list[Row]:
    described = _PUBLIC.get(name)
    if described is None:
        return rows
    if described.is_for_evaluation:
        return [row for row in rows if is_aside(row.turns[0])]
    return rows[described.rows :] if described.rows else []


def _of_message(message: CorpusMessage, *, disputed: bool) -> Row:
    return Row(
        id=message.id,
        turns=(message.text,),
        is_session=False,
        crisis=None if disputed else message.level.rank >= Level.CONCERN.rank,
        level=message.level,
        triggers=message.triggers,
        lang=message.lang,
        identity="",
        category=message.about.get("negative", ""),
        cssrs=None,
    )


def _of_session(session: CorpusSession) -> Row:
    return Row(
        id=session.name,
        turns=tuple(turn.text for turn in session.turns),
        is_session=True,
        crisis=session.outcome.rank >= Level.CONCERN.rank,
        level=session.outcome,
        triggers=tuple(dict.fromkeys(name for turn in session.turns for name in turn.triggers)),
        lang=session.about["lang"],
        identity="",
        category=session.about.get("arc", ""),
        cssrs=None,
    )
