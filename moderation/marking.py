"""A text cut into pieces, so that the words that fired can be marked. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

OVERRIDES: Final = {0x202D: "⟦LRO⟧", 0x202E: "⟦RLO⟧"}
"""Characters that turn the order of what follows, so that a reader sees other words than were written: shown by name.

Source: Unicode Standard Annex 9, section 2.2, explicit directional overrides.
"""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is marked as a whole or not at all.

    Args:
        text: the run.
        why: the triggers that it fired, in order of finding; empty for plain text.
    """

    text: str
    why: tuple[str, ...]


def marked(text: str, findings: Iterable[Mapping[str, Any]]) -> list[Piece]:
    """Cut a text where findings begin and end; together the pieces are the text again, overrides of direction named.

    Args:
        text: as the person wrote it.
        findings: with `trigger` and `span` (start and end, or None); spans outside of the text are ignored.
    """
    spans = [
        (finding["trigger"], *finding["span"])
        for finding in findings
        if _fits(finding.get("span"), len(text))
    ]
    cuts = sorted({0, len(text), *(cut for _, *span in spans for cut in span)})
    return [
        Piece(text[start:end].translate(OVERRIDES), _why(spans, start, end))
        for start, end in pairwise(cuts)
    ]


def _fits(span: Any, length: int) -> bool:  # noqa: ANN401 - read from JSON
    if not isinstance(span, list | tuple) or len(span) != 2:  # noqa: PLR2004 - start and end
        return False
    return bool(0 <= span[0] < span[1] <= length)


def _why(spans: list[tuple[str, int, int]], start: int, end: int) -> tuple[str, ...]:
    covering = [trigger for trigger, low, high in spans if low <= start and end <= high]
    return tuple(dict.fromkeys(covering))
