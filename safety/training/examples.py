"""What the model learns from: our corpus, public sets, weak labels, and the same sentences with identities swapped in.

Rows of public sets are read where they lie and never copied. Of a set that is also for evaluation three rows in five
are learned from, chosen by a hash of their words; the others are kept aside. One text in eight of those that may be
learned from is left for calibration.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from safety.corpus.labels import Label, first_of, read_second
from safety.corpus.reading import CorpusMessage, number_of, read_messages, read_sessions
from safety.levels import TRIGGERS, Level
from safety.training.aside import is_aside
from safety.training.identities import with_identity

Targets = tuple[float | None, float | None, float | None]
"""Whether the text shows concern, warning, crisis, or worse; between 0 and 1 where two labellers differ, None where it
is not known."""

NOTHING: Final[Targets] = (0.0, 0.0, 0.0)
NO_SIGNS: Final = (0.0,) * len(TRIGGERS)
CALIBRATED_OF: Final = 8
EVERYDAY_ROWS: Final = 12_000
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
        signs: how far each of TRIGGERS is in it, 0 to 1; None where they are not known.
        weight: how much it counts; weak labels count little.
        source: which set it is of.
        share: in how many of the rounds it is learned from, 0 to 1; plentiful texts take turns.
        for_calibration: whether it is kept from learning, to see how sure the model may be.
    """

    text: str
    targets: Targets
    signs: tuple[float, ...] | None
    weight: float
    source: str
    share: float = 1.0
    for_calibration: bool = False


def targets_of(*levels: Level) -> Targets:
    """What a known level means for each of the three; the mean where several labellers name one."""
    first, second, third = (
        sum(level.rank >= each.rank for level in levels) / len(levels)
        for each in (Level.CONCERN, Level.WARNING, Level.CRISIS)
    )
    return first, second, third


def signs_of(*labelled: tuple[str, ...]) -> tuple[float, ...]:
    """How far each of TRIGGERS is there; the mean where several labellers name some."""
    return tuple(sum(name in names for names in labelled) / len(labelled) for name in TRIGGERS)


def is_for_calibration(name: str) -> bool:
    """Whether a text, or a family of texts, is left for calibration."""
    return number_of(name) // 5 % CALIBRATED_OF == 0


def corpus_examples() -> list[Example]:
    """The corpus without its held-out families."""
    second = read_second()
    return [_of_corpus(each, second) for each in read_messages() if not each.held_out]


def _of_corpus(message: CorpusMessage, second: Mapping[str, Label]) -> Example:
    labels = [first_of(message), second.get(message.id, first_of(message))]
    return Example(
        text=message.text,
        targets=targets_of(*(label.level for label in labels)),
        signs=signs_of(*(label.triggers for label in labels)),
        weight=1.0,
        source="corpus",
        for_calibration=is_for_calibration(message.family),
    )


def session_examples() -> list[Example]:
    """The turns of the corpus's sessions that are not held out, each as its writer labelled it."""
    return [
        replace(_of_corpus(turn, {}), for_calibration=is_for_calibration(session.name))
        for session in read_sessions()
        if not session.held_out
        for turn in session.turns
    ]


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
        share: in how many of the rounds a row is learned from.
    """

    path: str
    targets: Callable[[dict[str, Any]], Targets]
    weight: float
    rows: int = 0
    share: float = 1.0

    @property
    def is_for_evaluation(self) -> bool:
        """Whether it is also for evaluation, so that rows of it are kept aside."""
        return self.path.startswith("dev/")


PUBLIC: Final = (
    PublicSet("train/goemotions_everyday.jsonl", _harmless_only, 1.0, EVERYDAY_ROWS, 0.6),
    PublicSet("train/clinc150_everyday.jsonl", _harmless_only, 1.0, EVERYDAY_ROWS // 2, 0.4),
    PublicSet("train/banking77_everyday.jsonl", _harmless_only, 1.0, EVERYDAY_ROWS // 4, 0.3),
    PublicSet("train/sad_everyday_stress.jsonl", _harmless_only, 0.7, share=0.5),
    PublicSet("train/suicidemoji_weak.jsonl", _by_crisis, 0.3, share=0.5),
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
            yield Example(
                text=row["text"],
                targets=targets,
                signs=NO_SIGNS if targets == NOTHING else None,
                weight=described.weight,
                source=described.path,
                share=described.share,
                for_calibration=is_for_calibration(row["text"]),
            )


def counterfactuals(examples: list[Example]) -> list[Example]:
    """The same texts with an identity that is beside the point, and the same labels."""
    chosen = [each for each in examples if number_of(each.text) % IDENTITY_OF == 0]
    return [
        replace(each, text=with_identity(each.text, number_of(each.text)), share=each.share / 2)
        for each in chosen
    ]
