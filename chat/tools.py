"""Things to do, step by step, from `content/tools.yaml`.

Source: each tool names the published guidance it follows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from chat.resources import resources_for, with_numbers

CONTENT = Path(__file__).parent / "content" / "tools.yaml"
TOOL_FIELDS = {
    "name",
    "title",
    "summary",
    "duration_minutes",
    "when_not_to_use",
    "sources",
    "steps",
}
STEP_FIELDS = {"id", "title", "text", "prompt", "seconds"}


class UnknownTool(Exception):
    """There is no tool, or no step of it, of that name."""


class BadTools(Exception):
    """The tool file cannot be used as it stands."""


@dataclass(frozen=True, slots=True)
class ToolStep:
    """One step of a tool.

    Args:
        id: stable id inside the tool.
        title: a few words.
        text: what to do.
        prompt: a question to answer in one's own words; empty where there is none.
        seconds: how long it takes, where a client may time it.
    """

    id: str
    title: str
    text: str
    prompt: str
    seconds: int | None


@dataclass(frozen=True, slots=True)
class Tool:
    """One thing to do.

    Args:
        name: stable name, as kept in `tools_used`.
        title: as shown.
        summary: one sentence.
        duration_minutes: about how long all of it takes.
        when_not_to_use: when something else should be done instead.
        sources: what it was written from.
        steps: in order.
    """

    name: str
    title: str
    summary: str
    duration_minutes: int
    when_not_to_use: str
    sources: tuple[str, ...]
    steps: tuple[ToolStep, ...]

    def step(self, step_id: str) -> ToolStep:
        """One step.

        Raises:
            UnknownTool: the tool has no such step.
        """
        for step in self.steps:
            if step.id == step_id:
                return step
        raise UnknownTool(f"{self.name} has no such step")


def all_tools(country: str | None = None) -> tuple[Tool, ...]:
    """Every tool, in the order of the file.

    Args:
        country: two letters; whose numbers the texts name. None gives those for everywhere.
    """
    return _tools_for(resources_for(country).country)


def tool_named(name: str, country: str | None = None) -> Tool:
    """The tool of a name, with the numbers of a country.

    Raises:
        UnknownTool: there is none.
    """
    for tool in all_tools(country):
        if tool.name == name:
            return tool
    raise UnknownTool("no such tool")


@cache
def _tools_for(listed_country: str) -> tuple[Tool, ...]:
    document = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    return tuple(_localised(tool, listed_country) for tool in parse_tools(document))


def _localised(tool: Tool, country: str) -> Tool:
    steps = tuple(replace(step, text=with_numbers(step.text, country)) for step in tool.steps)
    return replace(tool, when_not_to_use=with_numbers(tool.when_not_to_use, country), steps=steps)


def parse_tools(document: list[dict[str, Any]]) -> tuple[Tool, ...]:
    """Make the tools from the file's content.

    Raises:
        BadTools: a field is missing or unknown, or an id stands twice.
    """
    tools = tuple(_tool(raw) for raw in document)
    _check_once("tools", [tool.name for tool in tools])
    for tool in tools:
        _check_once(tool.name, [step.id for step in tool.steps])
    return tools


def _tool(raw: dict[str, Any]) -> Tool:
    _check_fields(raw, TOOL_FIELDS, required=TOOL_FIELDS)
    return Tool(
        name=raw["name"],
        title=raw["title"],
        summary=raw["summary"],
        duration_minutes=raw["duration_minutes"],
        when_not_to_use=raw["when_not_to_use"].strip(),
        sources=tuple(raw["sources"]),
        steps=tuple(_step(step) for step in raw["steps"]),
    )


def _step(raw: dict[str, Any]) -> ToolStep:
    _check_fields(raw, STEP_FIELDS, required={"id", "title", "text"})
    return ToolStep(raw["id"], raw["title"], raw["text"], raw.get("prompt", ""), raw.get("seconds"))


def _check_fields(raw: Mapping[str, Any], known: set[str], *, required: set[str]) -> None:
    unknown = set(raw) - known
    missing = {name for name in required if not raw.get(name)}
    if unknown or missing:
        raise BadTools(f"unknown fields {sorted(unknown)}, missing fields {sorted(missing)}")


def _check_once(where: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadTools(f"{where}: {twice} more than once")
