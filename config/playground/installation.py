"""An installation in a folder of its own, started and stopped as `make run` does it."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

from config.env import ROOT

READY_WITHIN_SECONDS = 60
STOP_WITHIN_SECONDS = 15
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE")
"""All that an installation inherits: a variable of the surroundings must not lead it to somebody's real data."""
STARTED = re.compile(r"(\w+)\.1 started \(pid=(\d+)\)")
ACCOUNT = re.compile(r"^ {2}(moderator|compliance)\s+(\S+)\s+(\S+)$", re.MULTILINE)


class NotReady(Exception):
    """It did not start; the text is the end of its log."""


@dataclass(frozen=True, slots=True)
class Account:
    """A staff account of a throw-away installation."""

    role: str
    username: str
    password: str


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Installation:
    """Web and worker under their supervisor, on a temporary folder that goes when the `with` block ends.

    Args:
        variables: what differs from an installation that nobody configured.
    """

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="vigil-"))
        self.port = free_port()
        self.environment = {
            **{name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ},
            "DATA_DIR": str(self.folder / "data"),
            "VIGIL_ENV_FILE": str(self.folder / "env"),
            "SERVICE_PORT": str(self.port),
            **(variables or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._log_begins = 0

    @property
    def url(self) -> str:
        """Where its web process listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_file(self) -> Path:
        """Everything that its processes printed."""
        return self.folder / "log"

    @property
    def log(self) -> str:
        """What was printed since the latest start."""
        with self.log_file.open("rb") as file:
            file.seek(self._log_begins)
            return file.read().decode("utf-8", "replace")

    @property
    def pids(self) -> dict[str, int]:
        """The process ids of web and worker, as the supervisor told them at the latest start."""
        return {name: int(pid) for name, pid in STARTED.findall(self.log)}

    @property
    def database_file(self) -> Path:
        """Its SQLite database."""
        return self.folder / "data" / "vigil.sqlite3"

    @property
    def accounts(self) -> dict[str, Account]:
        """The first staff accounts, by role, as they were printed."""
        found = ACCOUNT.findall(self.log_file.read_text(encoding="utf-8"))
        return {role: Account(role, username, password) for role, username, password in found}

    def variable(self, name: str) -> str:
        """A variable from its own file, such as the signing secret that was made for it."""
        text = (self.folder / "env").read_text(encoding="utf-8")
        return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)[name]

    def start(self) -> None:
        """Start everything and wait until it can take a person's words.

        Raises:
            NotReady: it did not come up.
        """
        with self.log_file.open("ab") as log:
            self._log_begins = log.tell()
            self._process = subprocess.Popen(
                [sys.executable, "scripts/start.py"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + READY_WITHIN_SECONDS
        while not self._is_ready():
            time.sleep(0.05)
            if self._process.poll() is not None or time.monotonic() > until:
                raise NotReady(self.log[-3000:])

    def _is_ready(self) -> bool:
        if len(self.pids) < len(self._processes()):
            return False
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).ok
        except requests.ConnectionError:
            return False

    def _processes(self) -> list[str]:
        """The lines of the supervisor's file."""
        name = "Procfile.celery" if self.environment.get("REDIS_URL") else "Procfile"
        return (ROOT / name).read_text(encoding="utf-8").splitlines()

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of its commands, as an operator would; its output and exit code are on what is returned."""
        return subprocess.run(  # noqa: S603 - our own command line
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def signal(self, number: int) -> None:
        """Send the supervisor a signal."""
        if self._process is not None:
            self._process.send_signal(number)

    def wait(self, *, seconds: float | None = None) -> int:
        """Wait for it to end by itself.

        Returns:
            The supervisor's exit code.
        """
        if self._process is None:
            raise NotReady("it was never started")
        return self._process.wait(seconds)

    def stop(self) -> None:
        """Stop everything, orderly if it can be."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
