"""The encoder's layers as JAX computes them while it is fine-tuned; `encoder_graph` writes the same layers to a file.

Source: Vaswani et al. 2017 (arXiv 1706.03762) and Devlin et al. 2018 (arXiv 1810.04805).
"""

from collections.abc import Callable, Mapping
from typing import Final

import jax
import jax.numpy as jnp

HEADS: Final = 12
HIDDEN: Final = 384
LAYERS: Final = 6
EPSILON: Final = 1e-12
_FAR: Final = -1e9
"""What a place without a word weighs before a softmax or a maximum."""

Parameters = Mapping[str, jax.Array]
"""By the names that they have in the published file."""
Dropping = Callable[[jax.Array], jax.Array]
"""Leaves out numbers by chance while learning."""


def pooled(held: Parameters, ids: jax.Array, mask: jax.Array, drop: Dropping) -> jax.Array:
    """What the last layer says of each text: the mean over its pieces, then the maximum.

    Args:
        held: the encoder's numbers.
        ids: pieces of each text, (texts, pieces).
        mask: 1 where there is a piece, 0 where there is none, the same shape.
        drop: applied to the output of each step; the identity when not learning.
    """
    value = _embedded(held, ids, drop)
    for number in range(LAYERS):
        value = _layer(held, f"encoder.layer.{number}", value, mask, drop)
    there = mask[:, :, None]
    mean = (value * there).sum(1) / there.sum(1)
    return jnp.concatenate([mean, jnp.where(there > 0, value, _FAR).max(1)], axis=-1)


def _embedded(held: Parameters, ids: jax.Array, drop: Dropping) -> jax.Array:
    words = held["embeddings.word_embeddings.weight"][ids]
    places = held["embeddings.position_embeddings.weight"][: ids.shape[1]]
    kind = held["embeddings.token_type_embeddings.weight"][0]
    return drop(_normalized(held, "embeddings.LayerNorm", words + places + kind))


def _layer(
    held: Parameters, name: str, value: jax.Array, mask: jax.Array, drop: Dropping
) -> jax.Array:
    attended = drop(_attended(held, f"{name}.attention", value, mask))
    value = _normalized(held, f"{name}.attention.output.LayerNorm", value + attended)
    wide = jax.nn.gelu(_linear(held, f"{name}.intermediate.dense", value), approximate=False)
    narrow = drop(_linear(held, f"{name}.output.dense", wide))
    return _normalized(held, f"{name}.output.LayerNorm", value + narrow)


def _attended(held: Parameters, name: str, value: jax.Array, mask: jax.Array) -> jax.Array:
    texts, pieces, _ = value.shape

    def heads(kind: str) -> jax.Array:
        flat = _linear(held, f"{name}.self.{kind}", value)
        return flat.reshape(texts, pieces, HEADS, HIDDEN // HEADS)

    scores = jnp.einsum("bqhd,bkhd->bhqk", heads("query"), heads("key"))
    scores = scores / (HIDDEN / HEADS) ** 0.5 + (1 - mask[:, None, None, :]) * _FAR
    mixed = jnp.einsum("bhqk,bkhd->bqhd", jax.nn.softmax(scores, axis=-1), heads("value"))
    return _linear(held, f"{name}.output.dense", mixed.reshape(texts, pieces, HIDDEN))


def _linear(held: Parameters, name: str, value: jax.Array) -> jax.Array:
    return value @ held[f"{name}.weight"].T + held[f"{name}.bias"]


def _normalized(held: Parameters, name: str, value: jax.Array) -> jax.Array:
    centred = value - value.mean(-1, keepdims=True)
    spread = jnp.sqrt((centred**2).mean(-1, keepdims=True) + EPSILON)
    return centred / spread * held[f"{name}.weight"] + held[f"{name}.bias"]
