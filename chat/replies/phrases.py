"""The texts and word lists of the embedded responder, from `content/replies.yaml`.

Source: docs/replies.md names the guidance that the texts follow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from chat.words import Sequence, sequences_of

CONTENT = Path(__file__).parents[1] / "content" / "replies.yaml"
DEFAULT_TRIGGER = "default"


@dataclass(frozen=True, slots=True)
class Intent:
    """Something that a person may want of the responder itself.

    Args:
        name: stable name.
        words: sequences that show it.
        short: whether it only counts when little else is said.
        texts: answers to choose from.
        tool: a tool that fits; None where none does.
    """

    name: str
    words: frozenset[Sequence]
    short: bool
    texts: tuple[str, ...]
    tool: str | None


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that a message may be about.

    Args:
        name: stable name.
        words: sequences that show it.
        reflections: sentences that show it was heard.
        questions: open questions.
        tool: a tool that fits; None where none does.
    """

    name: str
    words: frozenset[Sequence]
    reflections: tuple[str, ...]
    questions: tuple[str, ...]
    tool: str | None


@dataclass(frozen=True, slots=True)
class Care:
    """What is said when the check found `concern` or `warning`, for some triggers.

    Args:
        openings: sentences to begin with.
        questions: first the plainest question about danger, then others.
        tool: a tool that fits; None where none does.
        kind: kind of resource to name besides the crisis lines; empty where none is.
        kind_words: the sentence that names it, with `{line}`.
    """

    openings: tuple[str, ...]
    questions: tuple[str, ...]
    tool: str | None
    kind: str
    kind_words: str


@dataclass(frozen=True, slots=True)
class CareTexts:
    """Everything for `concern` and `warning`.

    Args:
        by_trigger: entries by trigger; `default` for any other.
        human_told: sentence for when an incident was written.
        human_offered: sentence for when none was.
        numbers: sentence with lines and emergency number.
        numbers_again: a shorter one for when they were just given.
        young_words: the sentence that names a line for young people, with `{line}`.
        safety_questions: questions about danger itself, as they stand in the texts.
        safe_when_yes: those of them where "no" is the answer that worries.
        answers: words that say `yes`, `no` or, half, `unsure`; half an answer counts as the worrying one.
        affirmed: answers when the worrying answer came.
        denied: answers when the other one came.
    """

    by_trigger: Mapping[str, Care]
    human_told: str
    human_offered: str
    numbers: str
    numbers_again: str
    young_words: str
    safety_questions: tuple[str, ...]
    safe_when_yes: frozenset[str]
    answers: Mapping[str, frozenset[Sequence]]
    affirmed: tuple[str, ...]
    denied: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrases:
    """The whole file.

    Args:
        introduction: what the first reply begins with.
        intents: in order of precedence.
        topics: in order of precedence.
        general: for a message that is about none of them.
        positive: for a message in a good mood.
        mood_reflections: by mood.
        mood_tools: by mood, a tool that fits.
        offers: by tool, the sentence that offers it.
        care: for `concern` and `warning`.
    """

    introduction: tuple[str, ...]
    intents: tuple[Intent, ...]
    topics: tuple[Topic, ...]
    general: Topic
    positive: Topic
    mood_reflections: Mapping[str, tuple[str, ...]]
    mood_tools: Mapping[str, str]
    offers: Mapping[str, str]
    care: CareTexts


@cache
def load_phrases() -> Phrases:
    """Read the file, once."""
    document = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    return Phrases(
        introduction=tuple(document["introduction"]),
        intents=tuple(_intent(raw) for raw in document["intents"]),
        topics=tuple(_topic(raw) for raw in document["topics"]),
        general=_topic({"name": "general", **document["general"]}),
        positive=_topic({"name": "positive", **document["positive"]}),
        mood_reflections={mood: tuple(texts) for mood, texts in document["moods"].items()},
        mood_tools=document["mood_tools"],
        offers=document["offers"],
        care=_care_texts(document["care"]),
    )


def _intent(raw: Mapping[str, Any]) -> Intent:
    words = sequences_of(raw["words"])
    return Intent(raw["name"], words, raw.get("short", False), tuple(raw["texts"]), raw.get("tool"))


def _topic(raw: Mapping[str, Any]) -> Topic:
    words = sequences_of(raw.get("words", ()))
    return Topic(
        raw["name"], words, tuple(raw["reflections"]), tuple(raw["questions"]), raw.get("tool")
    )


def _care_texts(raw: Mapping[str, Any]) -> CareTexts:
    return CareTexts(
        by_trigger={
            trigger: _care(entry) for entry in raw["entries"] for trigger in entry["triggers"]
        },
        human_told=raw["human_told"],
        human_offered=raw["human_offered"],
        numbers=raw["numbers"],
        numbers_again=raw["numbers_again"],
        young_words=raw["young_words"],
        safety_questions=tuple(raw["safety_questions"]),
        safe_when_yes=frozenset(raw["safe_when_yes"]),
        answers={kind: sequences_of(words) for kind, words in raw["answers"].items()},
        affirmed=tuple(raw["affirmed"]),
        denied=tuple(raw["denied"]),
    )


def _care(raw: Mapping[str, Any]) -> Care:
    return Care(
        openings=tuple(raw["openings"]),
        questions=tuple(raw["questions"]),
        tool=raw.get("tool"),
        kind=raw.get("kind", ""),
        kind_words=raw.get("kind_words", ""),
    )
