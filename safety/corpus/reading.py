"""Reading the corpus: blocks of messages that share an idea, each block with what is true of them.

    ## family=s-letters-written | lang=en | level=crisis | triggers=goodbye | person=first | time=now | manner=indirect
    One message on each line.
    [warning suicidal_ideation] A line that differs from its block says so.

A session's block begins `## session=…` and holds the person's turns in order, each with its level in brackets.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from safety.levels import TRIGGERS, Level

SOURCE: Final = Path(__file__).with_name("source")
HELD_OUT_OF: Final = 5
"""One family in five is held out: families, not messages, so that nothing like a tested message was trained on."""
SESSIONS_HELD_OUT: Final = 2
"""Of five sessions; there are fewer of them."""
_MARKED: Final = re.compile(r"\[(\w+)\s*([\w,]*)\]\s+(.*)")
_LEVELS: Final = {level.value for level in Level} - {Level.UNKNOWN.value}


class CorpusMalformed(ValueError):
    """A line of the corpus cannot be read; the text names file and line."""


@dataclass(frozen=True, slots=True)
class CorpusMessage:
    """One message.

    Args:
        id: twelve hex digits made from its words.
        text: the words.
        level: what they show.
        triggers: the signs in them.
        lang: two letters.
        family: the idea it shares with its block.
        about: the block's other fields, such as person, time, manner, negative.
    """

    id: str
    text: str
    level: Level
    triggers: tuple[str, ...]
    lang: str
    family: str
    about: dict[str, str]

    @property
    def held_out(self) -> bool:
        """Whether it is for testing and was never trained on."""
        return is_held_out(self.family)


@dataclass(frozen=True, slots=True)
class CorpusSession:
    """A person's turns in order.

    Args:
        name: of the session.
        turns: the messages, each judged in the light of those before it.
        about: the block's other fields: lang, arc, outcome, person.
    """

    name: str
    turns: tuple[CorpusMessage, ...]
    about: dict[str, str]

    @property
    def held_out(self) -> bool:
        """Whether it is for testing and was never trained on."""
        return number_of(self.name) % HELD_OUT_OF < SESSIONS_HELD_OUT

    @property
    def outcome(self) -> Level:
        """The highest level that the whole session shows."""
        return Level(self.about["outcome"])


def is_held_out(family: str) -> bool:
    """Whether a family is for testing."""
    return number_of(family) % HELD_OUT_OF == 0


def number_of(text: str) -> int:
    """A number that depends on nothing but the words: what is drawn by it is drawn alike by everybody."""
    return int(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), 16)


def read_messages(folder: Path = SOURCE) -> list[CorpusMessage]:
    """Every message of the corpus, in the order of files and lines; sessions are not among them.

    Raises:
        CorpusMalformed: a line cannot be read.
    """
    blocks = (block for block in _blocks(folder) if "family" in block[0])
    return [_message(head, line, place) for head, lines in blocks for place, line in lines]


def read_sessions(folder: Path = SOURCE) -> list[CorpusSession]:
    """Every session of the corpus.

    Raises:
        CorpusMalformed: a line cannot be read.
    """
    return [_session(head, lines) for head, lines in _blocks(folder) if "session" in head]


Line = tuple[str, str]
"""Where it stands, and what it says."""


def _blocks(folder: Path) -> Iterator[tuple[dict[str, str], list[Line]]]:
    for path in sorted(folder.glob("*.txt")):
        head: dict[str, str] = {}
        lines: list[Line] = []
        for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            line, place = raw.strip(), f"{path.name}:{number}"
            if line.startswith("##"):
                if head:
                    yield head, lines
                head, lines = _head(line, place), []
            elif line and not head:
                raise CorpusMalformed(f"{place}: stands before any head")
            elif line:
                lines.append((place, line))
        if head:
            yield head, lines


def _head(line: str, place: str) -> dict[str, str]:
    fields = [part.strip().partition("=") for part in line.lstrip("#").split("|")]
    head = {name: value for name, _, value in fields}
    if not head.keys() & {"family", "session"} or "lang" not in head:
        raise CorpusMalformed(f"{place}: neither a family nor a session")
    return head


def _message(head: dict[str, str], line: str, place: str) -> CorpusMessage:
    marked = _MARKED.fullmatch(line)
    named = marked is not None and marked[1] in _LEVELS
    level, names, text = (
        marked.groups()
        if marked and named
        else (head.get("level", ""), head.get("triggers", ""), line)
    )
    triggers = tuple(filter(None, names.split(",")))
    if level not in _LEVELS or not set(triggers) <= set(TRIGGERS):
        raise CorpusMalformed(f"{place}: level {level!r} or triggers {names!r}")
    about = {name: value for name, value in head.items() if name not in {"level", "triggers"}}
    family = head.get("family", head.get("session", ""))
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return CorpusMessage(digest, text, Level(level), triggers, head["lang"], family, about)


def _session(head: dict[str, str], lines: list[Line]) -> CorpusSession:
    if head.get("outcome") not in _LEVELS or not lines:
        raise CorpusMalformed(f"session {head['session']}: no outcome, or no turns")
    turns = tuple(_message(head, line, place) for place, line in lines)
    return CorpusSession(head["session"], turns, head)
