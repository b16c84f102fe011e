"""The engine's data files, read once when the engine is loaded and never while a text is assessed."""

import hashlib
from pathlib import Path
from typing import Any, Final

import yaml

WORDS: Final = Path(__file__).with_name("words")
RULES: Final = Path(__file__).with_name("rules")


def read_yaml(path: Path) -> Any:  # noqa: ANN401 - the shape is checked by who asks
    """Read one YAML file."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def read_words(name: str) -> Any:  # noqa: ANN401 - the shape is checked by who asks
    """Read a YAML file of the words folder."""
    return read_yaml(WORDS / name)


def read_list(name: str) -> frozenset[str]:
    """Read a text file of the words folder: one entry a line, `#` begins a comment."""
    lines = (WORDS / name).read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def fingerprint() -> str:
    """Twelve hex digits that change when any rule or word file changes."""
    digest = hashlib.sha256()
    for path in sorted(
        path for folder in (WORDS, RULES) for path in folder.rglob("*.*") if path.is_file()
    ):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
