"""Fine-tuning: the encoder learns what worry reads like, with one output for each level and each sign.

The same to the bit each time on the same kind of processor: what is drawn by chance comes from fixed seeds, and the
batches are planned before the first is learned from.
Source: Mosbach et al. 2021 (arXiv 2006.04884) for a small learning rate that warms up and fades; Loshchilov and Hutter
2019 (arXiv 1711.05101) for the optimiser.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray
from tqdm import tqdm

from safety.levels import TRIGGERS
from safety.training.examples import Example
from safety.training.transformer import HIDDEN, LAYERS, Dropping, Parameters, pooled

SEED: Final = 20_261_124
EPOCHS: Final = 3
BATCH: Final = 32
LENGTHS: Final = (16, 24, 32, 48, 64, 96, 128)
"""Pieces that a batch is padded to, so that few shapes are compiled."""
RATE: Final = 6e-5
HEAD_RATE: Final = 2e-3
WARM_SHARE: Final = 0.06
DECAY: Final = 0.01
DROPPED: Final = 0.1
SIGNS_WEIGH: Final = 0.15
"""What one sign counts against one level in the loss."""
LARGEST_STEP: Final = 1.0
LEVELS: Final = 3
OUTPUTS: Final = LEVELS + len(TRIGGERS)
HEAD: Final = "head"

Pieces = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts that are learned from together.

    Args:
        ids: their pieces, (texts, pieces).
        mask: 1 where there is a piece.
        wanted: what each output should be, (texts, outputs).
        weights: what each output counts; 0 where it is not known.
    """

    ids: NDArray[np.int32]
    mask: NDArray[np.float32]
    wanted: NDArray[np.float32]
    weights: NDArray[np.float32]


def tune(
    parameters: Mapping[str, NDArray[np.float32]],
    examples: Sequence[Example],
    pieces: Sequence[Pieces],
    epochs: int = EPOCHS,
) -> dict[str, NDArray[np.float32]]:
    """Learn.

    Args:
        parameters: the published encoder's, by name.
        examples: what is known of each text.
        pieces: those of each text, with beginning and end.
        epochs: how often the texts are gone through.

    Returns:
        The encoder's numbers after it, and under HEAD those of the outputs: a row each, the offset last.
    """
    plan = [batch for epoch in range(epochs) for batch in _epoch(examples, pieces, epoch)]
    held = {name: jnp.asarray(value) for name, value in parameters.items()}
    held[HEAD] = jnp.zeros((OUTPUTS, 2 * HIDDEN + 1))
    optimiser = _optimiser(len(plan))
    state = optimiser.init(held)
    for number, chosen in enumerate(tqdm(plan, desc="tuning", unit="batch")):
        batch = _batch(examples, pieces, chosen)
        held, state = _step(
            held, state, batch, jax.random.key(SEED + number, impl="rbg"), optimiser
        )
    return {name: np.asarray(value) for name, value in held.items()}


def _epoch(
    examples: Sequence[Example], pieces: Sequence[Pieces], epoch: int
) -> list[tuple[int, ...]]:
    """The batches of one round: of each example its share, texts of about the same length together."""
    chance = random.Random(SEED + epoch)  # noqa: S311 - not a secret
    kept = [place for place, each in enumerate(examples) if chance.random() < each.share]
    kept.sort(key=lambda place: (len(pieces[place]) + chance.randrange(4), place))
    batches = [tuple(kept[first : first + BATCH]) for first in range(0, len(kept), BATCH)]
    chance.shuffle(batches)
    return batches


def _batch(examples: Sequence[Example], pieces: Sequence[Pieces], chosen: Sequence[int]) -> Batch:
    longest = max(len(pieces[place]) for place in chosen)
    width = next((length for length in LENGTHS if length >= longest), LENGTHS[-1])
    ids, mask = np.zeros((BATCH, width), np.int32), np.zeros((BATCH, width), np.float32)
    wanted, weights = np.zeros((2, BATCH, OUTPUTS), np.float32)
    mask[:, 0] = 1
    for row, place in enumerate(chosen):
        held = pieces[place][:width]
        ids[row, : len(held)] = held
        mask[row, : len(held)] = 1
        wanted[row], weights[row] = _outputs(examples[place])
    return Batch(ids, mask, wanted, weights)


def _outputs(example: Example) -> tuple[list[float], list[float]]:
    """What each output should be for a text, and what it counts."""
    known = [target is not None for target in example.targets]
    wanted = [float(target or 0) for target in example.targets]
    signs = example.signs
    counts = [example.weight * float(each) for each in known]
    if signs is None:
        return [*wanted, *[0.0] * len(TRIGGERS)], [*counts, *[0.0] * len(TRIGGERS)]
    return [*wanted, *signs], [*counts, *[SIGNS_WEIGH * example.weight] * len(TRIGGERS)]


def _optimiser(steps: int) -> optax.GradientTransformation:
    def faded(peak: float) -> optax.Schedule:
        warm = max(1, int(WARM_SHARE * steps))
        up, down = (
            optax.linear_schedule(0, peak, warm),
            optax.linear_schedule(peak, 0, steps - warm),
        )
        return optax.join_schedules([up, down], [warm])

    def kind(held: Parameters) -> dict[str, str]:
        return {name: HEAD if name == HEAD else "encoder" for name in held}

    return optax.chain(
        optax.clip_by_global_norm(LARGEST_STEP),
        optax.multi_transform(
            {
                "encoder": optax.adamw(faded(RATE), weight_decay=DECAY, mask=_is_decayed),
                HEAD: optax.adamw(faded(HEAD_RATE), weight_decay=DECAY),
            },
            kind,
        ),
    )


def _is_decayed(held: Parameters) -> dict[str, bool]:
    """Words that no text holds would only fade; scales and offsets are no directions."""
    return {name: name.endswith("dense.weight") for name in held}


@partial(jax.jit, static_argnames=("optimiser",), donate_argnames=("held", "state"))
def _step(held, state, batch: Batch, key: jax.Array, optimiser):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    gradients = jax.grad(_loss)(held, batch, key)
    updates, state = optimiser.update(gradients, state, held)
    return optax.apply_updates(held, updates), state


def _loss(held: Parameters, batch: Batch, key: jax.Array) -> jax.Array:
    ids, mask = jnp.asarray(batch.ids), jnp.asarray(batch.mask)
    features = pooled(held, ids, mask, _dropping(key))
    logits = features @ held[HEAD][:, :-1].T + held[HEAD][:, -1]
    losses = optax.sigmoid_binary_cross_entropy(logits, batch.wanted) * batch.weights
    return jnp.sum(losses) / BATCH


def _dropping(key: jax.Array) -> Dropping:
    keys = iter(jax.random.split(key, 2 * LAYERS + 1))

    def drop(value: jax.Array) -> jax.Array:
        kept = jax.random.bernoulli(next(keys), 1 - DROPPED, value.shape)
        return jnp.where(kept, value / (1 - DROPPED), 0)

    return drop


jax.tree_util.register_dataclass(Batch, ["ids", "mask", "wanted", "weights"], [])
