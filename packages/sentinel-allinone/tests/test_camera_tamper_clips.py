"""The demo clips as cameras: nothing while all is well, and each fault within ten seconds."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from sentinel_camera.sources.files import read_frames
from sentinel_core.domain.incidents import Incident, Transition
from sentinel_core.domain.zones import ZoneSet
from sentinel_core.runtime.assets import asset
from sentinel_vision.detection.detections import Detections
from sentinel_vision.frames.luma import small_luma
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.rules.scene import SceneFrame
from sentinel_vision.testing.traffic import STARTED_AT, seconds_of

CLIPS = ["toll_congestion", "toll_morning", "toll_night", "plaza_pedestrians"]

Luma = NDArray[np.uint8]
Fault = Callable[[Luma, int], Luma]


@cache
def pictures(clip: str) -> tuple[Luma, ...]:
    """One picture a second, 160 wide."""
    frames = read_frames(str(asset(f"data/demo/{clip}.mp4")), 1.0, STARTED_AT, camera_key=clip)
    found = []
    for frame in frames:
        found.append(small_luma(frame.rgb))
        frame.release()
    return tuple(found)


def show(lumas: Iterator[Luma]) -> list[Incident]:
    """What is opened while a camera shows these, one a second."""
    engine = RuleEngine("cam", ZoneSet(version=1), "v0")
    opened = []
    for second, luma in enumerate(lumas):
        scene = SceneFrame(
            stream_epoch="epoch",
            frame_index=second,
            pts_90k=second * 90_000,
            captured_at=STARTED_AT + timedelta(seconds=second),
            width=640,
            height=360,
            detections=Detections.empty(),
            luma=luma,
        )
        changes = engine.update(scene)
        opened += [c.incident for c in changes if c.transition is Transition.OPENED]
    return opened


def with_fault(clip: str, fault: Fault, *, at: int = 20, seconds: int = 70) -> Iterator[Luma]:
    shown = pictures(clip)
    for second in range(seconds):
        luma = shown[second % len(shown)]
        yield fault(luma, second) if second >= at else luma


@pytest.mark.parametrize("clip", CLIPS)
def test_a_camera_that_sees_well_raises_nothing(clip: str) -> None:
    """The clip again and again, in the light of passing clouds and with noise of its own."""
    lumas = [luma.astype(np.float32) for luma in pictures(clip)]

    def minutes() -> Iterator[Luma]:
        random = np.random.default_rng(1)
        for second in range(600):
            luma = lumas[second % len(lumas)] * (0.85 + 0.15 * np.sin(second / 100.0))
            noise = random.integers(-2, 3, luma.shape)
            yield np.clip(luma + noise, 0, 255).astype(np.uint8)

    assert show(minutes()) == []


def turned(luma: Luma, _: int) -> Luma:
    """By 5 % to the right; what comes in there is like what was at the edge."""
    width = round(0.05 * luma.shape[1])
    return np.hstack([luma[:, width:], luma[:, : -width - 1 : -1]])


def covered(luma: Luma, second: int) -> Luma:
    noise = np.random.default_rng(second).normal(0.0, 2.0, luma.shape)
    return (70.0 + np.linspace(0.0, 20.0, luma.shape[1]) + noise).astype(np.uint8)


def darkened(luma: Luma, _: int) -> Luma:
    return (luma // 25).astype(np.uint8)


def blurred(luma: Luma, _: int) -> Luma:
    """A box of 5 x 5 pixels: 20 of the picture that was made small."""
    values = luma.astype(np.float64)
    for _axis in range(2):
        sums = np.cumsum(np.pad(values, [(3, 2), (0, 0)], mode="edge"), axis=0)
        values = ((sums[5:] - sums[:-5]) / 5.0).T
    return values.astype(np.uint8)


@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize(
    ("fault", "key"),
    [(turned, "moved"), (covered, "covered"), (darkened, "covered"), (blurred, "blurred")],
)
def test_a_fault_is_told_within_ten_seconds(clip: str, fault: Fault, key: str) -> None:
    (incident,) = show(with_fault(clip, fault))
    assert incident.key == key
    assert 20.0 <= seconds_of(incident.started_at) <= 22.0
    assert seconds_of(incident.alarm_at) <= 30.0


@pytest.mark.parametrize("clip", CLIPS)
def test_a_frozen_picture_is_told_within_thirty_seconds(clip: str) -> None:
    (incident,) = show(with_fault(clip, lambda _, __: pictures(clip)[20]))
    assert incident.key == "frozen"
    assert 50.0 <= seconds_of(incident.alarm_at) <= 52.0


def lightning(luma: Luma, second: int) -> Luma:
    levels = 140 if second % 7 == 0 else 0
    return np.clip(luma.astype(np.int16) + levels, 0, 255).astype(np.uint8)


def shaken(luma: Luma, second: int) -> Luma:
    return np.roll(luma, round(3 * np.sin(second * 2.1)), axis=1)


def partly_covered(luma: Luma, _: int) -> Luma:
    """A lorry stands before a third of the picture."""
    near = luma.copy()
    near[:, : round(0.35 * luma.shape[1])] = 90
    return near


@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize("weather", [lightning, shaken, partly_covered])
def test_what_happens_to_every_camera_is_no_fault(clip: str, weather: Fault) -> None:
    assert show(with_fault(clip, weather)) == []
