"""The encoder's file: the graph of its layers written out, with the numbers that were learned, quantised.

Written out by hand because the usual converters want a deep-learning framework; the graph is short, and a test compares
it with known outputs. Weights are quantised to 8 bits for each channel, activations while it runs.
Source: `safety.training.transformer` for the layers;
https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html for the quantisation.
"""

import json
import struct
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from safety.training.transformer import EPSILON, HEADS, HIDDEN, LAYERS

OPSET: Final = 20
IR_VERSION: Final = 10

Array = NDArray[np.float32]


def read_weights(path: Path) -> dict[str, Array]:
    """The arrays of a safetensors file, by its documented layout.

    Args:
        path: of the file.
    """
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    numbers = memoryview(raw)[8 + length :]
    return {
        name: np.frombuffer(numbers[slice(*described["data_offsets"])], np.float32)
        .reshape(described["shape"])
        .copy()
        for name, described in header.items()
        if described.get("dtype") == "F32"
    }


class _Graph:
    """Nodes and constants in the making; each step gives the name of its output."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def step(self, kind: str, *inputs: str, **attributes: Any) -> str:  # noqa: ANN401 - of each kind its own
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=f"node_{name}", **attributes))
        return name

    def normalized(self, value: str, name: str) -> str:
        scale = self.constant(f"{name}.scale", self.weights[f"{name}.weight"])
        offset = self.constant(f"{name}.offset", self.weights[f"{name}.bias"])
        return self.step("LayerNormalization", value, scale, offset, axis=-1, epsilon=EPSILON)

    def linear(self, value: str, name: str, factor: float = 1.0) -> str:
        weight = self.weights[f"{name}.weight"].T * np.float32(factor)
        offset = self.weights[f"{name}.bias"] * np.float32(factor)
        product = self.step("MatMul", value, self.constant(f"{name}.matrix", weight))
        return self.step("Add", product, self.constant(f"{name}.vector", offset))


def _embedded(graph: _Graph) -> str:
    weights = graph.weights
    words = graph.constant("words", weights["embeddings.word_embeddings.weight"])
    kind = weights["embeddings.token_type_embeddings.weight"][0]
    places = graph.constant("places", weights["embeddings.position_embeddings.weight"] + kind)
    total = graph.step(
        "Add", graph.step("Gather", words, "ids"), graph.step("Gather", places, "pos")
    )
    return graph.normalized(total, "embeddings.LayerNorm")


def _attended(graph: _Graph, value: str, name: str) -> str:
    def head(kind: str, order: list[int], factor: float = 1.0) -> str:
        flat = graph.linear(value, f"{name}.self.{kind}", factor)
        return graph.step("Transpose", graph.step("Reshape", flat, "split"), perm=order)

    query = head("query", [0, 2, 1, 3], 1 / np.sqrt(HIDDEN / HEADS))
    key, held = head("key", [0, 2, 3, 1]), head("value", [0, 2, 1, 3])
    looked = graph.step("Softmax", graph.step("MatMul", query, key), axis=-1)
    mixed = graph.step("Transpose", graph.step("MatMul", looked, held), perm=[0, 2, 1, 3])
    return graph.linear(graph.step("Reshape", mixed, "merge"), f"{name}.output.dense")


def _layer(graph: _Graph, value: str, name: str) -> str:
    attended = graph.step("Add", _attended(graph, value, f"{name}.attention"), value)
    value = graph.normalized(attended, f"{name}.attention.output.LayerNorm")
    wide = graph.step("Gelu", graph.linear(value, f"{name}.intermediate.dense"))
    narrow = graph.step("Add", graph.linear(wide, f"{name}.output.dense"), value)
    return graph.normalized(narrow, f"{name}.output.LayerNorm")


def _model(weights: Mapping[str, Array]) -> onnx.ModelProto:
    graph = _Graph(weights)
    graph.constant("split", np.array([0, 0, HEADS, HIDDEN // HEADS]))
    graph.constant("merge", np.array([0, 0, HIDDEN]))
    graph.constant("along", np.array([1]))
    value = _embedded(graph)
    for number in range(LAYERS):
        value = _layer(graph, value, f"encoder.layer.{number}")
    pooled = [graph.step(kind, value, "along", keepdims=0) for kind in ("ReduceMean", "ReduceMax")]
    graph.nodes.append(helper.make_node("Concat", pooled, ["pooled"], axis=-1))
    inputs = [
        helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "pieces"]),
        helper.make_tensor_value_info("pos", TensorProto.INT64, ["pieces"]),
    ]
    output = helper.make_tensor_value_info("pooled", TensorProto.FLOAT, [1, len(pooled) * HIDDEN])
    made = helper.make_graph(graph.nodes, "minilm", inputs, [output], graph.constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR_VERSION
    return model


def write_encoder(weights: Mapping[str, Array], target: Path) -> None:
    """Write the quantised encoder; the same bytes each time.

    Args:
        weights: the encoder's numbers, by the names they have in the published file.
        target: the file to write.
    """
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        onnx.save(_model(weights), plain)
        quantize_dynamic(
            plain,
            target,
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Gather"],
            extra_options={"MatMulConstBOnly": True},
        )
