"""An audit event as a leaf of the Merkle tree: its canonical bytes and their hash. Pure.

Source: RFC 6962, section 2.1 (leaf hash is SHA-256 over 0x00 and the entry); canonical form after RFC 8785 without numbers
other than integers. The sequence number is the leaf's place in the tree, not part of it.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

Detail = str | int | bool | None | list[str]

LEAF_VERSION: Final = 1
_WORD: Final = re.compile(r"[A-Za-z0-9_.:@/+-]{0,128}")


class PersonalText(ValueError):
    """Something that could be a person's words was about to enter the record."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """Everything an audit event says, in the shape that is hashed.

    Args:
        id: the event's id.
        at: when it happened, aware, whole milliseconds.
        action: `app.thing:verb_past`.
        actor: kind and id, `staff:0190…`.
        target: type and id of what was acted on, `incident:0190…`.
        person_id: whose words or data it concerns; empty where nobody's.
        request_id: the request it happened in; empty outside of requests.
        details: codes, ids and counts; no prose.
    """

    id: str
    at: datetime
    action: str
    actor: str
    target: str
    person_id: str
    request_id: str
    details: Mapping[str, Detail]

    def canonical(self) -> bytes:
        """The bytes that are hashed: JSON, sorted keys, no white space."""
        body = {
            "v": LEAF_VERSION,
            "id": self.id,
            "at": rfc3339(self.at),
            "action": self.action,
            "actor": self.actor,
            "target": self.target,
            "person_id": self.person_id,
            "request_id": self.request_id,
            "details": dict(self.details),
        }
        return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    def hash(self) -> str:
        """RFC 6962 leaf hash, 64 hex characters."""
        return hashlib.sha256(b"\0" + self.canonical()).hexdigest()


def rfc3339(at: datetime) -> str:
    """A time as Vigil writes it everywhere: UTC, milliseconds, `Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_milliseconds(at: datetime) -> datetime:
    """Cut below milliseconds, which MongoDB would not keep."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def check_details(details: Mapping[str, object]) -> None:
    """Refuse whatever could be prose: only codes, ids, whole numbers, booleans and lists of codes.

    Raises:
        PersonalText: names the key at fault, never its value.
    """
    for key, value in details.items():
        words = value if isinstance(value, list) else [value]
        if not all(_is_code(word) for word in words):
            raise PersonalText(f"audit detail {key!r} is not a code, id or number")


def _is_code(value: object) -> bool:
    if value is None or isinstance(value, bool | int):
        return True
    return isinstance(value, str) and _WORD.fullmatch(value) is not None
