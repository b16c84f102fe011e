"""From examples to the head's numbers: one logistic regression for each level and each trigger, calibrated.

Bit for bit the same for the same examples on the same kind of processor: nothing is drawn by chance, one thread adds
everything up, and the numbers are rounded far above the noise of the last digit.
Source: Platt 1999 for the calibration, on predictions for rows that were not learned from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from safety.corpus.reading import number_of
from safety.engine.encoder import Vector
from safety.levels import TRIGGERS
from safety.training.examples import Example

Matrix = NDArray[np.float32]
Numbers = NDArray[np.float64]

STRENGTH: Final = 1e-3
"""Inverse of the regularisation; of 1e-4, 1e-3, 1e-2 and 1e-1 the best on the learned rows, five-fold."""
FOLDS: Final = 5
STEPS: Final = 400
DIGITS: Final = 5
LEVEL_ROWS: Final = 3
FEWEST: Final = 25
"""Texts with a trigger; with fewer it has no row, and the rules alone name it."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learned.

    Args:
        weights: as `safety.engine.model.Head` takes them.
        triggers: names of the rows after the levels.
    """

    weights: Matrix
    triggers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Scale:
    """Brings every feature to the same size while fitting; afterwards it is worked into the weights."""

    mean: Vector
    deviation: Vector

    def apply(self, features: Matrix) -> Matrix:
        scaled: Matrix = (features - self.mean) / self.deviation
        return scaled

    def unscaled(self, weights: Numbers, offset: float) -> Numbers:
        plain = weights / self.deviation
        return np.append(plain, offset - float(plain @ self.mean))


def fit(examples: Sequence[Example], features: Matrix, tell: Callable[[str], None]) -> Fitted:
    """Learn.

    Args:
        examples: what is known of each text.
        features: what the encoder gives for it, one row each.
        tell: is told of each step.
    """
    scale = _Scale(features.mean(0), features.std(0) + np.float32(1e-6))
    scaled = scale.apply(features)
    rows = []
    with threadpool_limits(limits=1):
        for number in range(LEVEL_ROWS):
            known = np.array([each.targets[number] is not None for each in examples])
            labels = np.array([each.targets[number] for each in examples], dtype=float)
            rows.append(scale.unscaled(*_calibrated(examples, scaled, labels, known)))
            tell(f"level {number + 1} of {LEVEL_ROWS}: {int(known.sum())} texts")
        triggers, more = _trigger_rows(examples, scaled, scale, tell)
    return Fitted(np.round([*rows, *more], DIGITS).astype(np.float32), triggers)


def _trigger_rows(
    examples: Sequence[Example], scaled: Matrix, scale: _Scale, tell: Callable[[str], None]
) -> tuple[tuple[str, ...], list[Numbers]]:
    known = np.array([each.triggers is not None for each in examples])
    names, rows = [], []
    for name in TRIGGERS:
        labels = np.array([name in (each.triggers or ()) for each in examples], dtype=float)
        if labels.sum() < FEWEST:
            continue
        weights, offset = _fitted(scaled[known], labels[known], _weights(examples)[known])
        names.append(name)
        rows.append(scale.unscaled(weights, offset))
        tell(f"{name}: {int(labels.sum())} texts")
    return tuple(names), rows


def _weights(examples: Sequence[Example]) -> Numbers:
    return np.array([each.weight for each in examples])


def _fitted(features: Matrix, labels: Numbers, weights: Numbers) -> tuple[Numbers, float]:
    made = LogisticRegression(C=STRENGTH, max_iter=STEPS, tol=1e-4)
    made.fit(features, labels, weights)
    return made.coef_[0].astype(float), float(made.intercept_[0])


def _calibrated(
    examples: Sequence[Example], scaled: Matrix, labels: Numbers, known: NDArray[np.bool_]
) -> tuple[Numbers, float]:
    folds = np.array([number_of(each.text) // 7 % FOLDS for each in examples])
    weights, logits = _weights(examples), np.zeros(len(examples))
    for fold in range(FOLDS):
        learned, tested = known & (folds != fold), known & (folds == fold)
        if tested.any():
            coefficients, offset = _fitted(scaled[learned], labels[learned], weights[learned])
            logits[tested] = scaled[tested] @ coefficients + offset
    slope, shift = _fitted_line(logits[known], labels[known], weights[known])
    coefficients, offset = _fitted(scaled[known], labels[known], weights[known])
    return slope * coefficients, slope * offset + shift


def _fitted_line(logits: Numbers, labels: Numbers, weights: Numbers) -> tuple[float, float]:
    made = LogisticRegression(C=1e6, max_iter=STEPS).fit(logits[:, None], labels, weights)
    return float(made.coef_[0, 0]), float(made.intercept_[0])
