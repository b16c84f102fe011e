"""Starts Vigil: secrets, database, then web and worker under one supervisor. `make run` is this."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import write_env

ROOT = write_env.ROOT
DEFAULT_PORT = 8000


class CannotStart(Exception):
    """Something is in the way; the text says what to do about it."""


def port_of(environment: dict[str, str]) -> int:
    """The port to serve on: SERVICE_PORT, or 8000.

    Raises:
        CannotStart: it is not a port.
    """
    text = environment.get("SERVICE_PORT") or str(DEFAULT_PORT)
    if not text.isdecimal() or not 0 < int(text) < 1 << 16:
        raise CannotStart(f"SERVICE_PORT is {text!r}; it must be a number from 1 to 65535.")
    return int(text)


def check_port_is_free(host: str, port: int) -> None:
    """Find out now, in plain words, rather than from a server's traceback.

    Raises:
        CannotStart: something else listens there, or the system forbids it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} cannot be used ({error.strerror}). Stop what uses it, or choose another: "
                f"SERVICE_PORT={port + 1} make run"
            ) from None


def service_environment() -> dict[str, str]:
    """The environment of web and worker: the real one, completed from the file, with this Python first on the path."""
    from config.env import read_environment  # noqa: PLC0415 - only after the path knows the project

    read_environment()
    environment = dict(os.environ)
    environment["PATH"] = os.pathsep.join(
        [str(Path(sys.executable).parent), environment.get("PATH", os.defpath)]
    )
    environment["PROMETHEUS_MULTIPROC_DIR"] = str(_empty_metrics_folder(environment))
    environment["SERVICE_PORT"] = str(port_of(environment))
    return environment


def _empty_metrics_folder(environment: dict[str, str]) -> Path:
    folder = ROOT / (environment.get("DATA_DIR") or "var") / "metrics"
    shutil.rmtree(folder, ignore_errors=True)  # counts of processes that are no more
    folder.mkdir(mode=0o700, parents=True)
    return folder


def start() -> None:
    """Prepare everything, then become the supervisor.

    Raises:
        CannotStart: and nothing was started.
    """
    if write_env.main():
        raise CannotStart("Nothing was started.")
    environment = service_environment()
    check_port_is_free(
        environment.get("SERVICE_HOST") or "127.0.0.1", int(environment["SERVICE_PORT"])
    )
    if subprocess.run(
        [sys.executable, "manage.py", "prepare"], env=environment, check=False
    ).returncode:
        raise CannotStart("The database could not be prepared; nothing was started.")
    sys.stdout.flush()
    # The file is read above, where the real environment wins; honcho's own reading would turn that round.
    supervisor = ["-m", "honcho.command", "-e", os.devnull, "start"]
    os.execve(sys.executable, [sys.executable, *supervisor], environment)


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    try:
        start()
    except CannotStart as problem:
        sys.exit(str(problem))
