"""A model serves only where it sees in the golden picture what it is known to see."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from sentinel_core.domain.errors import ModelRefused
from sentinel_core.runtime.assets import asset
from sentinel_vision.detection.detector import YoloDetector
from sentinel_vision.detection.engine import Engine, Signature
from sentinel_vision.detection.golden import check_golden, expect_golden
from sentinel_vision.detection.model import ModelFile, load_model
from sentinel_vision.detection.onnx_engine import OnnxDetector, OnnxEngine
from sentinel_vision.testing.networks import biased, tiny_model

SHIPPED = load_model(asset("data/models/v0"))
WITHOUT_EXPECTATION = SHIPPED.model_copy(update={"golden": None})


@dataclass
class FaultyEngine:
    """The real network, whose scores are multiplied and whose boxes are moved on their way out."""

    real: Engine = field(default_factory=lambda: OnnxEngine(SHIPPED.content))
    score_factor: float = 1.0
    shift_px: float = 0.0
    name: str = "faulty"
    provider: str = "test"
    batch_sizes: tuple[int, ...] = (1,)

    @property
    def signature(self) -> Signature:
        return self.real.signature

    def run(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        output = self.real.run(tensor)
        output[:, :2] += np.float32(self.shift_px)
        output[:, 4:] *= np.float32(self.score_factor)
        return output


def test_the_shipped_model_sees_what_its_manifest_says() -> None:
    assert SHIPPED.golden is not None
    names = [box.name for box in SHIPPED.golden.boxes if box.confidence >= 0.5]
    assert {"person", "car", "bus"} <= set(names)
    assert len(names) >= 12
    check_golden(OnnxDetector(SHIPPED, threads=1), SHIPPED)


def test_the_manifest_says_what_the_reference_sees() -> None:
    seen = expect_golden(SHIPPED)
    assert SHIPPED.golden is not None
    assert seen.picture_sha256 == SHIPPED.golden.picture_sha256
    assert [box.name for box in seen.boxes] == [box.name for box in SHIPPED.golden.boxes]


@pytest.mark.parametrize("model", [SHIPPED, WITHOUT_EXPECTATION])
@pytest.mark.parametrize(
    "engine", [FaultyEngine(score_factor=0.3), FaultyEngine(shift_px=20.0)], ids=["weak", "moved"]
)
def test_an_engine_that_computes_something_else_is_found(
    model: ModelFile, engine: FaultyEngine
) -> None:
    with pytest.raises(ModelRefused, match="clear"):
        check_golden(YoloDetector(model, engine), model)


def test_small_differences_are_none() -> None:
    engine = FaultyEngine(score_factor=0.95, shift_px=0.5)
    check_golden(YoloDetector(SHIPPED, engine), SHIPPED)


def test_an_output_that_is_no_number_is_found() -> None:
    engine = FaultyEngine(shift_px=float("nan"))
    with pytest.raises(ModelRefused, match="no number"):
        check_golden(YoloDetector(SHIPPED, engine), SHIPPED)


def test_without_an_expectation_the_reference_is_computed() -> None:
    check_golden(OnnxDetector(WITHOUT_EXPECTATION, threads=1), WITHOUT_EXPECTATION)


@pytest.mark.parametrize(
    "model",
    [
        tiny_model(),
        WITHOUT_EXPECTATION.model_copy(update={"content": biased(SHIPPED.content, -5.0)}),
    ],
    ids=["blind", "weakened"],
)
def test_a_model_that_sees_nothing_is_refused(model: ModelFile) -> None:
    with pytest.raises(ModelRefused, match="sees nothing clearly"):
        check_golden(OnnxDetector(model, threads=1), model)


def test_another_model_under_the_same_manifest_is_found() -> None:
    other = SHIPPED.model_copy(update={"content": biased(SHIPPED.content, -2.0)})
    with pytest.raises(ModelRefused, match="lost or changed"):
        check_golden(OnnxDetector(other, threads=1), other)
