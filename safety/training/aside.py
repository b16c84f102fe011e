"""Which rows of public sets training never reads: decided by their words alone, so that everybody decides alike."""

from typing import Final

from safety.corpus.reading import number_of

LEARNED_OF_FIVE: Final = 3
"""Of a set that is also for evaluation; the other two rows in five are kept aside."""


def is_aside(text: str) -> bool:
    """Whether a row of a set for evaluation is kept aside."""
    return number_of(text) % 5 >= LEARNED_OF_FIVE
