"""Every engine that is installed keeps the contract; what is not installed is named."""

from importlib.util import find_spec

import pytest

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

EVERYTHING = ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"]


class TestOnnxRuntime(EngineContract):
    @classmethod
    def open_engine(cls, content: bytes) -> Engine:
        return OnnxEngine(content)


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
