"""The words of risk: levels, triggers and markers, and how they compare.

Source: the levels follow the Columbia scale (C-SSRS) as docs/glossary.md maps it; the names and scores are part of
the public API and never change.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """How much danger a text shows."""

    NONE = "none"
    LOW = "low"
    CONCERN = "concern"
    WARNING = "warning"
    CRISIS = "crisis"
    UNKNOWN = "unknown"

    @property
    def score(self) -> int:
        """The public `safety_score`, 0 to 4; `unknown` counts as `warning`, never as safe."""
        return _SCORES[self]

    @property
    def rank(self) -> int:
        """Order of urgency: unknown stands above warning, because nobody has looked at all."""
        return _RANKS[self]

    @property
    def needs_human(self) -> bool:
        """Whether a human must look: an incident is written."""
        return self in {Level.WARNING, Level.UNKNOWN, Level.CRISIS}


_SCORES: Final = {
    Level.NONE: 0,
    Level.LOW: 1,
    Level.CONCERN: 2,
    Level.WARNING: 3,
    Level.UNKNOWN: 3,
    Level.CRISIS: 4,
}
_RANKS: Final = {
    Level.NONE: 0,
    Level.LOW: 1,
    Level.CONCERN: 2,
    Level.WARNING: 3,
    Level.UNKNOWN: 4,
    Level.CRISIS: 5,
}

TRIGGERS: Final = (
    "hopelessness",
    "burden",
    "passive_ideation",
    "suicidal_ideation",
    "suicide_plan",
    "suicide_intent",
    "means_access",
    "goodbye",
    "attempt_in_progress",
    "overdose",
    "self_harm",
    "self_harm_urge",
    "eating_disorder",
    "abuse",
    "violence_to_others",
    "psychosis",
    "substance",
    "third_party_risk",
    "panic",
    "grief",
)
REPLY_TRIGGERS: Final = (
    "unsafe_advice",
    "method_information",
    "encouragement",
    "diagnosis",
    "false_promise",
)
MARKERS: Final = (
    "language_unsupported",
    "check_failed",
    "check_timeout",
    "human_requested",
    "reply_reported",
)
"""Reasons for a level that no clinical sign explains; they stand among the triggers of a record."""


def most_urgent(levels: Iterable[Level]) -> Level:
    """The level of highest rank; `none` for no levels at all."""
    return max(levels, key=lambda level: level.rank, default=Level.NONE)
