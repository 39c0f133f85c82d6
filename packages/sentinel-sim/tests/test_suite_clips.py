"""What suites make of clips: recordings are looked at once, watched like live video, judged."""

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import ZoneSet
from sentinel_core.runtime.assets import asset
from sentinel_sim.suites.clips import CASES, ClipCase, ClipResult, run_clip, run_standing
from sentinel_sim.suites.precision import PrecisionScore, count_incidents, precision_targets
from sentinel_sim.suites.recordings import Recording, record
from sentinel_sim.suites.watching import Look, Watched, watch
from sentinel_vision.detection.classes import CAR
from sentinel_vision.detection.detections import Detections
from sentinel_vision.metrics.detection import DetectionScore
from sentinel_vision.rules.catalogue import validate_zone_rules

CLIP = asset("data/demo/junction_cars_truck.mp4")
WIDTH, HEIGHT = 640, 360


@dataclass
class CountingDetector:
    """Finds one car at the left edge, and counts how often it looked."""

    model_sha256: str = "a" * 64
    calls: int = 0

    def detect(self, rgb: NDArray[np.uint8], source: tuple[int, int]) -> Detections:
        assert max(rgb.shape[:2]) == 640
        self.calls += 1
        box = np.array([[0.0, 0.0, source[0] / 4, source[1] / 2]])
        return Detections.from_arrays(box, np.array([0.9]), np.array([CAR]))


def test_a_recording_has_samples_at_the_rate_that_was_asked_for() -> None:
    recording = record(CLIP, CountingDetector(), fps=5, cache=None)
    assert (recording.width, recording.height) == (800, 600)
    times = [look.t_s for look in recording.looks]
    assert len(times) == 15
    assert all(later - earlier == pytest.approx(0.2) for earlier, later in pairwise(times))


def test_a_clip_is_looked_at_once_by_each_model(tmp_path: Path) -> None:
    detector = CountingDetector()
    first = record(CLIP, detector, fps=5, cache=tmp_path)
    second = record(CLIP, detector, fps=5, cache=tmp_path)
    assert detector.calls == 15
    assert [look.t_s for look in second.looks] == [look.t_s for look in first.looks]
    for one, other in zip(first.looks, second.looks, strict=True):
        np.testing.assert_array_equal(one.detections.boxes, other.detections.boxes)
        np.testing.assert_array_equal(one.detections.class_ids, other.detections.class_ids)
    record(CLIP, replace(detector, model_sha256="b" * 64), fps=5, cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_backwards_is_the_same_from_the_end() -> None:
    recording = record(CLIP, CountingDetector(), fps=5, cache=None)
    backwards = recording.backwards()
    assert backwards.looks[0].t_s == 0.0
    assert backwards.looks[-1].detections is recording.looks[0].detections
    assert backwards.duration_s == pytest.approx(recording.duration_s)


LANE = ZoneSet.model_validate(
    {
        "version": 1,
        "zones": [
            {
                "name": "Left lane",
                "type": "lane",
                "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]],
                "direction": [0, 1],
            }
        ],
    }
)


def drive_up(seconds: float, *, fps: float = 5.0) -> list[Look]:
    """A car that drives from the lower edge to the upper one."""
    looks = []
    for index in range(int(seconds * fps)):
        y = HEIGHT - 40.0 - index / fps * 60.0
        box = np.array([[300.0, y, 340.0, y + 40.0]])
        found = Detections.from_arrays(box, np.array([0.9]), np.array([CAR]))
        looks.append(Look(index / fps, found))
    return looks


def test_an_alarm_has_the_way_of_what_it_is_about() -> None:
    watched = watch(LANE, (WIDTH, HEIGHT), drive_up(5.0))
    (alarm,) = watched.alarms
    assert alarm.type is IncidentType.WRONG_WAY
    assert alarm.zone_id == LANE.zones[0].id
    assert alarm.started_s < alarm.at_s < 4.0
    tops = [(HEIGHT - 40.0 - at_s * 60.0) / HEIGHT for at_s in (alarm.started_s, alarm.at_s)]
    assert [box[1] for box in (alarm.way[0], alarm.way[-1])] == pytest.approx(tops, abs=0.05)
    assert watched.frames == 25
    assert watched.watched_s == pytest.approx(4.8)


def result_of(case: ClipCase, watched: Watched) -> ClipResult:
    return ClipResult(
        case=case, watched=watched, recording=Recording(width=WIDTH, height=HEIGHT, looks=[])
    )


def test_a_clip_is_right_if_all_and_nothing_else_is_found() -> None:
    wrong_way = watch(LANE, (WIDTH, HEIGHT), drive_up(5.0))
    sighting = (IncidentType.WRONG_WAY, "Left")
    case = ClipCase(clip="x", expected=frozenset({sighting}))
    assert result_of(case, wrong_way).is_right
    assert not result_of(case, Watched()).is_right
    assert not result_of(ClipCase(clip="x"), wrong_way).is_right
    allowed = ClipCase(clip="x", allowed=frozenset({sighting}))
    assert result_of(allowed, wrong_way).is_right
    assert result_of(allowed, Watched()).is_right


def test_int8_loses_what_float32_finds_in_pictures_and_clips() -> None:
    sighting = (IncidentType.WRONG_WAY, "Left")
    wrong_way = watch(LANE, (WIDTH, HEIGHT), drive_up(5.0))
    awaited = ClipCase(clip="x", expected=frozenset({sighting}))
    quiet = ClipCase(clip="y")

    def score(name: str, car: float, *results: ClipResult) -> PrecisionScore:
        accuracy = DetectionScore(ap={"car": car, "truck": 0.2}, ap50={}, boxes={})
        return count_incidents(name, accuracy, results)

    floats = score("float32", 0.4, result_of(awaited, wrong_way), result_of(quiet, Watched()))
    same = score("int8", 0.39, result_of(awaited, wrong_way), result_of(quiet, Watched()))
    worse = score("int8", 0.3, result_of(awaited, Watched()), result_of(quiet, wrong_way))
    assert (floats.f1, same.f1, worse.f1) == (1.0, 1.0, 0.0)
    assert (worse.right, worse.missed, worse.false) == (0, 1, 1)
    assert all(target.is_met for target in precision_targets(floats, same))
    assert [target.value for target in precision_targets(floats, worse)] == [0.05, 0.05, 1.0]


def test_clips_that_are_not_there_are_left_out(tmp_path: Path) -> None:
    detector = CountingDetector()
    away = [case for case in CASES if not case.is_demo]
    assert [run_clip(case, tmp_path, detector, None) for case in away] == [None] * len(away)
    assert run_standing(tmp_path, detector, None) is None
    assert detector.calls == 0


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_zones_of_every_clip_are_valid(case: ClipCase) -> None:
    zones = case.zones()
    validate_zone_rules(zones)
    named = {zone.name.partition(" ")[0] for zone in zones.zones}
    assert {where for _, where in case.expected | case.allowed} <= named
