"""The encoder's file computes what the layers of the paper say: against the same sums written out with numpy."""

import numpy as np
import onnxruntime
import pytest

from safety.engine.encoder import WIDTH
from safety.training import encoder_graph
from safety.training.encoder_graph import read_weights, write_encoder
from tests.safety.drawn_weights import Array, drawn, expected, write_safetensors

IDS = np.array([[1, 5, 9, 29, 0, 2]])
ALIKE = 0.98
"""Cosine of what eight bits make of random weights, which are harder on them than learned ones."""


def _computed(model: bytes) -> Array:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (pooled,) = session.run(None, {"ids": IDS, "pos": np.arange(IDS.shape[1])})
    return np.asarray(pooled[0], float)


def test_the_published_file_is_read_by_name_and_whole_numbers_are_left(tmp_path):
    held = drawn()
    write_safetensors(tmp_path / "model.safetensors", held)
    read = read_weights(tmp_path / "model.safetensors")
    assert read.keys() == held.keys()
    assert all((read[name] == held[name]).all() for name in held)


@pytest.mark.slow
def test_the_graph_computes_the_layers_of_the_paper():
    held = drawn()
    computed = _computed(encoder_graph._model(held).SerializeToString())
    assert computed.shape == (WIDTH,)
    assert np.abs(computed - expected(held, IDS[0])).max() < 1e-4


@pytest.mark.slow
def test_eight_bits_keep_the_meaning_and_are_the_same_each_time(tmp_path):
    held = drawn()
    for name in ("one", "two"):
        write_encoder(held, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert (tmp_path / "one").stat().st_size < sum(each.nbytes for each in held.values()) / 3
    wanted, computed = expected(held, IDS[0]), _computed((tmp_path / "one").read_bytes())
    likeness = wanted @ computed / np.linalg.norm(wanted) / np.linalg.norm(computed)
    assert likeness > ALIKE
