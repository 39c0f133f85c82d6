"""A batch that fails is looked at frame by frame: one bad frame does not cost the others."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.domain.frames import DropReason
from sentinel_inference.pipeline.network_stage import NetworkStage
from sentinel_inference.pipeline.workers import Workers
from sentinel_inference.testing.station import ScriptedDetector
from sentinel_vision.detection.detections import Detections
from sentinel_vision.detection.engine import ScaledPicture
from sentinel_vision.frames.frame import Frame
from sentinel_vision.testing.transport import make_frame

BAD = 255


@dataclass
class PickyDetector(ScriptedDetector):
    """Cannot bear white pictures; notes how many came at once."""

    calls: list[int] = field(default_factory=list)
    fault: Exception = field(default_factory=lambda: RuntimeError("white"))

    def detect(self, rgb: NDArray[np.uint8], source: tuple[int, int]) -> Detections:
        self.calls.append(1)
        return self._look(rgb)

    def detect_batch(self, pictures: Sequence[ScaledPicture]) -> list[Detections]:
        self.calls.append(len(pictures))
        return [self._look(picture.rgb) for picture in pictures]

    def _look(self, rgb: NDArray[np.uint8]) -> Detections:
        if rgb[0, 0, 0] == BAD:
            raise self.fault
        return Detections.empty()


@pytest.fixture
async def stage() -> AsyncIterator[NetworkStage]:
    workers = Workers(2)
    yield NetworkStage(workers, timeout_s=30.0)
    workers.close()


def frames(*whites: bool) -> list[Frame]:
    made = [make_frame(f"cam_{number}", number=number) for number in range(len(whites))]
    return [
        replace(frame, rgb=np.full_like(frame.rgb, BAD)) if white else frame
        for frame, white in zip(made, whites, strict=True)
    ]


def outcomes(seen: Sequence[Detections | DropReason]) -> list[DropReason | None]:
    return [one if isinstance(one, DropReason) else None for one in seen]


async def test_a_batch_is_one_call(stage: NetworkStage) -> None:
    detector = PickyDetector()
    assert outcomes(await stage.look_at(detector, frames(False, False, False))) == [None] * 3
    assert detector.calls == [3]


async def test_one_bad_frame_costs_only_itself(stage: NetworkStage) -> None:
    detector = PickyDetector()
    seen = await stage.look_at(detector, frames(False, True, False))
    assert outcomes(seen) == [None, DropReason.INFERENCE_ERROR, None]
    assert detector.calls == [3, 1, 1, 1]


async def test_a_server_that_is_away_is_not_asked_for_each_frame_again(
    stage: NetworkStage,
) -> None:
    detector = PickyDetector(fault=DependencyUnavailable("the server is away"))
    seen = await stage.look_at(detector, frames(True, False))
    assert outcomes(seen) == [DropReason.INFERENCE_ERROR] * 2
    assert detector.calls == [2]
