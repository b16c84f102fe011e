"""The sentence model: how likely a text shows concern, warning or crisis, and which sign it most resembles.

A linear head over what the encoder gives, tuned together with it by `train_safety_model`, and calibrated. It finds what
no rule can list: the understated, the indirect, the goodbye without a keyword. It never silences a rule.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from safety.engine.decision import MODEL
from safety.engine.encoder import Encoder, Window
from safety.engine.foreign import native_reading
from safety.engine.matching import Aside
from safety.engine.normalize import NormalizedText
from safety.engine.protocol import Arc, Finding
from safety.engine.spelling import ENGLISH
from safety.levels import Level

LEVELS: Final = (Level.CONCERN, Level.WARNING, Level.CRISIS)
_FEWEST_WORDS: Final = 5
"""Of a clause that says something of its own."""
_LARGEST_LOGIT: Final = 30.0
_MOST_SENTENCES: Final = 12
"""More are not read a second time, one by one; then the window stands for the sentence."""


@dataclass(frozen=True, slots=True)
class Head:
    """What was learned.

    Args:
        weights: one row for each level, then one for each trigger; WIDTH columns, then the offset.
        triggers: names of the rows after the levels.
        thresholds: from which probability on each level counts; that of low is of a concern, too.
    """

    weights: NDArray[np.float32]
    triggers: tuple[str, ...]
    thresholds: dict[Level, float]

    def logits(self, windows: Sequence[Window]) -> NDArray[np.float32]:
        """One for each row: a text is as worrying as the most worrying of its windows."""
        vectors = np.stack([window.vector for window in windows])
        found: NDArray[np.float32] = (vectors @ self.weights[:, :-1].T + self.weights[:, -1]).max(0)
        return found

    def probabilities(self, windows: Sequence[Window]) -> NDArray[np.float64]:
        """One for each row: levels first, each at most as likely as the one below it."""
        logits = np.clip(self.logits(windows), -_LARGEST_LOGIT, _LARGEST_LOGIT)
        likely = 1 / (1 + np.exp(-logits, dtype=float))
        likely[: len(LEVELS)] = np.minimum.accumulate(likely[: len(LEVELS)])
        return np.asarray(likely)

    def level_of(self, likely: NDArray[np.float64]) -> Level:
        """The most urgent level whose threshold is reached; low where a concern is not unlikely."""
        reached = [
            level
            for level, each in zip((Level.LOW, *LEVELS), (likely[0], *likely), strict=False)
            if each >= self.thresholds[level]
        ]
        return max(reached, key=lambda level: level.rank, default=Level.NONE)


class ModelDetector:
    """Asks the model.

    Args:
        encoder: what reads.
        head: what judges.
        put_aside: what the rules know to mean less than it sounds; the model hears the same words and is bound by it.
        languages: of the texts that it judges, two letters each.
    """

    name = MODEL

    def __init__(
        self,
        encoder: Encoder,
        head: Head,
        put_aside: Callable[[NormalizedText], list[Aside]],
        languages: Collection[str] = (ENGLISH,),
    ) -> None:
        self._encoder, self._head, self._put_aside = encoder, head, put_aside
        self._languages = frozenset(languages)

    def find(self, text: NormalizedText, arc: Arc) -> list[Finding]:  # noqa: ARG002 - the protocol's signature
        """One finding; of level none where no threshold is reached, so that its probability is known all the same.

        None for a text without words, or in a language that the release does not support.
        """
        native = native_reading(text, self._languages)
        windows = self._encoder.windows(native) if native else []
        if native is None or not windows:
            return []
        likely = self._head.probabilities(windows)
        level = self._head.level_of(likely)
        if level.rank <= Level.LOW.rank:
            return [self._finding(level, likely, None)]
        span = self._evidence(native, windows)
        known = [each for each in self._put_aside(text) if _overlap(each.span, span)]
        if not known:
            return [self._finding(level, likely, span)]
        return [self._finding(_bound(level, text, span, known), likely / 2, span)]

    def _finding(
        self, level: Level, likely: NDArray[np.float64], span: tuple[int, int] | None
    ) -> Finding:
        best = int(np.argmax(likely[len(LEVELS) :]))
        return Finding(
            trigger=self._head.triggers[best],
            level=level,
            detector=MODEL,
            rule=f"sentence_model.{level.value}",
            span=span,
            probability=round(float(likely[0]), 4),
        )

    def _evidence(self, text: NormalizedText, windows: list[Window]) -> tuple[int, int]:
        """The sentence, or in a long text the window, that by itself is most worrying."""
        places = sentences_of(text)
        if len(windows) == 1 and 1 < len(places) <= _MOST_SENTENCES:
            windows = [self._encoder.part(text, first, last) for first, last in places]
        return max(windows, key=self._worry).span

    def _worry(self, window: Window) -> float:
        return float(self._head.probabilities([window])[: len(LEVELS)].sum())


def _rank(level: Level) -> int:
    return level.rank


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _bound(
    level: Level, text: NormalizedText, span: tuple[int, int], known: Sequence[Aside]
) -> Level:
    """At most what the rules make of the words in the evidence; a warning where a whole clause says more.

    "I am not suicidal, but …": a denial clears nothing that stands beside it.
    """
    most = [each.level for each in known]
    if _says_more(text, span, known):
        most.append(Level.WARNING)
    return min(level, max(most, key=_rank), key=_rank)


def _says_more(text: NormalizedText, span: tuple[int, int], known: Sequence[Aside]) -> bool:
    """Whether a clause of the evidence, and not a short one, holds nothing of what was put aside."""
    return any(
        last - first + 1 >= _FEWEST_WORDS
        and all(_overlap(place, span) for place in text.origins[first : last + 1])
        and not any(
            _overlap(place, each.span) for place in text.origins[first : last + 1] for each in known
        )
        for first, last in _clauses_of(text)
    )


def _clauses_of(text: NormalizedText) -> list[tuple[int, int]]:
    """First and last word of each clause; `but` begins one."""
    words = text.text.split(" ")
    places, first = [], 0
    for number, word in enumerate(words):
        if word == "but" and number > first:
            places.append((first, number - 1))
            first = number
        if word[-1:] in {",", "."} or number == len(words) - 1:
            places.append((first, number))
            first = number + 1
    return places


def sentences_of(text: NormalizedText) -> list[tuple[int, int]]:
    """First and last word of each sentence."""
    ends = (*text.starts[1:], len(text.data))
    places, first = [], 0
    for number, (start, end) in enumerate(zip(text.starts, ends, strict=True)):
        if text.data[start:end].rstrip().endswith(b".") or number == len(ends) - 1:
            places.append((first, number))
            first = number + 1
    return places
