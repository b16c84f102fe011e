"""How long one assessment takes, beside a single pass of `re` over the same words and a classifier of scikit-learn.

python -m bench.assess

Whole engine and rules alone, by length, in milliseconds of one core; then loading, memory, and texts a second.
"""

import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from bench.table import Figure, percentile, show
from safety.corpus.reading import read_messages
from safety.engine.assess import engine_of
from safety.engine.rules import person_rules
from safety.engine.spelling import ENGLISH
from safety.levels import Level

SEED: Final = 7
LENGTHS: Final = (20, 100, 500, 2_000, 8_000)
TEXTS: Final = {20: 400, 100: 400, 500: 100, 2_000: 40, 8_000: 20}
"""Fewer of the long ones: each takes longer."""
TARGETS: Final = {
    ("engine", 100): (5.0, 15.0),
    ("rules alone", 100): (1.0, None),
    ("engine", 8_000): (150.0, None),
    ("engine, hostile", 8_000): (150.0, None),
}
"""Median and 99th percentile, milliseconds. Source: the targets of issue 4."""
LOAD_SECONDS: Final = 2.0
MEMORY_MIB: Final = 300.0
MIB: Final = 1 << 20
HOSTILE: Final = (
    *(
        "k*",
        "k i l l ",
        "&#107;",
        '"',
        "i do not want to die ",
        "\U0001f480",
        "not never no ",
        "<a",
    ),
    *("qz ", "q" * 99 + " ", "ki\u200bll ", "我", "a.b,", "die pills bridge tonight "),
    *("quiero morir ich will não me quitte pas ", "no puedo mais ich je "),
)
LOADING: Final = """
import sys, time
from pathlib import Path
def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
before, began = held(), time.perf_counter()
from safety.engine.assess import assess
assess("warm up")
print(time.perf_counter() - began, held() - before)
"""

Judge = Callable[[str], object]


def main() -> int:
    """Print the table; 1 when a target was missed."""
    texts = {length: texts_of(length) for length in LENGTHS}
    judges = _judges()
    figures: list[Figure] = []
    print(f"{'median and p99, ms':<26}" + "".join(f"{length:>16}" for length in LENGTHS))
    for name, judge in judges.items():
        times = {length: _timed(judge, held) for length, held in texts.items()}
        print(f"{name:<26}" + "".join(map(_cell, times.values())), flush=True)
        figures += _wanted(name, times)
    hostile = [(piece * 8_000)[:8_000] for piece in HOSTILE]
    slowest = _timed(judges["engine"], hostile)
    print(f"{'engine, hostile':<26}{_cell(slowest):>{16 * len(LENGTHS)}}")
    figures += _wanted("engine, hostile", {8_000: slowest})
    for name, judge in judges.items():
        print(
            f"{name:<26}{_each_second(judge, texts[100]):>10.0f} texts of 100 characters a second"
        )
    return show([*figures, *_loading()])


def _judges() -> dict[str, Judge]:
    engine, rules = engine_of(), engine_of(without={"model"})
    classifier = _classifier()
    words = {word for rule in person_rules().rules for word in _literals(rule.pattern.pattern)}
    alternation = re.compile("|".join(map(re.escape, sorted(words))))
    return {
        "engine": engine.assess,
        "rules alone": rules.assess,
        "re, one alternation": lambda text: alternation.findall(text.lower()),
        "TF-IDF and regression": lambda text: classifier.predict_proba([text]),
    }


def _classifier() -> LogisticRegression:
    messages = read_messages()
    made = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(max_iter=200)
    )
    risky = [each.level.rank >= Level.CONCERN.rank for each in messages]
    return made.fit([each.text for each in messages], risky)


def texts_of(length: int) -> list[str]:
    """English messages of our corpus one after the other, cut to a length."""
    known = [each.text for each in read_messages() if each.lang == ENGLISH]
    chooser = random.Random(SEED)
    made = []
    for _ in range(TEXTS[length]):
        text = ""
        while len(text) < length:
            text += chooser.choice(known) + " "
        made.append(text[:length])
    return made


def _literals(pattern: bytes) -> list[str]:
    return re.findall(r"[a-z]{4,}", pattern.decode())


def _timed(judge: Judge, texts: Sequence[str]) -> list[float]:
    """Milliseconds of the processor for each text: what others on the machine take is not counted."""
    judge(texts[0])
    times = []
    for text in texts:
        began = time.thread_time()
        judge(text)
        times.append((time.thread_time() - began) * 1000)
    return times


def _cell(times: Sequence[float]) -> str:
    return f"{percentile(times, 50):>8.2f}{percentile(times, 99):>8.2f}"


def _wanted(name: str, times: dict[int, list[float]]) -> list[Figure]:
    found = []
    for length, held in times.items():
        median, worst = TARGETS.get((name, length), (None, None))
        for word, percent, target in (("median", 50, median), ("p99", 99, worst)):
            if target is not None:
                title = f"{name}, {length} characters, {word}"
                found.append(Figure(title, percentile(held, percent), "ms", target))
    return found


def _each_second(judge: Judge, texts: Sequence[str]) -> float:
    began = time.thread_time()
    for text in texts:
        judge(text)
    return len(texts) / (time.thread_time() - began)


def _loading() -> list[Figure]:
    """In a process of its own, which has loaded nothing yet."""
    printed = subprocess.run(
        [sys.executable, "-c", LOADING],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    seconds, held = map(float, printed.split())
    return [
        Figure("loading the engine, first text included", seconds, "s", LOAD_SECONDS),
        Figure("memory of a loaded engine", held / MIB, "MiB", MEMORY_MIB),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
