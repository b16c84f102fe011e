"""Which rows of public sets training never reads: decided by their words alone, so that everybody decides alike."""

import hashlib
from typing import Final

LEARNED_OF_FIVE: Final = 3
"""Of a set that is also for evaluation; the other two rows in five are kept aside."""


def number_of(text: str) -> int:
    """A number that depends on nothing but the words."""
    return int(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), 16)


def is_aside(text: str) -> bool:
    """Whether a row of a set for evaluation is kept aside."""
    return number_of(text) % 5 >= LEARNED_OF_FIVE
