"""Small ONNX models for tests: a constant output in the shape of a YOLOv8 head, or of none."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from sentinel_vision.detection.classes import CLASS_NAMES
from sentinel_vision.detection.model import ModelFile

SIX_NAMES = str(dict(enumerate(CLASS_NAMES)))


def tiny_model(
    *,
    rows: int = 10,
    names: str | None = SIX_NAMES,
    rank: int = 3,
    inputs: int = 1,
    shape: tuple[int | str, ...] = (1, 3, 384, 640),
    anchors: int = 5040,
) -> ModelFile:
    """A model that sees nothing anywhere; with other arguments, one that is refused."""
    dims = [1, rows, anchors][:rank]
    constant = helper.make_node(
        "ConstantOfShape",
        ["dims"],
        ["zeros"],
        value=helper.make_tensor("zero", TensorProto.FLOAT, [1], [0.0]),
    )
    # Engines may leave out an input that is not used.
    means = [f"mean{i}" for i in range(inputs)]
    used = [
        helper.make_node("ReduceMean", [f"images{i}"], [mean], keepdims=0)
        for i, mean in enumerate(means)
    ]
    total = helper.make_node("Sum", means, ["total"])
    nothing = helper.make_node("Mul", ["total", "none"], ["nothing"])
    added = helper.make_node("Add", ["zeros", "nothing"], ["output0"])
    graph = helper.make_graph(
        [constant, *used, total, nothing, added],
        "tiny",
        [
            helper.make_tensor_value_info(f"images{i}", TensorProto.FLOAT, shape)
            for i in range(inputs)
        ],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, dims)],
        [
            helper.make_tensor("dims", TensorProto.INT64, [rank], dims),
            numpy_helper.from_array(np.zeros((), dtype=np.float32), "none"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    if names is not None:
        helper.set_model_props(model, {"names": names})
    content: bytes = model.SerializeToString()
    return ModelFile(version="tiny", sha256="0" * 64, content=content)


def weakened(content: bytes, factor: float) -> bytes:
    """The same network with its last convolutions' biases moved, so that it sees less or more."""
    model = onnx.load_from_string(content)
    for weight in model.graph.initializer:
        if ".cv3." in weight.name and weight.name.endswith("2.bias"):
            values = numpy_helper.to_array(weight) + np.float32(factor)
            weight.CopyFrom(numpy_helper.from_array(values, weight.name))
    moved: bytes = model.SerializeToString()
    return moved
