"""The rules: read from the data files, checked, compiled once, and matched in linear time.

Each language has a folder of its own, with the rules for what a person writes, and below it, in `replies`, those for
what the machine is about to answer. A rule's pattern is RE2 syntax over the plain form of a text
(safety.engine.normalize). Words in braces stand for groups of words in the language's `_words.yaml`; every space also
lets a comma pass.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import re2

from safety.engine.anchors import Anchors, Index, NotUnderstood, Piece, anchors_of, read_pattern
from safety.engine.datafiles import RULES, read_yaml
from safety.engine.spelling import ENGLISH
from safety.levels import REPLY_TRIGGERS, TRIGGERS, Level

CONTEXTS: Final = ("negation", "person", "past", "fiction", "quotation", "idiom", "hypothetical")
"""What may lower a rule that is not firm; each is decided in safety.engine.context."""

_PROBABILITY: Final = {
    Level.NONE: 0.02,
    Level.LOW: 0.08,
    Level.CONCERN: 0.6,
    Level.WARNING: 0.85,
    Level.CRISIS: 0.95,
}
"""How sure a rule is, by its level. Source: share of any-risk rows among those a rule fired on, development sets."""

_NAME: Final = re.compile(r"\{([a-z]\w*)\}")
_MEMORY_BYTES: Final = 32 << 20
"""What one rule's automaton may hold. RE2 turns to its slow matcher only when one text fills this twice; 8 000
characters make at most 8 000 states of two or three kilobytes, so they cannot."""


class RuleFileInvalid(ValueError):
    """A rule file says something the engine does not know."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Args:
        id: stable name.
        trigger: an entry of TRIGGERS or REPLY_TRIGGERS.
        level: what a match alone would justify.
        firm: stated intent or plan, which nothing around it silences.
        contexts: what may lower it.
        pattern: what it looks for.
        unless: what, in the same sentence, keeps it silent; None for nothing.
        source: the clinical source.
        fires: texts it must find.
        silent: texts it must not find.
        language: of the texts it is for, two letters.
        anchors: words of which every match holds one; None where that is not known.
    """

    id: str
    trigger: str
    level: Level
    firm: bool
    contexts: frozenset[str]
    pattern: Any
    unless: Any
    source: str
    fires: tuple[str, ...]
    silent: tuple[str, ...]
    language: str = ENGLISH
    anchors: Anchors = None

    @property
    def probability(self) -> float:
        """How sure a match of this rule is."""
        return _PROBABILITY[self.level]


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Rules that belong together.

    Each rule is matched by itself, and only in texts that hold one of its anchors: the automata of single rules stay
    small, and a hostile text can make only a few of them grow (docs/adr/0022-matching-rules.md).

    Args:
        language: of the texts they are for, two letters.
        rules: the rules, in the order of their files.
        idioms: pattern of all figures of speech; None for none.
    """

    language: str
    rules: tuple[Rule, ...]
    idioms: Any = None
    _index: Index = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Remember which words lead to which rules."""
        object.__setattr__(self, "_index", Index(rule.anchors for rule in self.rules))

    def may_match(self, data: bytes) -> list[Rule]:
        """The rules that may match a plain text, in their order; every other one does not."""
        return [self.rules[number] for number in self._index.may_match(data)]


LANGUAGES: Final = tuple(sorted(path.name for path in RULES.iterdir() if path.is_dir()))
"""Those there are rules for."""


@lru_cache
def person_rules(language: str = ENGLISH) -> RuleBook:
    """The rules for what a person writes in a language."""
    listed = read_yaml(RULES / language / "_idioms.yaml")["idioms"]
    idioms = _compiled(_expanded(_alternatives(listed), _words(language)))
    return RuleBook(language, _read_rules(RULES / language, TRIGGERS, language), idioms)


@lru_cache
def reply_rules(language: str = ENGLISH) -> RuleBook:
    """The rules for what the machine is about to answer in a language."""
    return RuleBook(language, _read_rules(RULES / language / "replies", REPLY_TRIGGERS, language))


def _read_rules(
    folder: Path, triggers: tuple[str, ...], language: str = ENGLISH
) -> tuple[Rule, ...]:
    rules = tuple(
        parse_rule(row, content, triggers, language)
        for path in sorted(folder.glob("[a-z]*.yaml"))
        for content in [read_yaml(path)]
        for row in content["rules"]
    )
    if len({rule.id for rule in rules}) != len(rules):
        raise RuleFileInvalid("two rules share an id")
    return rules


def parse_rule(
    row: dict[str, Any],
    defaults: dict[str, Any],
    triggers: tuple[str, ...],
    language: str = ENGLISH,
) -> Rule:
    """Make a rule of its entry in a file.

    Args:
        row: the entry.
        defaults: what the head of the file says: trigger, level, source.
        triggers: the triggers a rule of this kind may name.
        language: of the texts it is for.

    Raises:
        RuleFileInvalid: the entry names something unknown or lacks examples.
    """
    entry = {"firm": False, "context": CONTEXTS, "unless": [], "silent": [], **defaults, **row}
    _check(entry, triggers)
    return Rule(
        id=entry["id"],
        trigger=entry["trigger"],
        level=Level(entry["level"]),
        firm=entry["firm"],
        contexts=frozenset() if entry["firm"] else frozenset(entry["context"]),
        pattern=_compiled(_expanded(_alternatives(entry["any"]), _words(language))),
        unless=_compiled(_expanded(_alternatives(entry["unless"]), _words(language)))
        if entry["unless"]
        else None,
        source=entry["source"],
        fires=tuple(entry["fires"]),
        silent=tuple(entry["silent"]),
        language=language,
        anchors=_anchors(_alternatives(entry["any"]), _pieces(language)),
    )


def _anchors(pattern: str, names: dict[str, Piece]) -> Anchors:
    try:
        return anchors_of(read_pattern(pattern, names))
    except NotUnderstood:
        return None


def _check(entry: dict[str, Any], triggers: tuple[str, ...]) -> None:
    problems = [
        problem
        for problem, wrong in (
            ("unknown trigger", entry["trigger"] not in triggers),
            ("unknown level", entry["level"] not in set(Level)),
            ("unknown context", not set(entry["context"]) <= set(CONTEXTS)),
            ("needs two examples that fire", len(entry["fires"]) < 2),  # noqa: PLR2004
            ("needs an example that does not", not entry["silent"]),
            ("needs a source", not entry["source"]),
        )
        if wrong
    ]
    if problems:
        raise RuleFileInvalid(f"{entry['id']}: {', '.join(problems)}")


@lru_cache
def _words(language: str) -> dict[str, str]:
    """The named groups of a language, each with the earlier ones inside it written out."""
    known: dict[str, str] = {}
    for name, pattern in read_yaml(RULES / language / "_words.yaml")["words"].items():
        known[name] = _expanded(pattern, known, spaces=False)
    return known


@lru_cache
def _pieces(language: str) -> dict[str, Piece]:
    """The named groups taken apart, as far as they are understood."""
    known: dict[str, Piece] = {}
    for name, pattern in read_yaml(RULES / language / "_words.yaml")["words"].items():
        with suppress(NotUnderstood):
            known[name] = read_pattern(pattern, known)
    return known


def _alternatives(patterns: list[str]) -> str:
    return "|".join(f"(?:{pattern})" for pattern in patterns)


def _expanded(pattern: str, words: dict[str, str], *, spaces: bool = True) -> str:
    """Write the named groups out and let commas pass at spaces.

    `$|[.,]` says that the text or a clause ends: in the plain form a mark has a space behind it, or is the last.

    Raises:
        RuleFileInvalid: a name that `_words.yaml` does not hold.
    """
    try:
        whole = _NAME.sub(lambda name: words[name.group(1)], pattern)
    except KeyError as unknown:
        raise RuleFileInvalid(f"no group of words is called {unknown}") from None
    whole = whole.replace("$|[.,]", "[.,]?$|[.,] ").replace("$|[., ]", "[.,]?$|[.,]? ")
    return whole.replace(" ", ",? ") if spaces else whole


def _compiled(pattern: str) -> Any:  # noqa: ANN401 - re2 has no types
    return re2.compile(rf"\b(?:{pattern})(?:\b|$)".encode(), automaton_options(_MEMORY_BYTES))


def automaton_options(memory_bytes: int) -> Any:  # noqa: ANN401 - re2 has no types
    """How patterns are compiled: over bytes, without captures, in bounded memory."""
    options = re2.Options()
    options.never_capture = True
    options.log_errors = False
    options.max_mem = memory_bytes
    options.encoding = re2.Options.Encoding.LATIN1
    return options
