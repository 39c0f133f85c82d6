"""Scores of a tracker on sequences that can be counted by hand.

benchmarks/tracker.py compares them with those of another scorer on real sequences.
"""

from collections.abc import Mapping, Sequence
from math import sqrt

import numpy as np
import pytest

from sentinel_vision.metrics.tracking import LabelledBoxes, score_tracks

Places = Sequence[Mapping[int, float]]
"""For each frame, where each identity is: the left edge of a box of 10 px."""


def frames(places: Places) -> list[LabelledBoxes]:
    return [
        LabelledBoxes(
            np.array(list(frame), dtype=np.int64),
            np.array([(x, 0.0, x + 10.0, 10.0) for x in frame.values()]).reshape(-1, 4),
        )
        for frame in places
    ]


TRUTH: Places = [{1: 0.0, 2: 100.0}] * 10


def test_perfect_tracks_score_all() -> None:
    score = score_tracks(frames(TRUTH), frames([{7: 0.0, 9: 100.0}] * 10))
    assert (score.hota, score.deta, score.assa) == (1.0, 1.0, 1.0)
    assert (score.mota, score.idf1, score.switches) == (1.0, 1.0, 0)


def test_no_tracks_score_nothing() -> None:
    score = score_tracks(frames(TRUTH), frames([{}] * 10))
    assert (score.hota, score.mota, score.idf1, score.switches) == (0.0, 0.0, 0.0, 0)


def test_nothing_at_all_is_no_error() -> None:
    assert score_tracks([], []).switches == 0


def test_a_track_that_breaks_is_one_switch_and_half_the_association() -> None:
    output = [{7: 0.0, 9: 100.0}] * 5 + [{8: 0.0, 9: 100.0}] * 5
    score = score_tracks(frames(TRUTH), frames(output))
    assert score.switches == 1
    assert score.mota == pytest.approx(1 - 1 / 20)
    assert score.idf1 == pytest.approx(2 * 15 / 40)
    assert score.deta == 1.0
    assert score.assa == pytest.approx((10 * 0.5 + 10 * 1.0) / 20)
    assert score.hota == pytest.approx(sqrt(0.75))


def test_tracks_that_swap_are_two_switches() -> None:
    output = [{7: 0.0, 9: 100.0}] * 5 + [{9: 0.0, 7: 100.0}] * 5
    score = score_tracks(frames(TRUTH), frames(output))
    assert score.switches == 2
    assert score.idf1 == pytest.approx(0.5)


def test_false_boxes_and_misses_count_against_the_detection() -> None:
    output = [{7: 0.0, 5: 300.0}] * 10
    score = score_tracks(frames(TRUTH), frames(output))
    assert score.deta == pytest.approx(10 / 30)
    assert score.mota == 0.0
    assert score.idf1 == pytest.approx(2 * 10 / 40)


def test_boxes_that_fit_badly_count_at_low_overlaps_only() -> None:
    shifted = [{7: 10 / 3, 9: 100.0 + 10 / 3}] * 10  # overlap 0.5
    score = score_tracks(frames(TRUTH), frames(shifted))
    assert score.hota == pytest.approx(10 / 19)
    assert score.mota == 1.0


def test_a_track_stays_with_its_object_while_another_box_fits_better() -> None:
    truth: Places = [{1: 0.0}] * 2
    output: Places = [{7: 0.0}, {7: 3.0, 8: 0.0}]
    assert score_tracks(frames(truth), frames(output)).switches == 0


def test_frames_must_be_as_many() -> None:
    with pytest.raises(ValueError, match="longer"):
        score_tracks(frames(TRUTH), frames(TRUTH) + frames(TRUTH))
