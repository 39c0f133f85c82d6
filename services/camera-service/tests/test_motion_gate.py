"""What moves passes, what stands still is looked at now and then."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sentinel_camera.sampling.gating import MotionGate

SECOND = 90_000
FORCED_S = 3.0
STEP = SECOND // 5


def noisy(luma: NDArray[np.float64], generator: np.random.Generator) -> NDArray[np.uint8]:
    return np.clip(luma + generator.normal(0, 3, luma.shape), 0, 255).astype(np.uint8)


def scene(height: int, width: int, seed: int = 0) -> NDArray[np.float64]:
    return np.random.default_rng(seed).uniform(40, 200, (height, width))


@given(st.integers(16, 400), st.integers(16, 400), st.integers(0, 5))
@settings(max_examples=25, deadline=None)
def test_a_still_scene_passes_only_when_forced(height: int, width: int, seed: int) -> None:
    gate, luma = MotionGate(FORCED_S), scene(height, width, seed)
    pictures = [luma.astype(np.uint8)] * 60
    passed = [n for n, picture in enumerate(pictures) if gate.passes(picture, n * STEP)]
    # The first, what follows it within a second, and one each 3 s after that.
    assert passed == [*range(6), 20, 35, 50]


def test_the_noise_of_a_camera_is_no_motion() -> None:
    gate, luma, generator = MotionGate(FORCED_S), scene(720, 1280), np.random.default_rng(2)
    passed = [n for n in range(60) if gate.passes(noisy(luma, generator), n * STEP)]
    assert passed == [*range(6), 20, 35, 50]


def test_light_that_changes_everywhere_is_no_motion() -> None:
    gate, luma = MotionGate(FORCED_S), scene(360, 640)
    pictures = [np.clip(luma + 30 * (n % 2), 0, 255).astype(np.uint8) for n in range(30)]
    assert sum(gate.passes(picture, n * STEP) for n, picture in enumerate(pictures)) < 12


@given(st.integers(0, 330), st.integers(0, 600), st.integers(15, 60))
@settings(max_examples=40, deadline=None)
def test_what_moves_passes(top: int, left: int, contrast: int) -> None:
    """A thing of 24 x 30 pixels at 640 x 360 that comes after the scene was still."""
    gate, generator = MotionGate(FORCED_S), np.random.default_rng(3)
    luma = np.full((360, 640), 100.0)
    for n in range(11):
        gate.passes(noisy(luma, generator), n * STEP)
    luma[top : top + 24, left : left + 30] += contrast
    assert gate.passes(noisy(luma, generator), 11 * STEP)


def test_what_has_stopped_is_background_after_a_while() -> None:
    gate, luma = MotionGate(FORCED_S), np.full((360, 640), 100, np.uint8)
    gate.passes(luma, 0)
    parked = luma.copy()
    parked[100:150, 100:200] = 160
    passed = [n for n in range(1, 150) if gate.passes(parked, n * STEP)]
    moving = [n for n, following in pairwise(passed) if following == n + 1]
    assert 5 * SECOND < moving[-1] * STEP < 14 * SECOND


@given(
    st.lists(st.integers(1, 4 * SECOND), min_size=2, max_size=60),
    st.lists(st.integers(0, 255), min_size=60, max_size=60),
)
@settings(max_examples=60, deadline=None)
def test_no_gap_is_longer_than_the_forced_one(steps: list[int], levels: list[int]) -> None:
    gate, now, passed = MotionGate(FORCED_S), 0, 0
    for step, level in zip(steps, levels, strict=False):
        now += step
        luma = np.full((36, 64), 100, np.uint8)
        luma[:6, :6] = level
        if gate.passes(luma, now):
            passed = now
        else:
            assert now - passed < FORCED_S * SECOND


def test_a_jump_back_or_another_size_starts_again() -> None:
    gate, luma = MotionGate(FORCED_S), np.full((36, 64), 100, np.uint8)
    for n in range(10):
        gate.passes(luma, n * STEP)
    assert not gate.passes(luma, 10 * STEP)
    assert gate.passes(luma, 0)
    for n in range(1, 10):
        gate.passes(luma, n * STEP)
    assert not gate.passes(luma, 10 * STEP)
    assert gate.passes(np.full((48, 64), 100, np.uint8), 11 * STEP)
