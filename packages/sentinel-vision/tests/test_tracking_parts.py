"""Overlap, assignment and filter by themselves, against slower or exact ways to the same."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sentinel_vision.detection.suppression import box_iou
from sentinel_vision.tracking.association import (
    NONE,
    Pairing,
    assign,
    overlapping_pairs,
    overlaps,
)
from sentinel_vision.tracking.kalman import SIZE, SPEED, BoxFilter, to_corners
from sentinel_vision.tracking.settings import TrackerSettings

CENTRED = st.tuples(st.floats(0, 200), st.floats(0, 200), st.floats(1, 120), st.floats(1, 120))
BOXES = st.lists(CENTRED, min_size=1, max_size=8).map(lambda rows: to_corners(np.array(rows).T))
SCORES = st.lists(
    st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.3, 0.55, 0.9]), min_size=4, max_size=4),
    min_size=1,
    max_size=4,
).map(lambda rows: np.array(rows))


def columns(*boxes: list[float]) -> NDArray[np.float64]:
    """Boxes as the tracker holds them: a column each."""
    return np.array(boxes).T


def greatest_sum(score: NDArray[np.float64]) -> float:
    """By trying every way to give each row a column or none."""
    n_rows, n_columns = score.shape
    padded = np.concatenate((score, np.zeros((n_rows, n_rows))), axis=1)
    ways = itertools.permutations(range(n_columns + n_rows), n_rows)
    return max(float(padded[np.arange(n_rows), way].sum()) for way in ways)


@given(BOXES, BOXES)
def test_overlap_is_intersection_over_union(
    first: NDArray[np.float64], second: NDArray[np.float64]
) -> None:
    expected = box_iou(first.T.astype(np.float32), second.T.astype(np.float32))
    assert overlaps(first, second) == pytest.approx(expected, abs=1e-3)


def test_overlap_of_known_boxes() -> None:
    first = columns([0.0, 0.0, 100.0, 100.0])
    second = columns(
        [0.0, 0.0, 100.0, 100.0], [50.0, 0.0, 150.0, 100.0], [100.0, 0.0, 200.0, 100.0]
    )
    assert overlaps(first, second)[0] == pytest.approx([1.0, 1 / 3, 0.0])


@given(BOXES, BOXES, st.sampled_from([0.1, 0.3, 0.7]))
def test_pairs_are_those_that_overlap_enough(
    first: NDArray[np.float64], second: NDArray[np.float64], least: float
) -> None:
    pairs = overlapping_pairs(first, second, least)
    found = set(zip(pairs.tracks.tolist(), pairs.boxes.tolist(), strict=True))
    assert found == set(map(tuple, np.argwhere(overlaps(first, second) >= least).tolist()))


@given(SCORES)
def test_assignment_is_one_to_one_and_the_best_there_is(score: NDArray[np.float64]) -> None:
    tracks, boxes = score.nonzero()
    chosen = assign(tracks, boxes, score[tracks, boxes])
    assert len(set(tracks[chosen].tolist())) == len(chosen)
    assert len(set(boxes[chosen].tolist())) == len(chosen)
    assert score[tracks, boxes][chosen].sum() == pytest.approx(greatest_sum(score))


def test_a_later_stage_leaves_alone_what_is_paired() -> None:
    # Track 0 overlaps both boxes, track 1 the second only.
    tracks = columns([0.0, 0.0, 100.0, 100.0], [60.0, 0.0, 160.0, 100.0])
    boxes = columns([0.0, 0.0, 100.0, 100.0], [40.0, 0.0, 140.0, 100.0])
    pairs = overlapping_pairs(tracks, boxes, 0.1)
    pairing = Pairing(pairs, pairs.overlap, (2, 2))
    pairing.pair((pairs.tracks == 0) & (pairs.boxes == 1))
    assert pairing.track_of_box.tolist() == [NONE, 0]
    pairing.pair(np.ones(len(pairs.tracks), dtype=bool))
    assert pairing.track_of_box.tolist() == [1, 0]


@given(st.floats(0.05, 2.0), st.floats(0.05, 2.0))
def test_two_steps_are_one_step_of_their_sum(first_s: float, second_s: float) -> None:
    """So that the rate of the frames does not change where a track is looked for."""
    box_filter = BoxFilter(TrackerSettings())
    in_two = box_filter.start(columns([100.0, 50.0, 80.0, 60.0]))
    in_two[SPEED, 0] = (30.0, -4.0, 0.0, 0.0)
    in_one = in_two.copy()
    box_filter.predict(in_two, first_s)
    box_filter.predict(in_two, second_s)
    box_filter.predict(in_one, first_s + second_s)
    assert in_two == pytest.approx(in_one, rel=1e-9)


def test_the_filter_is_the_textbook_filter() -> None:
    """One coordinate beside the equations with matrices."""
    settings = TrackerSettings()
    height, step_s = 60.0, 0.3
    box_filter = BoxFilter(settings)
    state = box_filter.start(columns([100.0, 50.0, 80.0, height]))
    mean = np.array([100.0, 0.0])
    spread = np.diag([settings.measurement_noise, settings.start_speed]) ** 2 * height**2
    move = np.array([[1.0, step_s], [0.0, 1.0]])
    shape = np.array([[step_s**3 / 3, step_s**2 / 2], [step_s**2 / 2, step_s]])
    noise = settings.acceleration_noise**2 * shape
    noise[0, 0] += settings.drift_noise**2 * step_s
    for seen_x in (104.0, 112.0, 113.0, 125.0):
        box_filter.predict(state, step_s)
        box_filter.correct(state, columns([seen_x, 50.0, 80.0, height]))
        mean, spread = move @ mean, move @ spread @ move.T + noise * height**2
        gain = spread[:, 0] / (spread[0, 0] + (settings.measurement_noise * height) ** 2)
        mean = mean + gain * (seen_x - mean[0])
        spread = spread - np.outer(gain, spread[0])
        assert state[[0, 4], 0] == pytest.approx(mean)


@given(st.floats(2.0, 10.0), st.floats(-200.0, 200.0))
def test_the_filter_learns_a_steady_speed(rate_hz: float, speed_px_s: float) -> None:
    box_filter = BoxFilter(TrackerSettings())
    state = box_filter.start(columns([0.0, 50.0, 80.0, 60.0]))
    steps = int(6 * rate_hz)
    for i in range(1, steps + 1):
        box_filter.predict(state, 1 / rate_hz)
        seen = columns([speed_px_s * i / rate_hz, 50.0, 80.0, 60.0])
        box_filter.correct(state, seen)
    assert state[SPEED, 0] == pytest.approx([speed_px_s, 0, 0, 0], abs=2.0 + abs(speed_px_s) * 0.05)


def test_a_coasting_box_never_vanishes() -> None:
    box_filter = BoxFilter(TrackerSettings())
    state = box_filter.start(columns([100.0, 50.0, 8.0, 6.0]))
    state[SPEED, 0] = (0.0, 0.0, -20.0, -20.0)
    box_filter.predict(state, 2.0)
    assert (state[SIZE] >= 1.0).all()
