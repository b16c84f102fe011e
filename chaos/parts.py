"""One process of an installation: started, killed, frozen, started again, as a supervisor and bad luck would."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

STOP_SECONDS = 30
DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")
"""From util-linux: a suite that is killed itself leaves nothing running."""


class Part:
    """A process that may die.

    Args:
        name: what reports call it.
        command: how it is started; it gets a process group of its own, so that its children die with it.
        log: where it writes.
        environment: its variables, all of them.
        folder: where it runs.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str],
        folder: Path,
    ) -> None:
        self.name = name
        self._command, self._environment = list(command), dict(environment)
        self._log, self._folder = log, folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_up(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of the process, which leads a group of its own; 0 before it was started."""
        return self._process.pid if self._process is not None else 0

    def start(self) -> None:
        """Start it, unless it runs."""
        if self.is_up:
            return
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*DIES_WITH_US, *self._command],
                env=self._environment,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        """`kill -9`, children included."""
        self._signal(signal.SIGKILL)
        self.wait()

    def stop(self) -> int:
        """Ask it to end as a supervisor does, only the process itself; kill it where that takes too long.

        Returns:
            Its exit code.
        """
        if self._process is not None and self.is_up:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.wait()

    def freeze(self) -> None:
        """Stop its clock: it answers nothing, and its connections stay open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def tail(self, length: int = 3000) -> str:
        """The end of its log."""
        return self._log.read_text("utf-8", "replace")[-length:] if self._log.exists() else ""

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self.is_up:
            os.killpg(self._process.pid, number)

    def wait(self) -> int:
        """Wait until it ends by itself.

        Returns:
            Its exit code.
        """
        return self._process.wait() if self._process is not None else 0
