"""What goes into the engine, what comes out, and what a detector must offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from safety.engine.normalize import NormalizedText
from safety.levels import Level


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason for a level.

    Args:
        trigger: an entry of TRIGGERS or REPLY_TRIGGERS, or the marker `language_unsupported`.
        level: what this finding alone would justify.
        detector: name of the detector that made it, such as `rules` or `arc`.
        rule: stable id of the rule or feature inside that detector.
        span: start and end in the original text, characters; None where no words carry it.
        probability: 0 to 1, how sure the detector is.
    """

    trigger: str
    level: Level
    detector: str
    rule: str
    span: tuple[int, int] | None
    probability: float


@dataclass(frozen=True, slots=True)
class PastTurn:
    """One earlier assessment of the same person.

    Args:
        age_seconds: how long ago, seconds, never negative.
        level: what it was judged then.
        triggers: what fired then.
        same_session: whether it was said in the session now under way.
        probability: 0 to 1, that it showed any risk.
    """

    age_seconds: float
    level: Level
    triggers: tuple[str, ...]
    same_session: bool
    probability: float = 0.0


@dataclass(frozen=True, slots=True)
class Arc:
    """What is known of the person before this text, oldest turn first."""

    turns: tuple[PastTurn, ...] = ()


EMPTY_ARC = Arc()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the engine says of one text.

    Args:
        level: the outcome.
        triggers: what fired, most urgent first; markers such as `language_unsupported` included.
        probability: 0 to 1, that the text shows any risk.
        findings: every reason, kept for the moderator.
        release: id of the bundle of rules, models and thresholds that judged.
    """

    level: Level
    triggers: tuple[str, ...]
    probability: float
    findings: tuple[Finding, ...]
    release: str

    @property
    def score(self) -> int:
        """The public `safety_score`."""
        return self.level.score


class Detector(Protocol):
    """Anything that finds signs of risk in a text."""

    @property
    def name(self) -> str:
        """What its findings are signed with."""
        ...

    def find(self, text: NormalizedText, arc: Arc) -> Sequence[Finding]:
        """Signs in the text; empty where there are none. Must be linear in the length of the text."""
        ...
