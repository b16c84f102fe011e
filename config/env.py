"""The one reader of the environment: typed, strict, `NAME_FILE` accepted, `.env` where the environment is silent.

ADR 0006 tells why it is `environs`.
"""

import os
from pathlib import Path

from environs import FileAwareEnv
from marshmallow.validate import OneOf, Range

ROOT = Path(__file__).resolve().parent.parent


class Reader(FileAwareEnv):
    """environs, with the few shapes that Vigil's variables have."""

    def secret(self, name: str) -> str:
        """A text that must be there and not be empty."""
        value: str = self.str(name)
        if len(value) < 16:  # noqa: PLR2004 - RFC 7518 asks more of HS256; this only catches placeholders
            raise ValueError(
                f"{name} is too short to be a secret; `make run` writes fresh ones to .env."
            )
        return value

    def text(self, name: str, default: str = "") -> str:
        """A text that may be missing."""
        value: str = self.str(name, default)
        return value.strip()

    def words(self, name: str, default: str = "") -> list[str]:
        """Comma-separated texts."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def whole(self, name: str, default: int, *, least: int = 0) -> int:
        """A whole number, at least `least`."""
        value: int = self.int(name, default, validate=Range(min=least))
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false; "ture" is an error."""
        value: bool = self.bool(name, default)
        return value

    def enum_word(self, name: str, words: tuple[str, ...]) -> str:
        """One of the words; the first one where nothing is set."""
        value: str = self.str(name, words[0], validate=OneOf(words))
        return value


def read_environment() -> Reader:
    """A reader over the real environment, completed from `.env` (or the file that VIGIL_ENV_FILE names)."""
    reader = Reader()
    reader.read_env(os.environ.get("VIGIL_ENV_FILE", ROOT / ".env"), recurse=False, override=False)
    return reader
