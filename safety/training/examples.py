"""What the model learns from: our corpus, public sets, weak labels, and the same sentences with identities swapped in.

Rows of public sets are read where they lie and never copied. Of a set that is also for evaluation three rows in five
are learned from, chosen by a hash of their words; the others are kept aside.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from safety.corpus.reading import CorpusMessage, number_of, read_messages
from safety.engine.datafiles import RULES, read_yaml
from safety.engine.spelling import ENGLISH
from safety.levels import Level
from safety.training.aside import is_aside
from safety.training.identities import with_identity

Targets = tuple[float | None, float | None, float | None]
"""Whether the text shows concern, warning, crisis, or worse; None where that is not known."""

NOTHING: Final[Targets] = (0.0, 0.0, 0.0)
EVERYDAY_ROWS: Final = 9_000
IDENTITY_OF: Final = 4
"""One text in four stands a second time, with an identity that is beside the point."""
SEVERITIES: Final = {
    "none": Level.NONE,
    "concern": Level.CONCERN,
    "warning": Level.WARNING,
    "crisis": Level.CRISIS,
}


@dataclass(frozen=True, slots=True)
class Example:
    """One text to learn from.

    Args:
        text: the words.
        targets: what it shows.
        triggers: the signs in it; None where they are not known.
        weight: how much it counts; weak labels count little.
        source: which set it is of.
    """

    text: str
    targets: Targets
    triggers: tuple[str, ...] | None
    weight: float
    source: str


def targets_of(level: Level) -> Targets:
    """What a known level means for each of the three."""
    return tuple(
        float(level.rank >= each.rank) for each in (Level.CONCERN, Level.WARNING, Level.CRISIS)
    )  # type: ignore[return-value]  # three of them


def corpus_examples() -> list[Example]:
    """The corpus without its held-out families, in the language that the encoder reads.

    Of other languages it would learn only that they are another language, and call harmless French a risk.
    """
    return [
        _of_corpus(message)
        for message in read_messages()
        if message.lang == ENGLISH and not message.held_out
    ]


def _of_corpus(message: CorpusMessage) -> Example:
    return Example(message.text, targets_of(message.level), message.triggers, 1.0, "corpus")


def rule_examples() -> list[Example]:
    """What each rule's author wrote down as firing and as silent."""
    return [
        example
        for path in sorted((RULES / ENGLISH).glob("*.yaml"))
        if not path.name.startswith("_")
        for example in _of_rules(read_yaml(path))
    ]


def _of_rules(described: dict[str, Any]) -> Iterator[Example]:
    for rule in described["rules"]:
        level = Level(rule.get("level", described.get("level")))
        trigger = rule.get("trigger", described.get("trigger"))
        for text in rule.get("fires", ()):
            yield Example(text, targets_of(level), (trigger,), 1.0, "rules")
        for text in rule.get("silent", ()):
            yield Example(text, NOTHING, (), 1.0, "rules")


def _by_severity(row: dict[str, Any]) -> Targets:
    level = SEVERITIES.get(row["severity"] or "")
    return (None, None, None) if level is None else targets_of(level)


def _by_crisis(row: dict[str, Any]) -> Targets:
    """A set that only says whether there is any risk."""
    if row["crisis"] is None:
        return (None, None, None)
    return (1.0, None, None) if row["crisis"] else NOTHING


def _harmless_only(row: dict[str, Any]) -> Targets:
    """A set whose few positives were found by keywords: only its negatives teach anything."""
    return NOTHING if row["crisis"] is False else (None, None, None)


def _threats(row: dict[str, Any]) -> Targets:
    if row.get("category") == "threat_others":
        return (1.0, 1.0, None)
    return _harmless_only(row)


@dataclass(frozen=True, slots=True)
class PublicSet:
    """A public set and how its labels are read.

    Args:
        path: below the data folder.
        targets: what a row shows.
        weight: of a row.
        rows: how many at most; 0 for all.
    """

    path: str
    targets: Callable[[dict[str, Any]], Targets]
    weight: float
    rows: int = 0

    @property
    def is_for_evaluation(self) -> bool:
        """Whether it is also for evaluation, so that rows of it are kept aside."""
        return self.path.startswith("dev/")


PUBLIC: Final = (
    PublicSet("train/goemotions_everyday.jsonl", _harmless_only, 1.0, EVERYDAY_ROWS),
    PublicSet("train/clinc150_everyday.jsonl", _harmless_only, 1.0, EVERYDAY_ROWS // 2),
    PublicSet("train/banking77_everyday.jsonl", _harmless_only, 1.0, EVERYDAY_ROWS // 4),
    PublicSet("train/sad_everyday_stress.jsonl", _harmless_only, 0.7),
    PublicSet("train/suicidemoji_weak.jsonl", _by_crisis, 0.3),
    PublicSet("dev/cssrs_reddit_av9ash.jsonl", _by_severity, 3.0),
    PublicSet("dev/diasafety_contexts_labelled.jsonl", _by_crisis, 4.0),
    PublicSet("dev/openai_moderation.jsonl", _by_crisis, 1.0),
    PublicSet("dev/counsel_chat_questions.jsonl", _harmless_only, 3.0),
    PublicSet("dev/humanebench_chat.jsonl", _harmless_only, 1.0),
    PublicSet("dev/hh_harmless_first_turns.jsonl", _harmless_only, 1.0),
    PublicSet("dev/xstest.jsonl", _harmless_only, 1.0),
    PublicSet("dev/hatecheck_en.jsonl", _threats, 0.5),
)
"""Weights: a set's share in what is learned, smaller for weak labels and plentiful negatives. Chosen on the rows that
are learned from, five-fold."""


def public_examples(folder: Path) -> list[Example]:
    """What is learned from public sets.

    Args:
        folder: with `train` and `dev`.

    Raises:
        FileNotFoundError: a set is not there.
    """
    return [example for described in PUBLIC for example in _of_public(folder, described)]


def _of_public(folder: Path, described: PublicSet) -> Iterator[Example]:
    with (folder / described.path).open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for row in rows[: described.rows or None]:
        targets = described.targets(row)
        aside = described.is_for_evaluation and is_aside(row["text"])
        if targets[0] is not None and not aside:
            yield Example(row["text"], targets, None, described.weight, described.path)


def counterfactuals(examples: list[Example]) -> list[Example]:
    """The same texts with an identity that is beside the point, and the same labels."""
    chosen = [each for each in examples if number_of(each.text) % IDENTITY_OF == 0]
    return [replace(each, text=with_identity(each.text, number_of(each.text))) for each in chosen]
