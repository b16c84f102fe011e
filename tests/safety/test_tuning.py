"""Fine-tuning: the layers are the paper's, what is learned is the same each time, and worry is learned."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray

from safety.levels import TRIGGERS, Level
from safety.training import tuning
from safety.training.examples import NO_SIGNS, NOTHING, Example, signs_of, targets_of
from safety.training.transformer import pooled
from safety.training.tuning import HEAD, OUTPUTS, SIGNS_WEIGH, tune
from tests.safety.drawn_weights import Held, drawn, expected

WORRY = 7
"""The piece that a made-up text of risk holds."""


def _example(number: int, *, risky: bool, share: float = 1.0) -> Example:
    level = Level.CRISIS if risky else Level.NONE
    signs = signs_of(("goodbye",)) if risky else NO_SIGNS
    return Example(f"text {number}", targets_of(level), signs, 1.0, "test", share)


def _made_up(count: int) -> tuple[list[Example], list[tuple[int, ...]]]:
    chooser = np.random.default_rng(11)
    risky = [number % 2 == 0 for number in range(count)]
    pieces = [
        (1, *chooser.integers(10, 40, 6).tolist(), WORRY if worried else 8, 2) for worried in risky
    ]
    return [_example(number, risky=each) for number, each in enumerate(risky)], pieces


def _pooled(held: Held, ids: NDArray[Any], mask: NDArray[Any]) -> NDArray[np.float32]:
    """What the layers give when nothing is dropped."""
    known = {name: jnp.asarray(value) for name, value in held.items()}
    return np.asarray(pooled(known, jnp.asarray(ids), jnp.asarray(mask), lambda value: value))


@pytest.mark.slow
def test_the_layers_are_those_of_the_paper_whatever_stands_beside_a_text_in_its_batch():
    held = drawn()
    ids = np.array([[1, 5, 9, 2, 0, 0], [1, 4, 4, 8, 9, 2]])
    made = _pooled(held, ids, np.array([[1, 1, 1, 1, 0, 0], [1] * 6], np.float32))
    assert np.abs(made[0] - expected(held, ids[0][:4])).max() < 1e-4
    assert np.abs(made[1] - expected(held, ids[1])).max() < 1e-4


def test_a_round_takes_each_text_by_its_share_and_is_planned_alike_each_time():
    always = [_example(number, risky=False) for number in range(50)]
    seldom = [_example(number, risky=False, share=0.25) for number in range(400)]
    examples, pieces = always + seldom, [(1, 5, 2)] * 450
    rounds = [tuning._epoch(examples, pieces, epoch) for epoch in (0, 1)]
    assert rounds[0] == tuning._epoch(examples, pieces, 0)
    assert rounds[0] != rounds[1]
    for batches in rounds:
        places = [place for batch in batches for place in batch]
        assert len(places) == len(set(places))
        assert set(range(50)) <= set(places)
        assert 60 < len(places) - 50 < 140


def test_a_batch_is_padded_to_a_length_and_a_long_text_is_cut():
    examples, pieces = _made_up(2)
    batch = tuning._batch(examples, [pieces[0], (1, *[9] * 300)], (0, 1))
    assert batch.ids.shape == (tuning.BATCH, tuning.LENGTHS[-1])
    assert batch.mask[0].sum() == len(pieces[0])
    assert batch.mask[1].sum() == tuning.LENGTHS[-1]
    assert batch.weights[2:].sum() == 0
    assert tuning._batch(examples, pieces, (0, 1)).ids.shape == (tuning.BATCH, tuning.LENGTHS[0])


@pytest.mark.parametrize(
    ("targets", "signs", "counts"),
    [
        ((1.0, None, None), None, [2, 0, 0, *[0] * len(TRIGGERS)]),
        (NOTHING, NO_SIGNS, [2, 2, 2, *[2 * SIGNS_WEIGH] * len(TRIGGERS)]),
    ],
)
def test_what_is_not_known_does_not_count(targets, signs, counts):
    wanted, weights = tuning._outputs(Example("a", targets, signs, 2.0, "test"))
    assert len(wanted) == OUTPUTS
    assert weights == pytest.approx(counts)


@pytest.mark.slow
def test_worry_is_learned_the_same_to_the_bit_each_time(monkeypatch):
    monkeypatch.setattr(tuning, "RATE", 1e-3)
    monkeypatch.setattr(tuning, "LENGTHS", (16,))
    examples, pieces = _made_up(160)
    one, two = (tune(drawn(), examples, pieces, epochs=4) for _ in range(2))
    assert all((one[name] == two[name]).all() for name in one)
    head = one.pop(HEAD)
    batch = tuning._batch(examples, pieces, range(32))
    features = _pooled(one, batch.ids, batch.mask)
    outputs = features @ head[:, :-1].T + head[:, -1]
    risky = np.array([each.targets[0] == 1 for each in examples[:32]])
    goodbye = 3 + TRIGGERS.index("goodbye")
    assert outputs[risky, 0].min() > outputs[~risky, 0].max()
    assert outputs[risky, goodbye].mean() > outputs[~risky, goodbye].mean()
