"""A production installation on loopback: MongoDB, Redis, and the processes of `deploy/compose.yaml`."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests
import yaml
from pymongo import MongoClient

from chaos.parts import Part
from chaos.servers import (
    REPLICA_SET,
    ROOT,
    free_ports,
    initiate,
    installed,
    mongod_command,
    mongod_environment,
    redis_command,
    roomy,
    wait_for,
)

COMPOSE = ROOT / "deploy" / "compose.yaml"
HAPROXY = ROOT / "deploy" / "haproxy.cfg"
WEB = ("web-1", "web-2")
WORKERS = ("worker-urgent", "worker-default", "beat", "standby")
READY_SECONDS = 90
LIMITS = {
    "SOFT_MESSAGES_PER_MINUTE": "100000",
    "FLOOD_MESSAGES_PER_MINUTE": "100000",
    "REQUESTS_PER_MINUTE": "100000",
    "REGISTRATIONS_PER_HOUR": "100000",
}
"""All clients have one address here, and type faster than people."""
HEADERS = {"X-Forwarded-Proto": "https"}
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


class NotReady(RuntimeError):
    """It did not come up; the text is the end of a log."""


class Production:
    """An installation. Use it in a `with` block: everything it started ends with it.

    Args:
        nodes: of the replica set.
        variables: of the service, beside addresses and secrets.
        services: which of the Compose file's services to start, beside database, Redis and migration.
    """

    def __init__(
        self,
        *,
        nodes: int,
        variables: Mapping[str, str],
        services: Iterable[str] = (*WEB, *WORKERS, "balancer"),
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="vigil-chaos-", dir=roomy())
        self.folder = Path(self._folder.name)
        self._mongo_ports = free_ports(nodes)
        self._redis_port, self.port, *web_ports = free_ports(4)
        self._web_ports = dict(zip(WEB, web_ports, strict=True))
        self.environment = self._environment(variables)
        self._composed: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
        self.mongo = [self._mongo_part(port) for port in self._mongo_ports]
        self.redis = self._part("redis", redis_command(self.folder, self._redis_port))
        self.services = {name: self._service(name) for name in services}

    def _environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        hosts = ",".join(f"127.0.0.1:{port}" for port in self._mongo_ports)
        return {
            **{name: os.environ[name] for name in KEPT if name in os.environ},
            "MONGODB_URI": f"mongodb://{hosts}/?replicaSet={REPLICA_SET}",
            "REDIS_URL": f"redis://127.0.0.1:{self._redis_port}/0",
            "DATA_DIR": str(self.folder / "data"),
            "VIGIL_ENV_FILE": os.devnull,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": "only-for-chaos-" * 4,
            "JWT_SECRET": "only-for-chaos-jwt-" * 3,
            "ENCRYPTION_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            "WEBHOOK_SIGNING_SECRET": "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            "METRICS_TOKEN": "only-for-chaos",
            "OUTBOUND_ALLOWED_HOSTS": "127.0.0.1",
            "TRUSTED_PROXIES": "1",
            **LIMITS,
            **variables,
        }

    @property
    def url(self) -> str:
        """Where people reach it: the balancer, or the one web process where there is none."""
        port = self.port if "balancer" in self.services else self._web_ports[WEB[0]]
        return f"http://127.0.0.1:{port}"

    def part(self, name: str) -> Part:
        """A service, `redis`, or a node by its number, `mongo-1`."""
        named = {each.name: each for each in (*self.mongo, self.redis)}
        return named.get(name) or self.services[name]

    def primary(self) -> Part:
        """The node that is the replica set's primary now."""
        with MongoClient[dict[str, Any]](self.environment["MONGODB_URI"]) as client:
            client.admin.command("ping")
            if client.primary is None:
                raise NotReady("the replica set has no primary")
            return self.mongo[self._mongo_ports.index(client.primary[1])]

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End everything that was started."""
        for part in (*self.services.values(), self.redis, *self.mongo):
            part.thaw()
            part.kill()
        self._folder.cleanup()

    def copy_logs(self, target: Path) -> None:
        """Leave every process's log in a folder of the caller's."""
        target.mkdir(parents=True, exist_ok=True)
        for log in self.folder.glob("*.log"):
            shutil.copy(log, target)

    def _start(self) -> None:
        (self.folder / "data" / "static").mkdir(parents=True)
        for part in (*self.mongo, self.redis):
            part.start()
        initiate(self._mongo_ports)
        wait_for(self._redis_port)
        self._migrate()
        for part in self.services.values():
            part.start()
        self.wait_until_ready()

    def _migrate(self) -> None:
        migration = self._service("migrate")
        migration.start()
        if migration.wait():
            raise NotReady(migration.tail())

    def wait_until_ready(self) -> None:
        """Wait until every web process, and the balancer, can take a person's words.

        Raises:
            NotReady: they cannot.
        """
        until = time.monotonic() + READY_SECONDS
        while not all(map(self._is_ready, self._faces())):
            if time.monotonic() > until:
                raise NotReady("\n".join(part.tail(800) for part in self.services.values()))
            time.sleep(0.1)

    def _faces(self) -> list[str]:
        ports = [self._web_ports[name] for name in WEB if name in self.services]
        return [*(f"http://127.0.0.1:{port}" for port in ports), *([self.url] if ports else [])]

    def _is_ready(self, url: str) -> bool:
        try:
            return requests.get(f"{url}/readyz", headers=HEADERS, timeout=5).ok
        except requests.RequestException:
            return False

    def _mongo_part(self, port: int) -> Part:
        name = f"mongo-{self._mongo_ports.index(port) + 1}"
        data = self.folder / name
        data.mkdir()
        return self._part(name, mongod_command(data, port), mongod_environment())

    def _service(self, name: str) -> Part:
        command = [self._here(word) for word in self._composed[name]["command"]]
        return self._part(name, command, {**self.environment, **self._addresses(name)})

    def _here(self, word: str) -> str:
        """The same on this machine: its Python, and where the configuration lies."""
        if word == "python":
            return sys.executable
        if word == "haproxy":
            return installed(word)
        return str(HAPROXY) if word.endswith("haproxy.cfg") else word

    def _addresses(self, name: str) -> dict[str, str]:
        if name in WEB:
            return {"SERVICE_PORT": str(self._web_ports[name])}
        web = {f"WEB_{n}": f"127.0.0.1:{self._web_ports[each]}" for n, each in enumerate(WEB, 1)}
        return {"LISTEN": f"127.0.0.1:{self.port}", "FORWARDED_PROTO": "https", **web}

    def _part(
        self, name: str, command: list[str], environment: Mapping[str, str] | None = None
    ) -> Part:
        log = self.folder / f"{name}.log"
        return Part(
            name, command, log=log, environment=environment or self.environment, folder=ROOT
        )
