"""The documents a person accepts before the first session, from `content/consents/`.

A document is one Markdown file with a head of version, title and whether it is required. `released.yaml` keeps the
hash of each version that was ever released, so that a text cannot change under its version.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

CONTENT = Path(__file__).parent / "content" / "consents"
KINDS = ("terms", "privacy", "ai_disclosure")
VERSION_CHARACTERS = 16


class BadDocument(Exception):
    """A document cannot be shown as it stands."""


@dataclass(frozen=True, slots=True)
class ConsentDocument:
    """One document in one version.

    Args:
        kind: an entry of KINDS.
        version: its date, ISO 8601.
        title: as shown.
        body: Markdown.
        required: whether a session needs it accepted.
    """

    kind: str
    version: str
    title: str
    body: str
    required: bool

    @property
    def digest(self) -> str:
        """SHA-256 of all that a person reads and agrees to."""
        read = "\n".join((self.title, str(self.required), self.body))
        return hashlib.sha256(read.encode()).hexdigest()


@cache
def current_documents() -> tuple[ConsentDocument, ...]:
    """The documents in force, in the order in which they are shown."""
    return tuple(
        parse_document(kind, (CONTENT / f"{kind}.md").read_text(encoding="utf-8")) for kind in KINDS
    )


def required_kinds() -> tuple[str, ...]:
    """Kinds that must be accepted before a session begins."""
    return tuple(document.kind for document in current_documents() if document.required)


def released_digests() -> Mapping[str, Mapping[str, str]]:
    """By kind and version, the hash of every released document."""
    released: Mapping[str, Mapping[str, str]] = yaml.safe_load(
        (CONTENT / "released.yaml").read_text(encoding="utf-8")
    )
    return released


def parse_document(kind: str, text: str) -> ConsentDocument:
    """Make a document from its file's content.

    Raises:
        BadDocument: the head is missing or incomplete, or the body is empty.
    """
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0]:  # noqa: PLR2004 - nothing, the head, the body
        raise BadDocument(f"{kind}: no head")
    head, body = yaml.safe_load(parts[1]), parts[2].strip()
    if not isinstance(head, dict) or set(head) != {"version", "title", "required"} or not body:
        raise BadDocument(f"{kind}: version, title, required or the body is missing")
    version = head["version"]
    if not isinstance(version, str) or not 0 < len(version) <= VERSION_CHARACTERS:
        raise BadDocument(
            f"{kind}: the version must be a quoted text of at most {VERSION_CHARACTERS}"
        )
    return ConsentDocument(kind, version, str(head["title"]), body, head["required"] is True)
