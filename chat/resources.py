"""Crisis lines and other help by country, from `content/resources.yaml`.

Source: every entry names the service's own page; docs/resources.md tells how the list is checked and reviewed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CONTENT = Path(__file__).parent / "content" / "resources.yaml"
ALWAYS = "24/7"
UNKNOWN_COUNTRY = "ZZ"
"""What stands for "no particular country". Source: Unicode CLDR, "unknown or invalid territory"."""
KINDS = (
    "emergency",
    "crisis_line",
    "support_line",
    "text",
    "chat",
    "children",
    "domestic_abuse",
    "lgbtq",
    "directory",
)
DIALABLE = re.compile(r"\+?[0-9][0-9 ]*[0-9]")
FIELDS = {"id", "name", "kind", "phone", "sms", "url", "hours", "languages", "note", "source"}
REQUESTED_CHARACTERS = 64
LINES_SHOWN = 2
"""So many lines are named in a sentence; more would not be read in distress."""


class BadResources(Exception):
    """The resource file says something that cannot be shown to a person in need."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One service that helps.

    Args:
        id: stable id, such as `gb-samaritans`.
        name: as the service calls itself.
        kind: an entry of KINDS.
        phone: dialable as written inside the country; empty where there is none.
        sms: what to send where, such as `HOME to 741741` or `988`; empty where there is none.
        url: https page for the person.
        hours: `24/7`, or words.
        languages: ISO 639 codes of the languages it is known to speak.
        note: what helps to choose it.
        source: https page the entry was written from.
        checked_on: day of the last check, ISO 8601.
        checked_by: `desk` (compared with stored public copies, not dialled) or the initials of who dialled.
    """

    id: str
    name: str
    kind: str
    phone: str
    sms: str
    url: str
    hours: str
    languages: tuple[str, ...]
    note: str
    source: str
    checked_on: str
    checked_by: str

    @property
    def always_open(self) -> bool:
        """Whether somebody answers at any hour."""
        return self.hours == ALWAYS

    def as_json(self) -> dict[str, Any]:
        """The public shape."""
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "phone": self.phone,
            "sms": self.sms,
            "url": self.url,
            "hours": self.hours,
            "languages": list(self.languages),
            "note": self.note,
            "source": self.source,
            "checked_on": self.checked_on,
            "checked_by": self.checked_by,
        }


@dataclass(frozen=True, slots=True)
class ResourceList:
    """Help for one country.

    Args:
        country: ISO 3166 alpha-2; `ZZ` for the fallback.
        requested_country: what was asked for; None where nothing was.
        fallback: whether there is no list of that country, so that this is the one for everywhere.
        message: says so to the person; empty for a listed country.
        emergency_number: what to dial when life is in danger.
        resources: the entries, emergency first.
    """

    country: str
    requested_country: str | None
    fallback: bool
    message: str
    emergency_number: str
    resources: tuple[Resource, ...]

    @property
    def crisis_lines(self) -> tuple[Resource, ...]:
        """Lines for somebody in crisis that answer at any hour, first choice first."""
        return tuple(
            entry for entry in self.resources if entry.kind == "crisis_line" and entry.always_open
        )

    @property
    def numbers(self) -> frozenset[str]:
        """Every telephone number of the list, as it is written in it."""
        dialled = {entry.phone for entry in self.resources} | {self.emergency_number}
        texted = {entry.sms.rpartition(" ")[2] for entry in self.resources}
        return frozenset(filter(None, dialled | texted))

    def of_kind(self, kind: str) -> tuple[Resource, ...]:
        """The entries of one kind."""
        return tuple(entry for entry in self.resources if entry.kind == kind)

    def as_json(self) -> dict[str, Any]:
        """The public shape."""
        return {
            "country": self.country,
            "requested_country": self.requested_country,
            "fallback": self.fallback,
            "message": self.message,
            "emergency_number": self.emergency_number,
            "resources": [entry.as_json() for entry in self.resources],
        }


@dataclass(frozen=True, slots=True)
class Directory:
    """The whole file: a list for each country, other names of countries, and the list for everywhere."""

    countries: Mapping[str, ResourceList]
    aliases: Mapping[str, str]
    fallback: ResourceList


def resources_for(country: str | None) -> ResourceList:
    """Help for a country; never fails.

    Args:
        country: ISO 3166 alpha-2 in any case; None, empty or unknown gives the fallback, which says so.
    """
    directory = load_directory()
    asked = (country or "").strip()[:REQUESTED_CHARACTERS]
    code = directory.aliases.get(asked.upper(), asked.upper())
    found = directory.countries.get(code, directory.fallback)
    return replace(found, requested_country=asked or None)


def listed_countries() -> tuple[str, ...]:
    """Codes of the countries that have their own list, in alphabetical order."""
    return tuple(sorted(load_directory().countries))


def emergency_in_words(country: str | None) -> str:
    """What to call when life is in danger, such as `call 112 now`."""
    found = resources_for(country)
    if found.fallback:
        usual = f"{found.emergency_number} in many countries, 911 in much of the Americas"
        return f"call your local emergency number now ({usual})"
    return f"call {found.emergency_number} now"


def lines_in_words(country: str | None) -> str:
    """One sentence on who listens at any hour, with numbers as dialled in the country."""
    found = resources_for(country)
    if found.fallback:
        pages = " or ".join(entry.url for entry in found.of_kind("directory")[:LINES_SHOWN])
        return f"To find a person to talk to where you are, look at {pages}."
    texting = tuple(entry for entry in found.of_kind("text") if entry.always_open)
    lines = (*found.crisis_lines[:LINES_SHOWN], *texting)[:LINES_SHOWN]
    return f"To talk to a person now, at any hour: {'; '.join(_line_in_words(line) for line in lines)}."


def _line_in_words(line: Resource) -> str:
    ways = [f"call {line.phone}"] if line.phone else []
    if line.sms:
        ways.append(f"text {line.sms}")
    return f"{line.name}, {' or '.join(ways)}"


def with_numbers(text: str, country: str | None) -> str:
    """A text whose `{emergency}` and `{lines}` are filled with what is right in the country."""
    filled = text.replace("{emergency}", emergency_in_words(country))
    return filled.replace("{lines}", lines_in_words(country))


@cache
def load_directory() -> Directory:
    """Read and check the file, once."""
    return parse_directory(yaml.safe_load(CONTENT.read_text(encoding="utf-8")))


def parse_directory(document: Mapping[str, Any]) -> Directory:
    """Make the directory from the file's content.

    Raises:
        BadResources: an entry is incomplete, cannot be dialled, or a country lacks what it must have.
    """
    check = (_day(document.get("checked_on")), str(document.get("checked_by", "")))
    countries = {
        code: _list_of(code, _entries(raw, check), "")
        for code, raw in document["countries"].items()
    }
    for found in countries.values():
        _check_country(found)
    raw_fallback = document["fallback"]
    message = str(raw_fallback["message"]).strip()
    fallback = _list_of(UNKNOWN_COUNTRY, _entries(raw_fallback["resources"], check), message)
    return Directory(countries, document.get("aliases", {}), fallback)


def _list_of(code: str, entries: tuple[Resource, ...], message: str) -> ResourceList:
    emergency = [entry.phone for entry in entries if entry.kind == "emergency" and entry.phone]
    if not emergency:
        raise BadResources(f"{code}: no emergency number")
    return ResourceList(code, None, bool(message), message, emergency[0], entries)


def _entries(raw_entries: list[dict[str, Any]], check: tuple[str, str]) -> tuple[Resource, ...]:
    return tuple(_entry(raw, check) for raw in raw_entries)


def _entry(raw: dict[str, Any], check: tuple[str, str]) -> Resource:
    name = raw.get("id", "an entry without id")
    unknown = set(raw) - FIELDS - {"checked_on", "checked_by"}
    missing = {"id", "name", "kind", "url", "hours", "source"} - {
        key for key, value in raw.items() if value
    }
    if unknown or missing:
        raise BadResources(f"{name}: unknown {sorted(unknown)}, missing {sorted(missing)}")
    entry = Resource(
        id=raw["id"],
        name=raw["name"],
        kind=raw["kind"],
        phone=raw.get("phone", ""),
        sms=_sms(name, raw.get("sms")),
        url=raw["url"],
        hours=raw["hours"],
        languages=tuple(raw.get("languages", ())),
        note=raw.get("note", ""),
        source=raw["source"],
        checked_on=_day(raw["checked_on"]) if "checked_on" in raw else check[0],
        checked_by=raw.get("checked_by", check[1]),
    )
    _check_entry(entry)
    return entry


def _sms(name: str, raw: dict[str, str] | None) -> str:
    if not raw:
        return ""
    if not DIALABLE.fullmatch(raw.get("number", "")):
        raise BadResources(f"{name}: sms has no number")
    return f"{raw['keyword']} to {raw['number']}" if raw.get("keyword") else raw["number"]


def _day(raw: object) -> str:
    if not isinstance(raw, date):
        raise BadResources("checked_on is not a date")
    return raw.isoformat()


def _check_entry(entry: Resource) -> None:
    if entry.kind not in KINDS:
        raise BadResources(f"{entry.id}: unknown kind {entry.kind}")
    if entry.phone and not DIALABLE.fullmatch(entry.phone):
        raise BadResources(f"{entry.id}: cannot be dialled as written")
    for address in (entry.url, entry.source):
        if not address.startswith("https://"):
            raise BadResources(f"{entry.id}: {address} is not https")
    if not entry.checked_by:
        raise BadResources(f"{entry.id}: nobody checked it")


def _check_country(found: ResourceList) -> None:
    if not re.fullmatch(r"[A-Z]{2}", found.country):
        raise BadResources(f"{found.country}: not an ISO 3166 code")
    if not any(entry.phone for entry in found.crisis_lines):
        raise BadResources(f"{found.country}: no crisis line that answers at any hour")
