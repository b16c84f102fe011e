"""All of them, one after the other, each in a process of its own: embedded, then those of a message on the servers.

python -m bench.run [--scale]        with --scale the growth is measured up to a million messages
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from chaos.servers import servers
from config.env import ROOT

EMBEDDED = (
    "bench.assess",
    "bench.automata",
    "bench.message",
    "bench.alerts",
    "bench.queue",
    "bench.scale",
)
ON_SERVERS = ("bench.message", "bench.scale")
SERVERS_OF_THEIR_OWN = ("bench.wakeups",)
PART_SECONDS = 300
LARGE_PART_SECONDS = 1200


def run(part: str, arguments: Sequence[str], addresses: Mapping[str, str]) -> bool:
    """Run one part; whether it kept its targets."""
    print(f"\n== {part}{' on MongoDB and Redis' if addresses else ''}", flush=True)
    seconds = LARGE_PART_SECONDS if arguments else PART_SECONDS
    command = [sys.executable, "-m", part, *(arguments if part == "bench.scale" else ())]
    environment = {**os.environ, **addresses}
    try:
        return not subprocess.run(
            command, cwd=ROOT, env=environment, timeout=seconds, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        print(f"{part} took longer than {seconds} s and was stopped")
        return False


def main() -> int:
    """Run every part, also after one that missed a target."""
    arguments = sys.argv[1:]
    for server in ("MONGODB_URI", "REDIS_URL"):
        os.environ.pop(
            server, None
        )  # rows are written by the thousand: never on somebody's servers
    missed = [part for part in EMBEDDED if not run(part, arguments, {})]
    with servers(
        nodes=3
    ) as addresses:  # a majority of one waits for nobody, and no installation has that
        missed += [part for part in ON_SERVERS if not run(part, arguments, addresses)]
    missed += [part for part in SERVERS_OF_THEIR_OWN if not run(part, arguments, {})]
    print(f"\n{'Every target is kept.' if not missed else 'Missed: ' + ', '.join(missed)}")
    return len(missed)


if __name__ == "__main__":
    raise SystemExit(main())
