"""Calibration: from the tuned outputs to probabilities, on texts that nothing was learned from.

Source: Platt 1999; one straight line for each level, between its output and the log-odds.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from safety.engine.model import LEVELS
from safety.training.examples import Example

Numbers = NDArray[np.float64]

UNBOUND: Final = 1e6
"""Inverse of the regularisation: none to speak of, for two numbers."""
STEPS: Final = 400
DIGITS: Final = 5
"""Far above the noise of the last bit."""


def calibrated(
    head: NDArray[np.float32], examples: Sequence[Example], logits: Numbers
) -> NDArray[np.float32]:
    """The head with the outputs of its levels calibrated.

    Args:
        head: a row for each output, the offset last.
        examples: texts that nothing was learned from.
        logits: what the head makes of them, (texts, outputs).
    """
    made = head.astype(float)
    for number in range(len(LEVELS)):
        slope, shift = _line(examples, logits[:, number], number)
        made[number] *= slope
        made[number, -1] += shift
    return np.round(made, DIGITS).astype(np.float32)


def _line(examples: Sequence[Example], logits: Numbers, number: int) -> tuple[float, float]:
    """Slope and shift; texts of which the labellers say different things teach both."""
    known = [(place, each.targets[number]) for place, each in enumerate(examples)]
    places = [place for place, target in known if target is not None]
    targets = np.array([target for _, target in known if target is not None])
    weights = np.array([examples[place].weight for place in places])
    twice = np.tile(logits[places][:, None], (2, 1))
    labels = np.repeat([1, 0], len(places))
    with threadpool_limits(limits=1):
        line = LogisticRegression(C=UNBOUND, max_iter=STEPS).fit(
            twice, labels, np.concatenate([weights * targets, weights * (1 - targets)])
        )
    return float(line.coef_[0, 0]), float(line.intercept_[0])
