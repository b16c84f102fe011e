"""Crisis lines: every entry can be dialled and traced, every country has what somebody in danger needs."""

import datetime

import pytest

from chat.resources import (
    DIALABLE,
    KINDS,
    BadResources,
    listed_countries,
    load_directory,
    parse_directory,
    resources_for,
)

COUNTRIES = (
    "AU",
    "BR",
    "CA",
    "DE",
    "ES",
    "FR",
    "GB",
    "IE",
    "IN",
    "JP",
    "MX",
    "NL",
    "NZ",
    "PT",
    "US",
)
EVERY_LIST = [*(resources_for(code) for code in COUNTRIES), resources_for(None)]
EVERY_ENTRY = [entry for found in EVERY_LIST for entry in found.resources]


def a_document(**changes):
    entry = {
        "id": "xx-line",
        "name": "A line",
        "kind": "crisis_line",
        "phone": "123 456",
        "url": "https://line.example",
        "hours": "24/7",
        "source": "https://line.example/contact",
    }
    emergency = {**entry, "id": "xx-emergency", "kind": "emergency", "phone": "112"}
    return {
        "checked_on": datetime.date(2026, 11, 24),
        "checked_by": "desk",
        "countries": {"XX": [emergency, {**entry, **changes}]},
        "fallback": {"message": "No list.", "resources": [emergency]},
    }


def test_the_listed_countries_are_the_promised_ones():
    assert listed_countries() == COUNTRIES


@pytest.mark.parametrize("entry", EVERY_ENTRY, ids=lambda entry: entry.id)
def test_every_entry_has_a_source_a_date_a_way_to_reach_it_and_https(entry):
    assert entry.source.startswith("https://")
    assert entry.url.startswith("https://")
    assert datetime.date.fromisoformat(entry.checked_on)
    assert entry.checked_by
    assert entry.kind in KINDS
    assert entry.hours
    assert entry.phone == "" or DIALABLE.fullmatch(entry.phone)


def test_ids_are_unique():
    ids = [entry.id for entry in EVERY_ENTRY]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("code", COUNTRIES)
def test_every_listed_country_has_an_emergency_number_and_a_crisis_line_at_any_hour(code):
    found = resources_for(code)
    assert found.country == code
    assert found.resources[0].kind == "emergency"
    assert found.emergency_number == found.resources[0].phone
    assert any(line.phone and line.always_open for line in found.crisis_lines)
    assert not found.fallback
    assert found.message == ""


@pytest.mark.parametrize("asked", [None, "", "  ", "XX", "zz", "nowhere", "🇩🇪", "x" * 500])
def test_an_unknown_country_gives_the_fallback_and_says_so(asked):
    found = resources_for(asked).as_json()
    assert found["fallback"] is True
    assert found["message"]
    assert found["country"] == "ZZ"
    assert found["emergency_number"] == "112"
    assert {entry["kind"] for entry in found["resources"]} >= {"emergency", "directory"}
    assert found["requested_country"] == ((asked or "").strip()[:64] or None)


@pytest.mark.parametrize(
    ("asked", "given"), [("us", "US"), (" gb ", "GB"), ("UK", "GB"), ("pr", "US")]
)
def test_a_country_is_found_in_any_case_and_by_its_other_names(asked, given):
    found = resources_for(asked)
    assert found.country == given
    assert found.requested_country == asked.strip()


def test_the_json_shape_is_plain_and_complete():
    shape = resources_for("US").as_json()
    assert set(shape) == {
        "country",
        "requested_country",
        "fallback",
        "message",
        "emergency_number",
        "resources",
    }
    texting = next(entry for entry in shape["resources"] if entry["id"] == "us-crisis-text-line")
    assert texting["sms"] == "HOME to 741741"
    assert texting["phone"] == ""
    assert set(texting) == {
        *("id", "name", "kind", "phone", "sms", "url"),
        *("hours", "languages", "note", "source", "checked_on", "checked_by"),
    }


def test_the_file_is_read_once():
    assert load_directory() is load_directory()


def test_an_entry_may_tell_its_own_check():
    own = {"checked_on": datetime.date(2027, 1, 2), "checked_by": "ab"}
    entry = parse_directory(a_document(**own)).countries["XX"].resources[1]
    assert (entry.checked_on, entry.checked_by) == ("2027-01-02", "ab")


@pytest.mark.parametrize(
    "changes",
    [
        {"phone": "0800-HELP"},
        {"phone": "call 123"},
        {"url": "http://line.example"},
        {"source": "a leaflet"},
        {"kind": "oracle"},
        {"hours": ""},
        {"fax": "123"},
        {"sms": {"keyword": "HELP"}},
        {"checked_on": "yesterday"},
        {"checked_by": ""},
        {"hours": "Mondays"},
        {"kind": "support_line"},
        {"phone": ""},
    ],
)
def test_an_entry_that_cannot_help_is_refused_when_the_file_is_read(changes):
    with pytest.raises(BadResources):
        parse_directory(a_document(**changes))


def test_a_list_without_an_emergency_number_is_refused():
    document = a_document()
    document["countries"]["XX"].pop(0)
    with pytest.raises(BadResources):
        parse_directory(document)


def test_a_country_that_is_no_code_is_refused():
    document = a_document()
    document["countries"]["Freedonia"] = document["countries"].pop("XX")
    with pytest.raises(BadResources):
        parse_directory(document)
