"""The rules as a page that a clinician can read: for each sign what fires, what does not, and the source."""

from collections.abc import Iterator

from safety.engine.rules import Rule, RuleBook
from safety.levels import REPLY_TRIGGERS, TRIGGERS

HEAD = (
    "| rule | level | lowered by | finds, such as | not | source |",
    "|---|---|---|---|---|---|",
)


def lines_of(person: RuleBook, replies: RuleBook) -> Iterator[str]:
    """The page, line by line.

    Args:
        person: the rules for what a person writes.
        replies: those for what the machine is about to answer, of the same language.
    """
    yield f"# What fires: the rules in `{person.language}`"
    yield ""
    yield f"Written by `manage.py describe_rules {person.language}` from `safety/engine/rules/{person.language}`."
    yield "Nothing lowers a firm rule. What lowers the others, and how a level is made: [the engine](../engine.md)."
    for names, book in ((TRIGGERS, person), (REPLY_TRIGGERS, replies)):
        for name in names:
            rules = [rule for rule in book.rules if rule.trigger == name]
            if rules:
                yield from _section(name, rules)


def _section(name: str, rules: list[Rule]) -> Iterator[str]:
    yield ""
    yield f"## {name.replace('_', ' ')}"
    yield from HEAD
    for rule in sorted(rules, key=lambda rule: (-rule.level.rank, rule.id)):
        lowered = "nothing (firm)" if rule.firm else ", ".join(sorted(rule.contexts)) or "nothing"
        cells = (
            f"`{rule.id}`",
            rule.level.value,
            lowered,
            _said(rule.fires),
            _said(rule.silent),
            rule.source,
        )
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _said(examples: tuple[str, ...]) -> str:
    return " · ".join(examples)


def _cell(text: str) -> str:
    """Without what would end a cell, or begin an element."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
