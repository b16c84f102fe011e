"""The encoder's file computes what the layers of the paper say: against the same sums written out with numpy."""

import io
import json
import math
import struct
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from django.core.management import call_command
from numpy.typing import NDArray

from safety.engine.encoder import WIDTH
from safety.management.commands import train_safety_model
from safety.training import encoder_graph, release
from safety.training.encoder_graph import (
    EPSILON,
    FIRST_POOLED,
    HEADS,
    HIDDEN,
    LAYERS,
    Weights,
    write_encoder,
)

WORDS = 30
PLACES = 16
INNER = 4 * HIDDEN
IDS = np.array([[1, 5, 9, 29, 0, 2]])
ALIKE = 0.98
"""Cosine of what eight bits make of random weights, which are harder on them than learned ones."""

Array = NDArray[np.float64]


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


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    """Random weights in the layout of a safetensors file."""
    chooser, header, raw = np.random.default_rng(3), {}, bytearray()
    for name, shape in _shapes().items():
        value = chooser.normal(0, 0.06, shape).astype(np.float32)
        if name.endswith("LayerNorm.weight"):
            value += 1
        start = len(raw)
        raw += value.tobytes()
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, len(raw)]}
    described = json.dumps(header).encode()
    path = tmp_path_factory.mktemp("weights") / "model.safetensors"
    path.write_bytes(struct.pack("<Q", len(described)) + described + raw)
    return Path(path)


def _normalized(value: Array, held: Weights, name: str) -> Array:
    centred = value - value.mean(-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(-1, keepdims=True) + EPSILON)
    normal: Array = centred / spread * held[f"{name}.weight"] + held[f"{name}.bias"]
    return normal


def _linear(value: Array, held: Weights, name: str) -> Array:
    made: Array = value @ held[f"{name}.weight"].T + held[f"{name}.bias"]
    return made


def _attended(value: Array, held: Weights, name: str) -> Array:
    size = HIDDEN // HEADS
    parts = [
        _linear(value, held, f"{name}.self.{kind}").reshape(-1, HEADS, size).transpose(1, 0, 2)
        for kind in ("query", "key", "value")
    ]
    scores = parts[0] @ parts[1].transpose(0, 2, 1) / math.sqrt(size)
    scores = np.exp(scores - scores.max(-1, keepdims=True))
    mixed = scores / scores.sum(-1, keepdims=True) @ parts[2]
    return _linear(mixed.transpose(1, 0, 2).reshape(-1, HIDDEN), held, f"{name}.output.dense")


def _expected(held: Weights) -> Array:
    """What the paper's layers give, in double precision."""
    gelu = np.vectorize(lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2)
    value = (
        held["embeddings.word_embeddings.weight"][IDS[0]]
        + held["embeddings.position_embeddings.weight"][: IDS.shape[1]]
        + held["embeddings.token_type_embeddings.weight"][0]
    ).astype(float)
    value, pooled = _normalized(value, held, "embeddings.LayerNorm"), []
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
        if number >= FIRST_POOLED:
            pooled.append(value.mean(0))
    return np.concatenate([*pooled, value.max(0)])


def _computed(model: bytes) -> Array:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (pooled,) = session.run(None, {"ids": IDS, "pos": np.arange(IDS.shape[1])})
    return np.asarray(pooled[0], float)


@pytest.mark.slow
def test_the_graph_computes_the_layers_of_the_paper(weights):
    held = Weights(weights)
    computed = _computed(encoder_graph._model(held).SerializeToString())
    assert computed.shape == (WIDTH,)
    assert np.abs(computed - _expected(held)).max() < 1e-4


@pytest.mark.slow
def test_eight_bits_keep_the_meaning_and_are_the_same_each_time(weights, tmp_path):
    for name in ("one", "two"):
        write_encoder(weights, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert (tmp_path / "one").stat().st_size < weights.stat().st_size / 3
    wanted, computed = _expected(Weights(weights)), _computed((tmp_path / "one").read_bytes())
    likeness = wanted @ computed / np.linalg.norm(wanted) / np.linalg.norm(computed)
    assert likeness > ALIKE


@pytest.mark.slow
def test_the_command_makes_the_encoder_from_the_package_of_weights(weights, tmp_path, monkeypatch):
    package = tmp_path / "made_up_weights"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "model" / "model.safetensors").symlink_to(weights)
    (package / "model" / "vocab.txt").write_text("[UNK]\n[CLS]\n[SEP]", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(train_safety_model, "WEIGHTS_PACKAGE", "made_up_weights")
    monkeypatch.setattr(release, "train", lambda _data, folder, _tell: release_file(folder))
    out = io.StringIO()
    folder = str(tmp_path / "out")
    call_command("train_safety_model", "--encoder", "--corpus-only", "--out", folder, stdout=out)
    onnx.checker.check_model(str(tmp_path / "out" / "encoder.onnx"))
    assert (tmp_path / "out" / "vocabulary.txt").read_text(encoding="utf-8").startswith("[UNK]")
    assert "encoder.onnx made" in out.getvalue()


def release_file(folder: Path) -> None:
    """Stands in for training: writes only what the command reads afterwards."""
    (folder / "release.yaml").write_text("made: up\n", encoding="utf-8")
