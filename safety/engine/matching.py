"""The detector that applies the rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from safety.engine.context import Reading, read_in_context, surroundings
from safety.engine.normalize import NormalizedText
from safety.engine.protocol import Arc, Finding
from safety.engine.rules import Rule, RuleBook
from safety.levels import Level

OF_ANOTHER: Final = "third_party_risk"
_UNLESS_REACH: Final = 160
"""Bytes on each side of a match in which an exception of its rule is looked for."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A stretch of a text that means less than it sounds.

    Args:
        span: start and end in the original text.
        level: what it means where it stands.
    """

    span: tuple[int, int]
    level: Level


@dataclass(frozen=True, slots=True)
class RuleDetector:
    """Finds what the rules of a book describe.

    Args:
        book: the rules.
        name: what the findings are signed with.
    """

    book: RuleBook
    name: str = "rules"

    def find(self, text: NormalizedText, arc: Arc) -> list[Finding]:  # noqa: ARG002 - rules read one text
        """At most one finding for each rule: its most urgent match."""
        idioms = _Idioms(self.book, text)
        found = (self._best(rule, text, idioms) for rule in self.book.may_match(text.data))
        return [finding for finding in found if finding is not None]

    def put_aside(self, text: NormalizedText) -> list[Aside]:
        """What the rules read as less than it sounds: denied, past, fiction, quoted, a figure of speech, of another."""
        idioms = _Idioms(self.book, text)
        found = [Aside(text.span(*place), Level.NONE) for place in idioms.places()]
        for rule in self.book.may_match(text.data):
            for match in rule.pattern.finditer(text.data):
                level = _level_in_context(rule, text, match.start(), match.end(), idioms)
                if level is not Level(rule.level) or rule.trigger == OF_ANOTHER:
                    found.append(Aside(text.span(*match.span()), level))
        return found

    def _best(self, rule: Rule, text: NormalizedText, idioms: "_Idioms") -> Finding | None:
        best: Finding | None = None
        for start, end, reading in _readings(rule, text, idioms):
            if best is None or reading.level.rank > best.level.rank:
                best = self._finding(rule, reading, text.span(start, end))
            if reading.level is rule.level:
                break
        return best

    def _finding(self, rule: Rule, reading: Reading, span: tuple[int, int]) -> Finding:
        sure = rule.probability if reading.level is rule.level else rule.probability / 2
        return Finding(reading.trigger, reading.level, self.name, rule.id, span, sure)


class _Idioms:
    """The places of figures of speech in a text, looked up when first asked for."""

    __slots__ = ("_book", "_places", "_text")

    def __init__(self, book: RuleBook, text: NormalizedText) -> None:
        self._book, self._text = book, text
        self._places: list[tuple[int, int]] | None = None

    def places(self) -> list[tuple[int, int]]:
        if self._places is None:
            pattern = self._book.idioms
            found = pattern.finditer(self._text.data) if pattern else ()
            self._places = [match.span() for match in found]
        return self._places


def _readings(
    rule: Rule, text: NormalizedText, idioms: _Idioms
) -> Iterator[tuple[int, int, Reading]]:
    """Every match of a rule that still means something where it stands."""
    for match in rule.pattern.finditer(text.data):
        start, end = match.span()
        reading = _reading(rule, text, start, end, idioms)
        if reading is not None:
            yield start, end, reading


def _level_in_context(
    rule: Rule, text: NormalizedText, start: int, end: int, idioms: _Idioms
) -> Level:
    reading = _reading(rule, text, start, end, idioms)
    return Level.NONE if reading is None else reading.level


def _reading(
    rule: Rule, text: NormalizedText, start: int, end: int, idioms: _Idioms
) -> Reading | None:
    if _excepted(rule, text.data, start, end, b"."):
        return _in_spite(rule, text.data, start, end)
    if not rule.contexts:
        return Reading(rule.trigger, Level(rule.level))
    return read_in_context(rule, surroundings(text, start, end, idioms.places()))


def _in_spite(rule: Rule, data: bytes, start: int, end: int) -> Reading | None:
    """Beside an exception a match means nothing; a stated intent or plan a warning, unless both are one clause."""
    if not rule.firm or _excepted(rule, data, start, end, b","):
        return None
    return Reading(
        rule.trigger, min(Level(rule.level), Level.WARNING, key=lambda level: level.rank)
    )


def _excepted(rule: Rule, data: bytes, start: int, end: int, mark: bytes) -> bool:
    """Whether an exception of a rule stands beside a match, up to the end of the sentence, or up to a nearer mark."""
    if rule.unless is None:
        return False
    since, until = max(0, start - _UNLESS_REACH), min(len(data), end + _UNLESS_REACH)
    first = max(since, *(data.rfind(each, since, start) + 1 for each in (b".", mark)))
    stops = (data.find(each, end, until) for each in (b".", mark))
    last = min((stop for stop in stops if stop >= 0), default=until)
    return rule.unless.search(data[first:last].strip()) is not None
