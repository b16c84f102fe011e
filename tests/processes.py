"""Processes that a test did not start itself."""

from pathlib import Path

ENDED = frozenset("ZX")


def is_running(pid: int) -> bool:
    """Whether a process has not ended; one that nobody has collected yet (no init does in many containers) has.

    Source: proc(5), the state after the command's closing bracket in /proc/PID/stat.
    """
    try:
        status = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in ENDED
