"""Tools: complete, sourced, and safe to be shown."""

import pytest

from chat.tools import BadTools, UnknownTool, all_tools, parse_tools, tool_named
from safety.engine.assess import assess_reply
from safety.levels import Level

NAMES = ["breathing_exercise", "grounding", "safety_plan", "doctor_recommendation"]


def a_tool(**changes):
    return {
        "name": "one",
        "title": "One",
        "summary": "A tool.",
        "duration_minutes": 1,
        "when_not_to_use": "Never mind.",
        "sources": ["A book"],
        "steps": [{"id": "first", "title": "First", "text": "Do it."}],
        **changes,
    }


def test_the_four_tools_are_there():
    assert [tool.name for tool in all_tools()] == NAMES


@pytest.mark.parametrize("tool", all_tools(), ids=lambda tool: tool.name)
def test_every_tool_says_when_not_to_use_it_and_where_it_comes_from(tool):
    assert tool.when_not_to_use
    assert tool.sources
    assert 1 <= tool.duration_minutes <= 30
    assert len(tool.steps) >= 6


@pytest.mark.parametrize("tool", all_tools(), ids=lambda tool: tool.name)
def test_the_times_of_the_steps_fit_into_the_duration(tool):
    assert sum(step.seconds or 0 for step in tool.steps) <= tool.duration_minutes * 60


@pytest.mark.parametrize("tool", all_tools(), ids=lambda tool: tool.name)
def test_every_text_of_a_tool_may_be_shown(tool):
    texts = [tool.summary, tool.when_not_to_use, *(step.text for step in tool.steps)]
    assert [assess_reply(text).level for text in texts] == [Level.NONE] * len(texts)


def test_the_grounding_goes_from_five_to_one():
    titles = [step.title.split()[0] for step in tool_named("grounding").steps]
    assert titles[1:6] == ["Five", "Four", "Three", "Two", "One"]


def test_the_safety_plan_has_the_six_steps_of_stanley_and_brown_in_order():
    ids = [step.id for step in tool_named("safety_plan").steps]
    assert ids[:6] == [
        "warning_signs",
        "coping_alone",
        "people_and_places",
        "people_to_ask",
        "professionals",
        "safer_place",
    ]


@pytest.mark.parametrize("name", ["breathing_exercise", "safety_plan", "doctor_recommendation"])
def test_a_tool_names_the_numbers_of_the_country(name):
    assert "call 999 now" in tool_named(name, "GB").when_not_to_use
    assert "call 911 now" in tool_named(name, "us").when_not_to_use
    assert "local emergency number" in tool_named(name).when_not_to_use


@pytest.mark.parametrize("country", [None, "DE", "JP"])
def test_nothing_is_left_to_be_filled(country):
    assert "{" not in str([(tool.when_not_to_use, tool.steps) for tool in all_tools(country)])


def test_a_step_is_found_by_its_id():
    assert tool_named("grounding").step("see").title == "Five things you can see"


@pytest.mark.parametrize("name", ["", "astrology", "Grounding"])
def test_an_unknown_tool_or_step_is_named_as_such(name):
    with pytest.raises(UnknownTool):
        tool_named(name)
    with pytest.raises(UnknownTool):
        tool_named("grounding").step(name)


@pytest.mark.parametrize(
    "document",
    [
        [a_tool(), a_tool()],
        [a_tool(sources=[])],
        [a_tool(colour="blue")],
        [a_tool(steps=[{"id": "first", "title": "First"}])],
        [a_tool(steps=a_tool()["steps"] * 2)],
    ],
)
def test_an_unusable_tool_is_refused_when_the_file_is_read(document):
    with pytest.raises(BadTools):
        parse_tools(document)
