"""An audit event as a leaf of the Merkle tree: its canonical bytes and their hash. Pure.

The sequence number is the leaf's place in the tree, not part of the leaf.
Source: RFC 6962, section 2.1 (the leaf hash is SHA-256 over 0x00 and the entry); canonical form after RFC 8785,
which sorts keys, writes no white space, and is exact for whole numbers up to 2^53 - 1.
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
LEAF_FIELDS: Final = (
    "id",
    "at",
    "action",
    "actor",
    "target",
    "person_id",
    "request_id",
    "details",
)
LARGEST_NUMBER: Final = 2**53 - 1
LONGEST_LIST: Final = 64
"""More codes than this in one detail would be a text taken apart into words."""
_CODE: Final = re.compile(r"[A-Za-z0-9_.:/+-]{0,128}")
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_ACTION: Final = re.compile(r"[a-z_]+\.[a-z_]+:[a-z_]+")


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

    def body(self) -> dict[str, object]:
        """What the leaf says, with the names of LEAF_FIELDS."""
        return {
            "id": self.id,
            "at": rfc3339(self.at),
            "action": self.action,
            "actor": self.actor,
            "target": self.target,
            "person_id": self.person_id,
            "request_id": self.request_id,
            "details": dict(self.details),
        }

    def canonical(self) -> bytes:
        """The bytes that are hashed."""
        return canonical_bytes(self.body())

    def hash(self) -> str:
        """RFC 6962 leaf hash, 64 hex characters."""
        return leaf_hash(self.body())


def canonical_bytes(body: Mapping[str, object]) -> bytes:
    """A leaf's fields and the version of the format as JSON: sorted keys, no white space, UTF-8."""
    versioned = {**body, "v": LEAF_VERSION}
    text = json.dumps(versioned, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def leaf_hash(body: Mapping[str, object]) -> str:
    """RFC 6962 leaf hash of a leaf's fields, 64 hex characters."""
    return hashlib.sha256(b"\0" + canonical_bytes(body)).hexdigest()


def rfc3339(at: datetime) -> str:
    """A time as Vigil writes it everywhere: UTC, milliseconds, `Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_milliseconds(at: datetime) -> datetime:
    """Cut below milliseconds, which MongoDB would not keep.

    Raises:
        ValueError: the time names no time zone, so it is no moment.
    """
    if at.tzinfo is None:
        raise ValueError("a time without a time zone cannot enter the record")
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def check_action(action: str) -> None:
    """Refuse an action that is not `app.thing:verb_past`, or too long for its column.

    Raises:
        ValueError: the action is not well formed.
    """
    if len(action) > 64 or not _ACTION.fullmatch(action):  # noqa: PLR2004 - the column's length
        raise ValueError("an audit action is `app.thing:verb_past`")


def check_codes(codes: Mapping[str, tuple[str, int]]) -> None:
    """Refuse names and ids that could be prose, or are too long for their column.

    Args:
        codes: by name of the field, the value and the most characters it may have.

    Raises:
        PersonalText: names the field at fault, never its value.
    """
    for name, (value, longest) in codes.items():
        if len(value) > longest or not _CODE.fullmatch(value):
            raise PersonalText(f"audit {name} is not a code or id of at most {longest} characters")


def check_details(details: Mapping[str, object]) -> None:
    """Refuse whatever could be prose: only codes, ids, whole numbers, booleans and lists of codes.

    Raises:
        PersonalText: names the key at fault, never its value.
    """
    for place, (key, value) in enumerate(details.items(), start=1):
        if not _KEY.fullmatch(key):
            raise PersonalText(f"key {place} of the audit details is not a name")
        if not _is_detail(value):
            raise PersonalText(f"audit detail {key!r} is not a code, id or whole number")


def _is_detail(value: object) -> bool:
    if isinstance(value, list):
        return len(value) <= LONGEST_LIST and all(
            isinstance(word, str) and _is_code(word) for word in value
        )
    return _is_code(value)


def _is_code(value: object) -> bool:
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, int):
        return abs(value) <= LARGEST_NUMBER
    return isinstance(value, str) and _CODE.fullmatch(value) is not None
