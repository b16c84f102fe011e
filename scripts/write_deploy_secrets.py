"""Writes the secrets that deploy/compose.yaml names, each into a file of its own. Needs nothing but Python.

    python3 scripts/write_deploy_secrets.py [FOLDER]      deploy/secrets, unless said otherwise

What is there already is kept, so it may run again. The folder is closed to everybody else; the files inside are
readable, because each container sees only its own and runs as a user of its own.
"""

import os
import secrets
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from write_env import ROOT, SECRETS

FOLDER = ROOT / "deploy" / "secrets"
HOSTS = "mongo-1:27017,mongo-2:27017,mongo-3:27017"
ACCOUNTS = {"web": "mongodb_uri", "worker": "mongodb_worker_uri", "migrate": "mongodb_migrate_uri"}
"""From the account of MongoDB to the file that holds its address."""
MONGODB_USER = 999
"""Who MongoDB runs as, in its own image. It takes a key that nobody else can read.
Source: https://github.com/docker-library/mongo/blob/master/7.0/Dockerfile."""


def write_secrets(folder: Path) -> list[str]:
    """Write what is missing.

    Returns:
        The names of the files that were written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    before = {path.name for path in folder.iterdir()}
    for name, make in SECRETS.items():
        _keep(folder / name.lower(), make)
    for name in ("metrics_token", "redis_password", "mongodb_root_password"):
        _keep(folder / name, secrets.token_urlsafe)
    _keep(folder / "mongodb_key", lambda: secrets.token_hex(256))
    _write_addresses(folder)
    _close_key(folder / "mongodb_key")
    return sorted({path.name for path in folder.iterdir()} - before)


def _write_addresses(folder: Path) -> None:
    for account, file in ACCOUNTS.items():
        password = _keep(folder / f"mongodb_{account}_password", secrets.token_urlsafe)
        address = f"mongodb://vigil_{account}:{password}@{HOSTS}/vigil?replicaSet=rs0"
        _keep(folder / file, partial(str, address))
    password = (folder / "redis_password").read_text("utf-8").strip()
    _keep(folder / "redis_url", lambda: f"redis://:{password}@redis:6379/0")


def _keep(file: Path, make: Callable[[], str]) -> str:
    if not file.exists():
        file.write_text(make(), encoding="utf-8")
        file.chmod(0o444)
    return file.read_text("utf-8").strip()


def _close_key(key: Path) -> None:
    key.chmod(0o400)
    try:
        os.chown(key, MONGODB_USER, MONGODB_USER)
    except PermissionError:
        print(f"Now run: sudo chown {MONGODB_USER}:{MONGODB_USER} {key}")


def main() -> int:
    """Write them, and say which."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    written = write_secrets(folder)
    print(f"Wrote {', '.join(written)}." if written else "Every secret is there already.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
