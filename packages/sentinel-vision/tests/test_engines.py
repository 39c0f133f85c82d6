"""Every engine that is installed keeps the contract; what is not installed is named."""

from importlib.util import find_spec

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from sentinel_core.domain.errors import InvalidInput
from sentinel_vision.detection.engine import Engine
from sentinel_vision.detection.model import Precision
from sentinel_vision.detection.onnx_engine import OnnxEngine, choose_providers
from sentinel_vision.detection.selection import (
    EngineChoice,
    choose_engine,
    choose_precision,
)
from sentinel_vision.testing.engines import EngineContract

WIDEST = 27
"""Products of a convolution of 3 x 3 x 3, each as large as two bytes can make it."""

EVERYTHING = ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"]


class TestOnnxRuntime(EngineContract):
    @classmethod
    def open_engine(cls, content: bytes) -> Engine:
        return OnnxEngine(content)


def bright_network() -> bytes:
    """An int8 convolution in which pairs of products exceed 16 bits."""
    tensors = {
        "x_scale": np.float32(1 / 255),
        "w_scale": np.float32(1 / 127),
        "y_scale": np.float32(0.25),
        "u_zero": np.uint8(0),
        "s_zero": np.int8(0),
        "weights": np.full((8, 3, 3, 3), 127, np.int8),
    }
    nodes = [
        ("QuantizeLinear", ["images", "x_scale", "u_zero"], "xq"),
        ("DequantizeLinear", ["xq", "x_scale", "u_zero"], "x"),
        ("DequantizeLinear", ["weights", "w_scale", "s_zero"], "w"),
        ("Conv", ["x", "w"], "y"),
        ("QuantizeLinear", ["y", "y_scale", "u_zero"], "yq"),
        ("DequantizeLinear", ["yq", "y_scale", "u_zero"], "output0"),
    ]
    sides = ("batch", 3, "height", "width"), ("batch", 8, "rows", "columns")
    images, output = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in zip(("images", "output0"), sides, strict=True)
    )
    graph = helper.make_graph(
        [helper.make_node(kind, inputs, [name]) for kind, inputs, name in nodes],
        "bright",
        [images],
        [output],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in tensors.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    content: bytes = model.SerializeToString()
    return content


def test_sums_of_bytes_do_not_overflow_on_any_processor() -> None:
    """As they do on AVX2 alone, unless ONNX Runtime is told to be exact."""
    white = np.ones((1, 3, 32, 32), dtype=np.float32)
    seen = OnnxEngine(bright_network()).run(white)
    np.testing.assert_allclose(seen, WIDEST, atol=0.2)


@pytest.mark.skipif(
    find_spec("openvino") is None, reason="the extra openvino of sentinel-vision is not installed"
)
class TestOpenvino(EngineContract):
    @classmethod
    def open_engine(cls, content: bytes) -> Engine:
        from sentinel_vision.detection.openvino_engine import OpenvinoEngine

        return OpenvinoEngine(content, lanes=2)


@pytest.mark.parametrize(
    ("wanted", "available", "tried"),
    [
        ([], EVERYTHING, ["tensorrt", "cuda", "cpu"]),
        ([], ["AzureExecutionProvider", "CPUExecutionProvider"], ["cpu"]),
        (["cpu"], EVERYTHING, ["cpu"]),
        (["cuda", "cpu"], EVERYTHING, ["cuda", "cpu"]),
    ],
)
def test_the_fastest_provider_that_is_there_is_tried_first(
    wanted: list[str], available: list[str], tried: list[str]
) -> None:
    assert choose_providers(wanted, available) == tried


@pytest.mark.parametrize("wanted", ["cuda", "quantum"])
def test_a_provider_that_is_not_there_is_said(wanted: str) -> None:
    with pytest.raises(InvalidInput, match=f"no provider {wanted}; it has cpu"):
        choose_providers([wanted], ["CPUExecutionProvider"])


def test_an_engine_that_does_not_exist_is_said() -> None:
    with pytest.raises(InvalidInput, match="no engine steam"):
        choose_engine(EngineChoice(engine="steam"))


@pytest.mark.parametrize(
    ("asked", "has_int8", "is_exact", "chosen"),
    [
        ("auto", True, True, Precision.INT8),
        ("auto", True, False, Precision.FLOAT32),
        ("auto", False, True, Precision.FLOAT32),
        ("float32", True, True, Precision.FLOAT32),
        ("int8", False, False, Precision.INT8),
    ],
)
def test_int8_is_taken_where_it_is_exact(
    asked: str, *, has_int8: bool, is_exact: bool, chosen: Precision
) -> None:
    choice = EngineChoice(precision=asked)
    assert choose_precision(choice, has_int8=has_int8, is_exact=lambda: is_exact) is chosen
