"""What holds of the tracker for any input."""

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sentinel_vision.detection.classes import CLASS_GROUPS, CLASS_NAMES
from sentinel_vision.detection.detections import NO_TRACK, Detections
from sentinel_vision.tracking.settings import TrackerSettings
from sentinel_vision.tracking.tracker import Tracker

LOST_S = TrackerSettings().standing_lost_s


# Coarse values: boxes repeat, overlap, tie and touch far more often than in real footage.
LEFTS = np.arange(9) * 20
TOPS = np.arange(4) * 20
SIZES = np.array([[40, 40], [60, 40], [60, 60], [80, 60]])
CONFIDENCES = np.array([0.05, 0.15, 0.35, 0.5, 0.9])
CHOICES = (len(LEFTS), len(TOPS), len(SIZES), len(CONFIDENCES), len(CLASS_NAMES))
STEPS_S = (0.0, 0.1, 0.2, 0.5, 1.0, LOST_S + 0.5)


@dataclass(frozen=True)
class Shot:
    """One frame.

    Attributes:
        codes: each row as one number, which is much quicker to draw than its parts.
        shuffle: seed of another order of the rows.
        elapsed_s: time since the last frame.
        is_new_epoch: whether the tracker is reset before it.
    """

    codes: list[int]
    shuffle: int
    elapsed_s: float
    is_new_epoch: bool

    def detections(self, *, permuted: bool = False) -> Detections:
        left, top, size, confidence, class_id = np.unravel_index(
            np.array(self.codes, dtype=np.intp), CHOICES
        )
        low = np.stack((LEFTS[left], TOPS[top]), axis=1)
        boxes = np.concatenate((low, low + SIZES[size]), axis=1).astype(np.float64)
        whole = Detections.from_arrays(boxes, CONFIDENCES[confidence], class_id)
        if not permuted:
            return whole
        return whole.select(np.random.default_rng(self.shuffle).permutation(len(whole)))


SHOTS = st.builds(
    Shot,
    codes=st.lists(st.integers(0, int(np.prod(CHOICES)) - 1), max_size=7),
    shuffle=st.integers(0, 1000),
    elapsed_s=st.sampled_from(STEPS_S),
    is_new_epoch=st.sampled_from([False] * 7 + [True]),
)
FILMS = st.lists(SHOTS, min_size=1, max_size=12)


def play(film: list[Shot], *, permuted: bool = False) -> list[tuple[float, Detections]]:
    """Time since the start over all epochs, and what the tracker gave."""
    tracker = Tracker()
    played = []
    time_s = total_s = 0.0
    for shot in film:
        if shot.is_new_epoch:
            tracker.reset()
            time_s = 0.0
        time_s += shot.elapsed_s
        total_s += shot.elapsed_s
        found = tracker.update(shot.detections(permuted=permuted), time_s)
        played.append((total_s, found))
    return played


def rows_of(detections: Detections) -> list[tuple[float, ...]]:
    """All rows with their results, in an order of their own."""
    return sorted(
        (*map(float, box), float(confidence), int(class_id), int(track_id))
        for box, confidence, class_id, track_id in zip(
            detections.boxes,
            detections.confidences,
            detections.class_ids,
            detections.track_ids,
            strict=True,
        )
    )


@given(FILMS)
def test_the_order_of_the_rows_in_a_frame_changes_nothing(film: list[Shot]) -> None:
    straight = [rows_of(found) for _, found in play(film)]
    permuted = [rows_of(found) for _, found in play(film, permuted=True)]
    assert straight == permuted


@given(FILMS)
def test_rows_come_back_as_they_were(film: list[Shot]) -> None:
    for shot, (_, found) in zip(film, play(film), strict=True):
        given_rows = shot.detections()
        assert np.array_equal(found.boxes, given_rows.boxes)
        assert np.array_equal(found.confidences, given_rows.confidences)
        untracked = found.track_ids == NO_TRACK
        assert np.array_equal(found.class_ids[untracked], given_rows.class_ids[untracked])


@given(FILMS)
def test_an_id_is_on_one_row_of_a_frame_at_most(film: list[Shot]) -> None:
    for _, found in play(film):
        ids = found.track_ids[found.track_ids != NO_TRACK]
        assert len(set(ids.tolist())) == len(ids)
        assert (ids > 0).all()


@given(FILMS)
def test_an_id_ends_with_its_epoch_and_is_never_given_again(film: list[Shot]) -> None:
    ended: set[int] = set()
    seen_s: dict[int, float] = {}
    for shot, (time_s, found) in zip(film, play(film), strict=True):
        if shot.is_new_epoch:
            ended |= seen_s.keys()
        for track_id in found.track_ids[found.track_ids != NO_TRACK].tolist():
            assert track_id not in ended
            assert time_s - seen_s.get(track_id, time_s) <= LOST_S + 1e-9
            seen_s[track_id] = time_s


@given(FILMS)
def test_groups_never_mix_in_a_track(film: list[Shot]) -> None:
    group_of: dict[int, int] = {}
    for shot, (_, found) in zip(film, play(film), strict=True):
        seen_groups = CLASS_GROUPS[shot.detections().class_ids]
        assert np.array_equal(CLASS_GROUPS[found.class_ids], seen_groups)
        for track_id, group in zip(found.track_ids.tolist(), seen_groups.tolist(), strict=True):
            if track_id != NO_TRACK:
                assert group_of.setdefault(track_id, group) == group


@given(FILMS)
def test_only_confident_rows_are_in_a_track_at_first(film: list[Shot]) -> None:
    settings = TrackerSettings()
    known: set[int] = set()
    for _, found in play(film):
        confirmed = found.select(found.track_ids != NO_TRACK)
        for track_id, confidence in zip(
            confirmed.track_ids.tolist(), confirmed.confidences.tolist(), strict=True
        ):
            floor = settings.low_confidence if track_id in known else settings.high_confidence
            assert confidence >= floor - 1e-6
            known.add(track_id)


@given(
    st.lists(st.floats(-60.0, 60.0), min_size=1, max_size=6),
    st.lists(st.floats(0.1, 0.5), min_size=4, max_size=25),
)
def test_objects_apart_keep_one_id_each_at_any_rate(
    speeds_px_s: list[float], steps_s: list[float]
) -> None:
    """Lanes do not touch; steps of 2..10 fps in any mixture."""
    tracker = Tracker()
    time_s = 0.0
    found = []
    for step_s in steps_s:
        time_s += step_s
        low = np.array([[speed * time_s, 100.0 * i] for i, speed in enumerate(speeds_px_s)])
        boxes = np.concatenate((low, low + np.array([80.0, 60.0])), axis=1)
        n = len(speeds_px_s)
        frame = Detections.from_arrays(boxes, np.full(n, 0.8), np.full(n, 2))
        found.append(tracker.update(frame, time_s).track_ids.tolist())
    assert found[0] == [NO_TRACK] * len(speeds_px_s)
    assert sorted(found[1]) == list(range(1, len(speeds_px_s) + 1))
    assert found[1:] == [found[1]] * (len(steps_s) - 1)
