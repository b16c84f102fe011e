"""The page of rules that clinicians read is what the rule files say."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from safety.engine.describing import lines_of
from safety.engine.rules import LANGUAGES, RuleBook, parse_rule, person_rules
from safety.levels import TRIGGERS

PAGES = Path(__file__).parents[2] / "docs" / "safety" / "rules"
ENTRY = {
    "id": "test.rule",
    "trigger": "burden",
    "level": "concern",
    "source": "a | book",
    "firm": True,
    "any": ["heavy"],
    "fires": ["so heavy", "heavy <3"],
    "silent": ["light"],
}


def _printed(language: str) -> str:
    out = io.StringIO()
    call_command("describe_rules", language, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_in_the_documentation_is_what_the_files_say(language):
    assert (PAGES / f"{language}.md").read_text(encoding="utf-8") == _printed(language)


def test_every_rule_and_sign_is_on_the_page():
    page = _printed("en")
    assert all(f"`{rule.id}`" in page for rule in person_rules("en").rules)
    assert all(f"## {name.replace('_', ' ')}\n" in page for name in TRIGGERS)


def test_no_example_breaks_the_table():
    book = RuleBook("en", (parse_rule(ENTRY, {}, TRIGGERS),))
    row = list(lines_of(book, RuleBook("en", ())))[-1]
    assert row == (
        "| `test.rule` | concern | nothing (firm) | so heavy · heavy &lt;3 | light | a \\| book |"
    )
