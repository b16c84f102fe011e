"""Weights drawn by chance in the layout of the published file, and what the layers of the paper make of them."""

import json
import math
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from safety.training.transformer import EPSILON, HEADS, HIDDEN, LAYERS

WORDS = 40
PLACES = 128
INNER = 4 * HIDDEN

Array = NDArray[np.float64]
Held = Mapping[str, NDArray[np.float32]]


def _shapes() -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (WORDS, HIDDEN),
        "embeddings.position_embeddings.weight": (PLACES, HIDDEN),
        "embeddings.token_type_embeddings.weight": (2, HIDDEN),
        "embeddings.LayerNorm.weight": (HIDDEN,),
        "embeddings.LayerNorm.bias": (HIDDEN,),
    }
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        for name, rows, columns in (
            *((f"attention.self.{kind}", HIDDEN, HIDDEN) for kind in ("query", "key", "value")),
            ("attention.output.dense", HIDDEN, HIDDEN),
            ("intermediate.dense", INNER, HIDDEN),
            ("output.dense", HIDDEN, INNER),
        ):
            shapes[f"{layer}.{name}.weight"] = (rows, columns)
            shapes[f"{layer}.{name}.bias"] = (rows,)
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes[f"{layer}.{name}.weight"] = shapes[f"{layer}.{name}.bias"] = (HIDDEN,)
    return shapes


def drawn(spread: float = 0.06) -> dict[str, NDArray[np.float32]]:
    """The encoder's numbers by name, the same each time."""
    chooser = np.random.default_rng(3)
    held = {}
    for name, shape in _shapes().items():
        value = chooser.normal(0, spread, shape).astype(np.float32)
        held[name] = value + 1 if name.endswith("LayerNorm.weight") else value
    return held


def write_safetensors(path: Path, held: Held) -> None:
    """Write them as the published file holds them, with an array of whole numbers beside."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    raw = bytearray()
    whole: dict[str, NDArray[Any]] = {"embeddings.position_ids": np.arange(PLACES)}
    for name, value in (whole | dict(held)).items():
        start = len(raw)
        raw += value.tobytes()
        kind = "F32" if value.dtype == np.float32 else "I64"
        header[name] = {"dtype": kind, "shape": value.shape, "data_offsets": [start, len(raw)]}
    described = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(described)) + described + raw)


def _normalized(value: Array, held: Held, name: str) -> Array:
    centred = value - value.mean(-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(-1, keepdims=True) + EPSILON)
    normal: Array = centred / spread * held[f"{name}.weight"] + held[f"{name}.bias"]
    return normal


def _linear(value: Array, held: Held, name: str) -> Array:
    made: Array = value @ held[f"{name}.weight"].T + held[f"{name}.bias"]
    return made


def _attended(value: Array, held: Held, name: str) -> Array:
    size = HIDDEN // HEADS
    parts = [
        _linear(value, held, f"{name}.self.{kind}").reshape(-1, HEADS, size).transpose(1, 0, 2)
        for kind in ("query", "key", "value")
    ]
    scores = parts[0] @ parts[1].transpose(0, 2, 1) / math.sqrt(size)
    scores = np.exp(scores - scores.max(-1, keepdims=True))
    mixed = scores / scores.sum(-1, keepdims=True) @ parts[2]
    return _linear(mixed.transpose(1, 0, 2).reshape(-1, HIDDEN), held, f"{name}.output.dense")


def expected(held: Held, ids: NDArray[np.int64]) -> Array:
    """What the paper's layers give, in double precision."""
    gelu = np.vectorize(lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2)
    value = (
        held["embeddings.word_embeddings.weight"][ids]
        + held["embeddings.position_embeddings.weight"][: len(ids)]
        + held["embeddings.token_type_embeddings.weight"][0]
    ).astype(float)
    value = _normalized(value, held, "embeddings.LayerNorm")
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        value = _normalized(
            value + _attended(value, held, f"{layer}.attention"),
            held,
            f"{layer}.attention.output.LayerNorm",
        )
        inner = gelu(_linear(value, held, f"{layer}.intermediate.dense"))
        value = _normalized(
            value + _linear(inner, held, f"{layer}.output.dense"), held, f"{layer}.output.LayerNorm"
        )
    return np.concatenate([value.mean(0), value.max(0)])
