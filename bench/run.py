"""All of them, one after the other, each in a process of its own and none for longer than five minutes."""

import subprocess
import sys

from config.env import ROOT

PARTS = ("bench.assess", "bench.message", "bench.alerts", "bench.wakeups", "bench.queue")
PART_SECONDS = 300


def run(part: str) -> bool:
    """Run one part; whether it kept its targets."""
    print(f"\n== {part}", flush=True)
    try:
        return not subprocess.run(
            [sys.executable, "-m", part], cwd=ROOT, timeout=PART_SECONDS, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        print(f"{part} took longer than {PART_SECONDS} s and was stopped")
        return False


def main() -> int:
    """Run every part, also after one that missed a target."""
    missed = [part for part in PARTS if not run(part)]
    print(f"\n{'Every target is kept.' if not missed else 'Missed: ' + ', '.join(missed)}")
    return len(missed)


if __name__ == "__main__":
    raise SystemExit(main())
