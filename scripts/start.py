"""Starts Vigil: secrets, database, then web and workers under one supervisor. `make run` is this."""

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


def port_of(text: str) -> int:
    """The port that SERVICE_PORT names; 8000 where it is empty.

    Raises:
        CannotStart: it is not a port.
    """
    if not text:
        return DEFAULT_PORT
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
    """The environment of web and worker. What stands in the file they read themselves, as every command does.

    Raises:
        CannotStart: the port is no port, or is taken.
    """
    from config.env import read_environment  # noqa: PLC0415 - only now is the project on the path

    env = read_environment()
    port = port_of(env.text("SERVICE_PORT"))
    check_port_is_free(env.text("SERVICE_HOST", "127.0.0.1"), port)
    path = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    return {
        **os.environ,
        "PATH": os.pathsep.join(path),
        "PYTHONUNBUFFERED": "1",  # a supervisor's output is read while it runs
        "PROMETHEUS_MULTIPROC_DIR": str(_empty_metrics_folder(env.text("DATA_DIR") or "var")),
        "SERVICE_PORT": str(port),
    }


def check_settings() -> str:
    """Read the settings as web and worker will: a wrong value is told by its name, not as a fault of the database.

    Returns:
        The supervisor's file: with a broker, Celery's processes do what one worker does without.

    Raises:
        CannotStart: a variable is missing or wrong.
    """
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 - see below

    try:
        from config.settings import REDIS_URL  # noqa: PLC0415 - only now is the project on the path
    except (ImproperlyConfigured, ValueError) as error:
        raise CannotStart(
            f"The settings are wrong: {error} Correct it in the environment or in {write_env.env_file().name}; "
            "nothing was started."
        ) from None
    return "Procfile.celery" if REDIS_URL else "Procfile"


def _empty_metrics_folder(data: str) -> Path:
    folder = ROOT / data / "metrics"
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
    procfile = check_settings()
    environment = service_environment()
    prepared = subprocess.run(
        [sys.executable, "manage.py", "prepare"], env=environment, check=False
    )
    if prepared.returncode:
        raise CannotStart("The database could not be prepared; nothing was started.")
    # The processes read the file themselves, and let the real environment win; honcho's reading would turn that round.
    supervisor = [sys.executable, "-m", "honcho", "-e", os.devnull, "-f", procfile, "start"]
    sys.stdout.flush()
    os.execve(sys.executable, supervisor, environment)


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    try:
        start()
    except CannotStart as problem:
        sys.exit(str(problem))
