"""What the words have shown of the six questions of the Columbia screener, and what is not known. Pure.

Source: Columbia-Suicide Severity Rating Scale, screener version (Posner et al., 2011). A machine that heard nothing
knows nothing: so there is `shown` and `not known`, and never `no`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

QUESTIONS: Final = (
    ("Wish to be dead", frozenset({"passive_ideation"})),
    ("Thoughts of suicide", frozenset({"suicidal_ideation"})),
    ("Thoughts of a way, or means at hand", frozenset({"means_access"})),
    ("Intent to act", frozenset({"suicide_intent", "goodbye"})),
    ("A plan", frozenset({"suicide_plan"})),
    ("Acts: preparation or attempt", frozenset({"attempt_in_progress", "overdose"})),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and what is known.

    Args:
        question: in short words.
        is_shown: whether the person's words showed it.
    """

    question: str
    is_shown: bool


def screened(triggers: Collection[str]) -> list[Answer]:
    """The six questions, in the screener's order."""
    return [Answer(question, bool(signs & set(triggers))) for question, signs in QUESTIONS]
