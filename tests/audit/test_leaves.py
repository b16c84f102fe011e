"""What a leaf is, and what may not become one."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from audit.leaves import (
    LARGEST_NUMBER,
    Leaf,
    PersonalText,
    check_action,
    check_codes,
    check_details,
    rfc3339,
    to_milliseconds,
)

AT = datetime(2026, 11, 24, 6, 0, 0, 250_999, tzinfo=UTC)
LEAF = Leaf(
    id="0" * 32,
    at=to_milliseconds(AT),
    action="chat.session:closed",
    actor="person:1",
    target="session:2",
    person_id="1",
    request_id="",
    details={"score": 4, "codes": ["b", "a"], "done": True, "none": None},
)


def test_the_canonical_form_is_fixed_for_ever() -> None:
    assert LEAF.canonical() == (
        b'{"action":"chat.session:closed","actor":"person:1","at":"2026-11-24T06:00:00.250Z",'
        b'"details":{"codes":["b","a"],"done":true,"none":null,"score":4},'
        b'"id":"00000000000000000000000000000000","person_id":"1","request_id":"","target":"session:2","v":1}'
    )
    assert LEAF.hash() == hashlib.sha256(b"\0" + LEAF.canonical()).hexdigest()


def test_every_field_changes_the_hash() -> None:
    for name, value in LEAF.body().items():
        changed = {**LEAF.body(), name: {"x": 1} if name == "details" else f"{value}0"}
        assert json.dumps(changed, sort_keys=True) != json.dumps(LEAF.body(), sort_keys=True)


def test_times_are_written_in_utc_and_cut_to_milliseconds() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert rfc3339(elsewhere) == "2026-11-24T06:00:00.250Z"
    assert to_milliseconds(AT).microsecond == 250_000
    with pytest.raises(ValueError, match="time zone"):
        to_milliseconds(datetime(2026, 11, 24))  # noqa: DTZ001 - the fault under test


@pytest.mark.parametrize(
    "value",
    [
        "",
        "019a2b3c4d5e7f8091a2b3c4d5e6f708",
        "safety.incident:opened",
        "2026-11-24T06:00:00.250Z",
        0,
        -3,
        LARGEST_NUMBER,
        True,
        None,
        [],
        ["suicide_plan", "goodbye"],
    ],
)
def test_codes_ids_and_counts_are_welcome(value: object) -> None:
    check_details({"value": value})


@pytest.mark.parametrize(
    "value",
    [
        "I cannot sleep",
        "tab\there",
        "line\n",
        "café",
        "somebody@example.org",
        "x" * 129,
        "\ud800",
        0.5,
        LARGEST_NUMBER + 1,
        ["one two"],
        [1],
        [None],
        ["word"] * 65,
        {"nested": "x"},
        ("a",),
        datetime.now(UTC),
    ],
)
def test_whatever_could_be_prose_is_refused_without_being_quoted(value: object) -> None:
    with pytest.raises(PersonalText) as caught:
        check_details({"value": value})
    assert str(caught.value) == "audit detail 'value' is not a code, id or whole number"


@pytest.mark.parametrize("key", ["", "I cannot sleep", "Key", "a" * 65])
def test_a_key_is_a_name(key: str) -> None:
    with pytest.raises(PersonalText, match="key 2"):
        check_details({"fine": 1, key: 1})


@pytest.mark.parametrize(
    "action", ["", "chat", "chat.session", "chat.session:closed now", "Chat.s:c", "a.b:" + "c" * 61]
)
def test_an_action_is_well_formed(action: str) -> None:
    with pytest.raises(ValueError, match="verb_past"):
        check_action(action)


@pytest.mark.parametrize("value", ["two words", "x" * 5])
def test_names_and_ids_are_codes_that_fit(value: str) -> None:
    with pytest.raises(PersonalText, match="audit actor is not a code or id of at most 4"):
        check_codes({"fine": ("a", 4), "actor": (value, 4)})
