"""Ways of matching many rules: every rule by itself, and filters that say which of them may match.

python -m bench.automata            every way, each in a process of its own
python -m bench.automata WAY TIMES  one of them with so many times today's rules, as JSON

What a filter lets pass is then matched rule by rule. pyahocorasick and hyperscan are measured where
they are installed; the service needs neither.
"""

import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any, Final

import re2

from bench.assess import HOSTILE, LENGTHS, MIB, SEED, texts_of
from bench.literals import literals_of
from bench.table import percentile
from safety.engine.anchors import Anchors, Index
from safety.engine.normalize import normalize
from safety.engine.rules import automaton_options, person_rules

TIMES: Final = (1, 5)
ROOM: Final = 256 * MIB
"""What one automaton of all rules may hold."""
SECONDS: Final = 40
CORPUS_TEXTS: Final = 60
LONGEST_FOR_HYPERSCAN: Final = 15_000
HOSTILE_TEXTS: Final = 12
NEEDS: Final = {"pyahocorasick": "ahocorasick", "hyperscan": "hyperscan"}
"""Ways that need a package of their own, and its module."""
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"

Filter = Callable[[bytes], Iterable[int]]
"""Numbers of the rules that may match a text."""


def patterns_of(times: int) -> list[bytes]:
    """The English rules, and copies of them whose longer words are other words, so that nothing is shared."""
    shipped = [rule.pattern.pattern for rule in person_rules().rules]
    return [_turned(pattern, turn) for turn in range(times) for pattern in shipped]


def _turned(pattern: bytes, turn: int) -> bytes:
    table = bytes.maketrans(_LETTERS.encode(), (_LETTERS[turn:] + _LETTERS[:turn]).encode())
    return re.sub(rb"(?<![\\a-z])[a-z]{4,}", lambda word: word.group().translate(table), pattern)


def _every_rule(patterns: Sequence[bytes]) -> Filter:
    return lambda _: range(len(patterns))


def _anchors(patterns: Sequence[bytes]) -> Filter:
    """As shipped: words are looked up; those of a copied rule are turned like its pattern."""
    shipped = [rule.anchors for rule in person_rules().rules]
    turns = len(patterns) // len(shipped)
    index = Index(_turned_anchors(each, turn) for turn in range(turns) for each in shipped)
    return index.may_match


def _turned_anchors(anchors: Anchors, turn: int) -> Anchors:
    if anchors is None:
        return None
    return frozenset(_turned(each.encode(), turn).decode() for each in anchors)


def _set(patterns: Sequence[bytes]) -> Filter:
    together = re2.Set.SearchSet(automaton_options(ROOM))
    for pattern in patterns:
        together.Add(pattern)
    together.Compile()
    return lambda data: together.Match(data) or ()


def _alternation(patterns: Sequence[bytes]) -> Filter:
    whole = b"|".join(b"(?:" + pattern + b")" for pattern in patterns)
    either = re2.compile(whole, automaton_options(ROOM))
    return lambda data: range(len(patterns)) if either.search(data) else ()


def _pyahocorasick(patterns: Sequence[bytes]) -> Filter:
    import ahocorasick  # noqa: PLC0415 - only where it is installed

    needed = [literals_of(pattern.decode()) for pattern in patterns]
    always = {number for number, words in enumerate(needed) if words is None}
    holders: dict[str, set[int]] = {}
    for number, words in enumerate(needed):
        for word in words or ():
            holders.setdefault(word, set()).add(number)
    automaton = ahocorasick.Automaton()
    for word, numbers in holders.items():
        automaton.add_word(word, numbers)
    automaton.make_automaton()
    return lambda data: always.union(
        *(numbers for _, numbers in automaton.iter(data.decode("latin-1")))
    )


def _hyperscan(patterns: Sequence[bytes]) -> Filter:
    import hyperscan  # noqa: PLC0415 - only where it is installed

    always = [number for number, each in enumerate(patterns) if len(each) > LONGEST_FOR_HYPERSCAN]
    short = sorted(set(range(len(patterns))).difference(always))
    database = hyperscan.Database()
    flags = hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_PREFILTER
    database.compile(
        expressions=[_in_lines(patterns[number]) for number in short],
        ids=short,
        elements=len(short),
        flags=[flags] * len(short),
    )

    def matching(data: bytes) -> Iterable[int]:
        found = [*always]
        database.scan(
            b"\n" + data + b"\n", match_event_handler=lambda number, *_: found.append(number)
        )
        return found

    return matching


def _in_lines(pattern: bytes) -> bytes:
    """Hyperscan knows no beginning or end of a text inside a pattern: line ends stand for them, around the text too."""
    unbounded = pattern.removeprefix(rb"\b")
    return re.sub(rb"(?<![\\\[])\^|\$", rb"\\n", unbounded)


WAYS: Final[dict[str, Callable[[Sequence[bytes]], Filter]]] = {
    "every rule": _every_rule,
    "anchors (shipped)": _anchors,
    "re2.Set": _set,
    "one re2 alternation": _alternation,
    "pyahocorasick": _pyahocorasick,
    "hyperscan": _hyperscan,
}


def measured(way: str, times: int) -> dict[str, Any]:
    """Load time, memory and milliseconds of one way; and how many matches it lost."""
    patterns = patterns_of(times)
    before, began = _held(), time.perf_counter()
    rules = [re2.compile(pattern, automaton_options(32 * MIB)) for pattern in patterns]
    may_match = WAYS[way](patterns)
    loaded = time.perf_counter() - began
    texts = {(kind, length): _data(kind, length) for kind in KINDS for length in LENGTHS}
    for data in chain.from_iterable(texts.values()):
        _matching(may_match, rules, data)
    return {
        "load_seconds": loaded,
        "milliseconds": [
            [
                kind,
                length,
                percentile(_timed(may_match, rules, held), 50),
                _worst(may_match, rules, held),
            ]
            for (kind, length), held in texts.items()
        ],
        "memory_mib": (_held() - before) / MIB,
        "lost": _lost(may_match, rules, chain.from_iterable(texts.values())),
    }


def _matching(may_match: Filter, rules: Sequence[Any], data: bytes) -> list[int]:
    return [number for number in may_match(data) if rules[number].search(data)]


def _lost(may_match: Filter, rules: Sequence[Any], texts: Iterable[bytes]) -> int:
    every = _every_rule(rules)
    return sum(
        len(set(_matching(every, rules, data)) - set(_matching(may_match, rules, data)))
        for data in texts
    )


def _timed(may_match: Filter, rules: Sequence[Any], texts: Sequence[bytes]) -> list[float]:
    times = []
    for data in texts:
        began = time.thread_time()
        _matching(may_match, rules, data)
        times.append((time.thread_time() - began) * 1000)
    return times


def _worst(may_match: Filter, rules: Sequence[Any], texts: Sequence[bytes]) -> float:
    return max(_timed(may_match, rules, texts))


KINDS: Final = ("our corpus", "hostile")


def _data(kind: str, length: int) -> list[bytes]:
    texts = texts_of(length)[:CORPUS_TEXTS] if kind == "our corpus" else _hostile(length)
    return [normalize(text).data for text in texts]


def _hostile(length: int) -> list[str]:
    """What the engine is tried with, and the rules' own words in any order."""
    chooser = random.Random(SEED)
    patterns = b" ".join(patterns_of(1)).decode()
    words = sorted(set(re.findall(r"(?<![\\a-z])[a-z]+", patterns)))
    mixed = [" ".join(chooser.choices(words, k=length))[:length] for _ in range(HOSTILE_TEXTS)]
    return mixed + [(piece * length)[:length] for piece in HOSTILE]


def _held() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def main() -> int:
    """Measure every way; 1 where one lost a match."""
    lost = 0
    for times in TIMES:
        print(f"\n{len(patterns_of(times))} rules, ms: median and worst")
        print(f"{'':<22}{'':<12}" + "".join(f"{length:>16}" for length in LENGTHS))
        for way in WAYS:
            lost += _show(way, times)
    return int(lost > 0)


def _show(way: str, times: int) -> int:
    module = NEEDS.get(way)
    if module and find_spec(module) is None:
        print(f"{way:<22}not installed")
        return 0
    command = [sys.executable, "-m", "bench.automata", way, str(times)]
    root = Path(__file__).parents[1]
    try:
        done = subprocess.run(
            command, cwd=root, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        print(f"{way:<22}given up after {SECONDS} s")
        return 0
    if done.returncode:
        print(f"{way:<22}failed: {done.stderr.strip().splitlines()[-1]}")
        return 0
    found = json.loads(done.stdout)
    for kind in KINDS:
        cells = [each[2:] for each in found["milliseconds"] if each[0] == kind]
        figures = "".join(f"{median:>8.3f}{worst:>8.2f}" for median, worst in cells)
        print(f"{way:<22}{kind:<12}{figures}", flush=True)
    print(
        f"{'':<22}loading {found['load_seconds']:.2f} s, memory {found['memory_mib']:.0f} MiB, "
        f"matches lost {found['lost']}"
    )
    return int(found["lost"])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measured(sys.argv[1], int(sys.argv[2]))))
        raise SystemExit
    raise SystemExit(main())
