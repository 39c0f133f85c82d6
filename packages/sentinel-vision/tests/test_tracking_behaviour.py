"""What the tracker does in scenes that a person can picture."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from sentinel_vision.detection.classes import BICYCLE, CAR, MOTORCYCLE, PERSON, TRUCK
from sentinel_vision.detection.detections import NO_TRACK, Detections
from sentinel_vision.tracking.settings import TrackerSettings
from sentinel_vision.tracking.tracker import Tracker

# x, y, width, height, confidence, class
Row = tuple[float, float, float, float, float, int]


def car(x: float, y: float = 100.0, confidence: float = 0.9, class_id: int = CAR) -> Row:
    return (x, y, 80.0, 60.0, confidence, class_id)


def person(x: float, y: float = 100.0, confidence: float = 0.9) -> Row:
    return (x, y, 24.0, 60.0, confidence, PERSON)


def frame(*rows: Row) -> Detections:
    table = np.array(rows, dtype=np.float64).reshape(-1, 6)
    boxes = np.concatenate((table[:, :2], table[:, :2] + table[:, 2:4]), axis=1)
    return Detections.from_arrays(boxes, table[:, 4], table[:, 5])


def ids_of(detections: Detections) -> list[int]:
    ids: list[int] = detections.track_ids.tolist()
    return ids


def run(
    tracker: Tracker, times_s: Sequence[float], scene: Callable[[float], Sequence[Row]]
) -> list[list[int]]:
    """Ids frame by frame of a scene given as rows at a time."""
    return [ids_of(tracker.update(frame(*scene(time_s)), time_s)) for time_s in times_s]


def test_a_track_is_confirmed_on_its_second_hit() -> None:
    tracker = Tracker()
    assert ids_of(tracker.update(frame(car(100)), 0.0)) == [NO_TRACK]
    assert ids_of(tracker.update(frame(car(104)), 0.2)) == [1]
    assert ids_of(tracker.update(frame(car(108)), 0.4)) == [1]


def test_the_number_of_hits_is_a_setting() -> None:
    tracker = Tracker(TrackerSettings(confirm_hits=3))
    found = run(tracker, [0.0, 0.2, 0.4], lambda _: [car(100)])
    assert found == [[NO_TRACK], [NO_TRACK], [1]]


def test_what_is_seen_every_other_frame_is_never_confirmed() -> None:
    tracker = Tracker()
    for i in range(6):
        rows = [car(100)] if i % 2 == 0 else []
        assert ids_of(tracker.update(frame(*rows), i / 5)) == [NO_TRACK] * len(rows)


def test_weak_detections_begin_no_track() -> None:
    below_new = TrackerSettings().new_confidence - 0.01
    found = run(Tracker(), [0.0, 0.2, 0.4], lambda _: [car(100, confidence=below_new)])
    assert found == [[NO_TRACK]] * 3


def test_a_fading_object_goes_on_by_weak_detections() -> None:
    tracker = Tracker()
    run(tracker, [0.0, 0.2], lambda _: [car(100)])
    found = run(tracker, [0.4, 0.6, 0.8, 1.0], lambda _: [car(100, confidence=0.15)])
    assert found == [[1]] * 4


def test_a_weak_detection_does_not_bring_a_lost_track_back() -> None:
    tracker = Tracker()
    run(tracker, [0.0, 0.2], lambda _: [car(100)])
    tracker.update(frame(), 0.4)
    assert ids_of(tracker.update(frame(car(100, confidence=0.15)), 0.6)) == [NO_TRACK]
    assert ids_of(tracker.update(frame(car(100)), 0.8)) == [1]


def test_noise_below_the_lowest_threshold_is_passed_through() -> None:
    tracker = Tracker()
    run(tracker, [0.0, 0.2], lambda _: [car(100)])
    assert ids_of(tracker.update(frame(car(100, confidence=0.05)), 0.4)) == [NO_TRACK]


@pytest.mark.parametrize("rate_hz", [2.0, 5.0, 10.0])
@pytest.mark.parametrize("speed_px_s", [0.0, 40.0, 70.0])
def test_an_occlusion_of_a_second_keeps_the_id(rate_hz: float, speed_px_s: float) -> None:
    tracker = Tracker()
    times_s = [i / rate_hz for i in range(int(5 * rate_hz))]
    hidden = (2.5, 3.5)

    def scene(time_s: float) -> list[Row]:
        is_hidden = hidden[0] <= time_s < hidden[1]
        return [] if is_hidden else [car(50 + speed_px_s * time_s)]

    found = run(tracker, times_s, scene)
    assert found[0] == [NO_TRACK]
    assert {ids[0] for ids in found[1:] if ids} == {1}
    assert found[-1] == [1]


@pytest.mark.parametrize("away_s", [2.5, 3.8])
def test_what_stands_keeps_its_id_for_longer(away_s: float) -> None:
    tracker = Tracker()
    run(tracker, [i / 5 for i in range(10)], lambda _: [car(100)])
    assert run(tracker, [1.8 + away_s], lambda _: [car(102)]) == [[1]]


def test_what_stays_away_for_too_long_is_a_new_track() -> None:
    tracker = Tracker()
    run(tracker, [0.0, 0.2], lambda _: [car(100)])
    later = 0.2 + TrackerSettings().standing_lost_s + 0.05
    assert run(tracker, [later, later + 0.2], lambda _: [car(100)]) == [[NO_TRACK], [2]]


def test_what_drove_is_given_up_earlier_than_what_stood() -> None:
    tracker = Tracker()
    run(tracker, [i / 5 for i in range(10)], lambda time_s: [car(100 + 60 * time_s)])
    later = 1.8 + TrackerSettings().lost_s + 0.05
    assert run(tracker, [later, later + 0.2], lambda time_s: [car(100 + 60 * time_s)]) == [
        [NO_TRACK],
        [2],
    ]


def test_time_counts_and_not_frames() -> None:
    """Where a car will be after a gap without frames is told by the clock."""
    tracker = Tracker()
    speed_px_s = 150.0

    def scene(time_s: float) -> list[Row]:
        return [car(speed_px_s * time_s)]

    run(tracker, [i / 10 for i in range(20)], scene)
    gap_s = 1.0
    assert speed_px_s * gap_s > 80.0  # farther than the car is long: no overlap without the clock
    assert run(tracker, [1.9 + gap_s], scene) == [[1]]


def test_a_gap_longer_than_a_track_lives_ends_it() -> None:
    tracker = Tracker()
    run(tracker, [0.0, 0.2], lambda _: [car(100)])
    assert run(tracker, [10.0, 10.2], lambda _: [car(100)]) == [[NO_TRACK], [2]]


@pytest.mark.parametrize("rate_hz", [3.0, 5.0, 10.0])
def test_cars_that_meet_in_neighbouring_lanes_keep_their_ids(rate_hz: float) -> None:
    tracker = Tracker()

    def scene(time_s: float) -> list[Row]:
        return [car(0 + 70 * time_s, 100), car(400 - 70 * time_s, 130)]

    found = run(tracker, [i / rate_hz for i in range(int(5.7 * rate_hz))], scene)
    assert found[1:] == [[1, 2]] * (len(found) - 1)


def test_a_car_that_overtakes_keeps_its_id() -> None:
    tracker = Tracker()

    def scene(time_s: float) -> list[Row]:
        return [car(100 + 20 * time_s, 100), car(70 * time_s, 120)]

    found = run(tracker, [i / 5 for i in range(30)], scene)
    assert found[1:] == [[2, 1]] * 29 or found[1:] == [[1, 2]] * 29


def test_a_person_who_walks_past_a_car_stays_a_person() -> None:
    tracker = Tracker()

    def scene(time_s: float) -> list[Row]:
        return [car(100), person(60 + 30 * time_s)]

    found = run(tracker, [i / 5 for i in range(30)], scene)
    assert all(ids == found[1] for ids in found[1:])
    assert len(set(found[1])) == 2


def test_a_track_never_changes_its_group() -> None:
    tracker = Tracker()
    run(tracker, [0.0, 0.2], lambda _: [car(100)])
    found = run(tracker, [0.4, 0.6], lambda _: [car(100, class_id=PERSON)])
    assert found == [[NO_TRACK], [2]]


@pytest.mark.parametrize(("usual", "rare"), [(CAR, TRUCK), (BICYCLE, MOTORCYCLE)])
def test_the_class_is_voted_over_the_track(usual: int, rare: int) -> None:
    tracker = Tracker()
    found = [
        tracker.update(frame(car(100, class_id=class_id)), i / 5)
        for i, class_id in enumerate([usual, usual, rare, usual])
    ]
    assert [int(tracked.class_ids[0]) for tracked in found] == [usual] * 4
    assert ids_of(found[-1]) == [1]


def test_a_vote_weighs_confidence() -> None:
    tracker = Tracker()
    seen = [car(100, confidence=0.9), *[car(100, confidence=0.5, class_id=TRUCK)] * 2]
    found = [tracker.update(frame(row), i / 5) for i, row in enumerate(seen)]
    assert [int(tracked.class_ids[0]) for tracked in found] == [CAR, CAR, TRUCK]


def test_a_row_without_track_keeps_the_detectors_class() -> None:
    tracker = Tracker()
    run(tracker, [0.0, 0.2], lambda _: [car(100)])
    tracked = tracker.update(frame(car(100), car(400, class_id=TRUCK)), 0.4)
    assert tracked.class_ids.tolist() == [CAR, TRUCK]
    assert ids_of(tracked) == [1, NO_TRACK]


def test_reset_ends_all_tracks_and_ids_go_on() -> None:
    tracker = Tracker()
    run(tracker, [100.0, 100.2], lambda _: [car(100), car(300)])
    tracker.reset()
    found = run(tracker, [0.0, 0.2], lambda _: [car(100), car(300)])
    assert found == [[NO_TRACK, NO_TRACK], [3, 4]]


def test_ids_can_go_on_from_an_earlier_tracker() -> None:
    tracker = Tracker(next_id=50)
    assert run(tracker, [0.0, 0.2], lambda _: [car(100)])[1] == [50]


def test_time_that_goes_back_is_refused_and_changes_nothing() -> None:
    tracker = Tracker()
    run(tracker, [1.0, 1.2], lambda _: [car(100)])
    with pytest.raises(ValueError, match="epoch"):
        tracker.update(frame(car(100)), 1.1)
    assert ids_of(tracker.update(frame(car(100)), 1.4)) == [1]


def test_empty_frames_give_empty_frames() -> None:
    tracker = Tracker()
    assert len(tracker.update(Detections.empty(), 0.0)) == 0
    run(tracker, [0.2, 0.4], lambda _: [car(100)])
    assert len(tracker.update(Detections.empty(), 0.6)) == 0


def test_boxes_without_area_do_no_harm() -> None:
    tracker = Tracker()
    flat: Row = (100.0, 100.0, 0.0, 0.0, 0.9, CAR)
    found = run(tracker, [0.0, 0.2, 0.4], lambda _: [flat, car(300)])
    assert [ids[1] for ids in found] == [NO_TRACK, found[1][1], found[1][1]]
    assert found[1][1] > 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"low_confidence": 0.6},
        {"high_confidence": 0.7},
        {"new_confidence": 1.2},
        {"match_overlap": 0.0},
        {"low_match_overlap": 1.1},
        {"confirm_hits": 0},
        {"lost_s": 0.0},
        {"standing_lost_s": 1.0},
        {"standing_speed": -0.1},
        {"measurement_noise": 0.0},
        {"drift_noise": -0.1},
    ],
)
def test_settings_without_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        TrackerSettings(**wrong)  # type: ignore[arg-type]  # one field is an int, which mypy asks of all
