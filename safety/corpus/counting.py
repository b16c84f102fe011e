"""What the corpus holds, counted: `python -m safety.corpus.counting`. The data sheet names this command.

Source: Broder 1997 for likeness by shingles; Li et al. 2016 (arXiv 1510.03055) for distinct n-grams.
"""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from safety.corpus import agreement
from safety.corpus.labels import read_second
from safety.corpus.reading import CorpusMessage, read_messages, read_sessions

SHINGLE_WORDS: Final = 3
TOO_LIKE: Final = 0.7
NEAREST_SHARES: Final = (0.5, 0.95, 1.0)
LENGTHS: Final = (8, 25, 60, 150)
FIELDS: Final = ("person", "time", "manner", "negative", "register", "age")
_WORD: Final = re.compile(r"\w+")


def shingles_of(text: str) -> frozenset[tuple[str, ...]]:
    """Runs of three words; all words of a shorter text; the text itself where it has no words."""
    words = _WORD.findall(text.lower()) or [text]
    runs = range(len(words) - SHINGLE_WORDS + 1)
    return frozenset(tuple(words[each : each + SHINGLE_WORDS]) for each in runs) or frozenset(
        [tuple(words)]
    )


def too_like(messages: Sequence[CorpusMessage]) -> Iterator[tuple[str, str]]:
    """Ids of messages of one language that share at least seven shingles in ten."""
    for place, other, like in _alike(messages):
        if like >= TOO_LIKE:
            yield messages[other].id, messages[place].id


def nearest(messages: Sequence[CorpusMessage]) -> list[float]:
    """How like each message is to its nearest neighbour of the same language: shingles shared, 0 to 1."""
    most = [0.0] * len(messages)
    for place, other, like in _alike(messages):
        most[place], most[other] = max(most[place], like), max(most[other], like)
    return most


def _alike(messages: Sequence[CorpusMessage]) -> Iterator[tuple[int, int, float]]:
    """Every two messages of one language that share a shingle, the later one first, and how much they share."""
    holders: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
    kept = [shingles_of(message.text) for message in messages]
    for place, message in enumerate(messages):
        keys = [(message.lang, shingle) for shingle in kept[place]]
        shared = Counter(other for key in keys for other in holders[key])
        for other, count in shared.items():
            yield place, other, count / (len(kept[place]) + len(kept[other]) - count)
        for key in keys:
            holders[key].append(place)


def distinct(messages: Sequence[CorpusMessage]) -> float:
    """Of all runs of three words, the share that are said once only or for the first time."""
    runs = [run for message in messages for run in shingles_of(message.text)]
    return len(set(runs)) / len(runs) if runs else 0.0


def lines_of(messages: Sequence[CorpusMessage]) -> Iterator[str]:
    """The composition of some messages, a line for each figure."""
    yield f"messages {len(messages)}, of them held out {sum(each.held_out for each in messages)}"
    yield f"families {len({each.family for each in messages})}"
    yield f"distinct runs of three words {distinct(messages):.3f}"
    likeness = sorted(nearest(messages)) or [0.0]
    shown = [likeness[int(share * (len(likeness) - 1))] for share in NEAREST_SHARES]
    yield "nearest neighbour, median, 95 % and most: " + ", ".join(f"{each:.2f}" for each in shown)
    yield _counted("words", [_length(each.text) for each in messages])
    yield _counted("lang", [each.lang for each in messages])
    yield _counted("level", [each.level.value for each in messages])
    yield _counted("trigger", [name for each in messages for name in each.triggers])
    for field in FIELDS:
        yield _counted(field, [each.about[field] for each in messages if field in each.about])


def _length(text: str) -> str:
    words = len(text.split())
    return next((f"to {most:03}" for most in LENGTHS if words <= most), "more")


def _counted(name: str, values: Sequence[str]) -> str:
    return f"{name}: " + ", ".join(
        f"{value} {count}" for value, count in sorted(Counter(values).items())
    )


def main() -> None:
    """Print messages, how far their labellers agree, then sessions."""
    messages, sessions = read_messages(), read_sessions()
    for line in (*lines_of(messages), *agreement.lines_of(messages, read_second())):
        sys.stdout.write(f"{line}\n")
    turns = sum(len(session.turns) for session in sessions)
    sys.stdout.write(f"sessions {len(sessions)}, turns {turns}\n")
    outcomes = [session.outcome.value for session in sessions]
    sys.stdout.write(_counted("outcome", outcomes) + "\n")


if __name__ == "__main__":
    main()
