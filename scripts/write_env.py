"""Writes a private `.env` with fresh secrets, once. Needs nothing but Python."""

import base64
import os
import re
import secrets
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Secrets made by `make run`. Keep a copy: without ENCRYPTION_KEY nothing can be read.\n"
DATABASE = "vigil.sqlite3"


def _key() -> str:
    """32 random bytes in base64: an AES-256 key."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


SECRETS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "JWT_SECRET": lambda: secrets.token_urlsafe(48),
    "ENCRYPTION_KEY": _key,
    "WEBHOOK_SIGNING_SECRET": lambda: f"whsec_{_key()}",
}
"""What no installation can do without, and how each is made. Source of `whsec_`: Standard Webhooks."""


class KeyLost(Exception):
    """A database is there, and the key that opens it is not: under a fresh one its words stay unreadable."""


def env_file() -> Path:
    """The file that holds this installation's variables."""
    return Path(os.environ.get("VIGIL_ENV_FILE") or ROOT / ".env")


def write_env(path: Path) -> list[str]:
    """Add to the file whatever neither it nor the real environment says.

    Returns:
        The names that were written; none when nothing was missing.

    Raises:
        KeyLost: a database is there, its key is not.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    missing = _missing(_assignments(text))
    if not missing:
        return []
    if "ENCRYPTION_KEY" in missing and _database(_assignments(text)).exists():
        raise KeyLost(
            f"{_database(_assignments(text))} is there, but its ENCRYPTION_KEY is not: bring back {path}."
        )
    _append(path, text, missing)
    return missing


def _assignments(text: str) -> dict[str, str]:
    return dict(re.findall(r"^\s*(?:export\s+)?([A-Z_]+)=(.*)$", text, re.MULTILINE))


def _missing(written: Iterable[str]) -> list[str]:
    said = {*written, *os.environ}
    return [name for name in SECRETS if not {name, f"{name}_FILE"} & said]


def _database(written: dict[str, str]) -> Path:
    folder = os.environ.get("DATA_DIR") or written.get("DATA_DIR", "").strip("\"'") or "var"
    return ROOT / folder / DATABASE


def _append(path: Path, text: str, names: list[str]) -> None:
    lines = [f"{name}={SECRETS[name]()}\n" for name in names]
    start = text if not text or text.endswith("\n") else f"{text}\n"
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(start or HEADER)
        file.writelines(lines)
    beside.replace(path)


def main() -> int:
    """Write the file, and say what was done."""
    try:
        written = write_env(env_file())
    except KeyLost as error:
        print(error, file=sys.stderr)
        return 1
    if written:
        print(
            f"Wrote fresh {', '.join(written)} to {env_file().name} (only you can read it).",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
