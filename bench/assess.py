"""How long one assessment takes, beside a single pass of Python's `re` over the same words.

Run: `python -m bench.assess`. Target: 100 characters median 1 ms, 99th percentile 5 ms; 8 000 hostile characters 50 ms.
"""

import random
import re
import statistics
import time
from collections.abc import Callable, Iterable

from safety.engine.assess import assess
from safety.engine.rules import person_rules

SEED = 7
MESSAGES = 2000
MESSAGE_CHARACTERS = 100
HOSTILE_CHARACTERS = 8000
EVERYDAY = (
    "today i went to the shop with my sister and we could not find the bread that she likes so we had to go home "
    "work is a lot right now my boss wants the report by friday and i have been tired all week what do you think "
    "i should do about it maybe take a day off or talk to him again last time it did help a little thank you"
)
HOSTILE = (
    "i want to really just so badly kill hang end take my own life it all myself die be dead never not would could "
    "wish had been thinking about of the pills bridge tonight no one nobody better off without me can not go on"
)


def main() -> None:
    """Print the table."""
    words = sorted(
        {word for rule in person_rules().rules for word in _literals(rule.pattern.pattern)}
    )
    alternation = re.compile("|".join(map(re.escape, words)))
    chooser = random.Random(SEED)
    messages = [
        _mixed(chooser, EVERYDAY + " " + HOSTILE, MESSAGE_CHARACTERS) for _ in range(MESSAGES)
    ]
    hostile = [_mixed(chooser, HOSTILE, HOSTILE_CHARACTERS) for _ in range(20)]
    hostile += [(piece * HOSTILE_CHARACTERS)[:HOSTILE_CHARACTERS] for piece in _PIECES]
    assess("warm up: the rules are read on first use")
    print(f"{'':34}{'median ms':>10}{'p99 ms':>10}{'worst ms':>10}")
    for name, judge in (("engine", assess), ("re, one alternation", alternation.findall)):
        _print(f"{name}, {MESSAGE_CHARACTERS} characters", _timed(judge, messages))
        _print(f"{name}, {HOSTILE_CHARACTERS} hostile", _timed(judge, hostile))


_PIECES = (
    "k*",
    "k i l l ",
    "&#107;",
    '"',
    "i do not want to die ",
    "\U0001f480",
    "not never no ",
    "<a",
)


def _literals(pattern: bytes) -> list[str]:
    return re.findall(r"[a-z]{4,}", pattern.decode())


def _mixed(chooser: random.Random, words: str, characters: int) -> str:
    known = words.split()
    chosen = [chooser.choice(known) for _ in range(characters // 2)]
    return " ".join(chosen)[:characters]


def _timed(judge: Callable[[str], object], texts: Iterable[str]) -> list[float]:
    times = []
    for text in texts:
        started = time.perf_counter()
        judge(text)
        times.append((time.perf_counter() - started) * 1000)
    return times


def _print(name: str, times: list[float]) -> None:
    ordered = sorted(times)
    p99 = ordered[int(len(ordered) * 0.99) - 1]
    print(f"{name:34}{statistics.median(ordered):10.3f}{p99:10.3f}{ordered[-1]:10.3f}")


if __name__ == "__main__":
    main()
