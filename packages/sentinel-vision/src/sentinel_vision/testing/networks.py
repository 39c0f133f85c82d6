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


def biased(content: bytes, bias: float) -> bytes:
    """The same YOLOv8 network with `bias` on its scores before the sigmoid: below 0 it sees less."""
    model = onnx.load_from_string(content)
    (output,) = [node for node in model.graph.node if "output0" in node.output]
    (sigmoid,) = [node for node in model.graph.node if output.input[1] in node.output]
    model.graph.initializer.append(
        numpy_helper.from_array(np.full(1, bias, dtype=np.float32), "score_bias")
    )
    added = helper.make_node("Add", [sigmoid.input[0], "score_bias"], ["biased_scores"])
    model.graph.node.insert(list(model.graph.node).index(sigmoid), added)
    sigmoid.input[0] = "biased_scores"
    moved: bytes = model.SerializeToString()
    return moved
