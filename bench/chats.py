"""What a chat costs in production: processor time per message, open stream and idle second, of each kind of process.

python -m bench.chats [--messages 400] [--streams 200]

The processes of deploy/compose.yaml, three nodes of MongoDB and the balancer, on loopback. It counts processor time and
not the clock, so other work on the machine disturbs it little; it has no target and is not part of `make bench`.
docs/operations/size.md reckons with these figures.
"""

import argparse
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from pymongo import MongoClient

from chaos.production import Production
from config.playground.client import PersonClient

TICKS = os.sysconf("SC_CLK_TCK")
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20
PEOPLE = 40
AT_ONCE = 4
WATCHED_SECONDS = 30.0
SAID = (
    "The bus was late again and I missed the beginning.",
    "My flat mate and I argued about the dishes, and I still feel tense.",
    "I read a book on the balcony for an hour. That helped a little.",
    "Work is a lot right now, but the weekend is near.",
)
"""Invented: ordinary talk, answered by an ordinary reply."""


class Meter:
    """Processor seconds of every part of an installation, its children included.

    Args:
        vigil: a running installation.
    """

    def __init__(self, vigil: Production) -> None:
        everything = [*vigil.services.values(), vigil.redis, *vigil.mongo]
        self._leaders = {part.pid: part.name for part in everything}

    def seconds(self) -> Counter[str]:
        """Used by each part since it began."""
        used: Counter[str] = Counter()
        for name, fields in self._processes():
            used[name] += (int(fields[11]) + int(fields[12])) / TICKS  # type: ignore[assignment]
        return used

    def megabytes(self) -> Counter[str]:
        """Resident in memory, of each part."""
        held: Counter[str] = Counter()
        for name, fields in self._processes():
            held[name] += int(fields[21]) * PAGE_MB  # type: ignore[assignment]
        return held

    def _processes(self) -> Iterator[tuple[str, list[str]]]:
        """Each process of a part; a part leads a group of its own. Source: man 5 proc, /proc/pid/stat."""
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(") ")[2].split()
            except OSError:  # it has ended
                continue
            name = self._leaders.get(int(fields[2]))
            if name is not None:
                yield name, fields


@contextmanager
def counted(meter: Meter) -> Iterator[Counter[str]]:
    """Processor seconds that each part uses in the block."""
    used: Counter[str] = Counter()
    before = meter.seconds()
    yield used
    used.update(meter.seconds() - before)


def by_kind(used: Counter[str]) -> dict[str, float]:
    """The two web processes, and the three nodes, taken together."""
    kinds: Counter[str] = Counter()
    for name, value in used.items():
        kinds[name.rstrip("-123") if name[-1] in "123" else name] += value
    return dict(sorted(kinds.items()))


def show(title: str, figures: dict[str, float], unit: str) -> None:
    """One line of the table."""
    print(f"\n{title} ({unit})")
    for name, value in figures.items():
        print(f"  {name:<16}{value:10.2f}")
    print(f"  {'together':<16}{sum(figures.values()):10.2f}", flush=True)


def measure_idle(meter: Meter) -> None:
    """Nobody talks."""
    with counted(meter) as used:
        time.sleep(WATCHED_SECONDS)
    idle = {name: value / WATCHED_SECONDS * 100 for name, value in by_kind(used).items()}
    show("Nobody talks", idle, "% of a core")


def stored_kilobytes(address: str) -> float:
    """Rows and their indexes, on each member of the replica set, before its disk compresses them."""
    with MongoClient[dict[str, Any]](address) as client:
        stats = client["vigil"].command("dbStats")
    return float(stats["dataSize"] + stats["indexSize"]) / 1024


def measure_messages(meter: Meter, people: list[PersonClient], count: int) -> None:
    """Everybody talks, a few at once."""
    taken: list[float] = []

    def say(number: int) -> None:
        began = time.monotonic()
        people[number % PEOPLE].say(SAID[number % len(SAID)], key=f"bench-{number}")
        taken.append(time.monotonic() - began)

    began = time.monotonic()
    with counted(meter) as used, ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(say, range(count)))
    took = time.monotonic() - began
    show(
        "A message and its reply",
        {name: value / count * 1000 for name, value in by_kind(used).items()},
        "ms of a core",
    )
    print(f"  {count / took:.1f} messages/s, {AT_ONCE} at once; idle work of that time is in it")
    print(f"  answered in {sorted(taken)[count // 2] * 1000:.0f} ms at the median", flush=True)


def measure_streams(meter: Meter, url: str, people: list[PersonClient], count: int) -> None:
    """Streams are open, and nobody talks."""
    before = meter.megabytes()
    opened = [_open(url, people[number % PEOPLE]) for number in range(count)]
    time.sleep(2)
    with counted(meter) as used:
        time.sleep(WATCHED_SECONDS)
    grown = meter.megabytes() - before
    for response in opened:
        response.close()
    per_stream = {
        name: value / WATCHED_SECONDS / count * 1000 for name, value in by_kind(used).items()
    }
    show(f"{count} open streams, each", per_stream, "ms of a core in a second")
    print(f"  {by_kind(grown).get('web', 0) / count:.2f} MB of a web process for each")


def _open(url: str, person: PersonClient) -> requests.Response:
    return requests.get(
        f"{url}/api/v1/sessions/{person.session_id}/events",
        headers={"Authorization": person.authorization},
        stream=True,
        timeout=60,
    )


def main() -> None:
    """Start everything, measure, print."""
    parser = argparse.ArgumentParser(description="What a chat costs in production.")
    parser.add_argument("--messages", type=int, default=400)
    parser.add_argument("--streams", type=int, default=200)
    arguments = parser.parse_args()
    with Production(nodes=3, variables={}) as vigil:
        meter = Meter(vigil)
        people = [PersonClient.ready(vigil.url) for _ in range(PEOPLE)]
        for person in people:
            person.say(SAID[0])
        measure_idle(meter)
        stored = stored_kilobytes(vigil.environment["MONGODB_URI"])
        measure_messages(meter, people, arguments.messages)
        grown = stored_kilobytes(vigil.environment["MONGODB_URI"]) - stored
        print(f"  {grown / arguments.messages:.1f} kB stored for each, with all that belongs to it")
        measure_streams(meter, vigil.url, people, arguments.streams)
        held = by_kind(meter.megabytes())
        show("Resident memory at the end", held, "MB")


if __name__ == "__main__":
    main()
