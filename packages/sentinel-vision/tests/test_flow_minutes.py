"""The figures of a minute, and when it is sent."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest

from sentinel_core.contracts.generated.flow_event import FlowEvent, ZoneFlow
from sentinel_core.domain.zones import GroundPoint, Zone, ZoneSet, ZoneType
from sentinel_vision.detection.classes import PERSON
from sentinel_vision.flow.meter import FlowMeter
from sentinel_vision.flow.service_level import find_level
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.rules.scene import SceneFrame
from sentinel_vision.rules.view import ZoneLayout
from sentinel_vision.testing.traffic import (
    STARTED_AT,
    Vehicle,
    drive,
    film,
    lane,
    shoot,
    stand,
    zone_set,
)

LEFT = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
# 64 m wide and 36 m deep: ten pixels are a metre.
METRES = [
    GroundPoint(image=(x, y), ground_m=(x * 64.0, y * 36.0)) for x in (0.0, 1.0) for y in (0.0, 1.0)
]


class Roadside:
    """A meter and the engine whose views it gets."""

    def __init__(self, zones: ZoneSet) -> None:
        self.engine = RuleEngine("cam", zones, "v0")
        self.meter = FlowMeter("cam", self.engine.layout, "v0")

    def watch(self, scenes: Sequence[SceneFrame], *, is_disturbed: bool = False) -> list[FlowEvent]:
        """The minutes that are over with these scenes."""
        events = []
        for scene in scenes:
            self.engine.update(scene)
            if self.engine.view is not None:
                events += self.meter.watch(self.engine.view, is_disturbed=is_disturbed)
        return events


def minute_of(*vehicles: Vehicle, zones: ZoneSet, seconds: float = 30.0) -> ZoneFlow:
    """The first zone's figures of less than a minute."""
    roadside = Roadside(zones)
    assert roadside.watch(film(vehicles, seconds)) == []
    (event,) = roadside.meter.close()
    return event.zones[0]


def test_vehicles_are_counted_and_timed_in_each_zone() -> None:
    zones = zone_set(lane("left", LEFT), lane("right", ((0.5, 0), (1, 0), (1, 1), (0.5, 1))))
    roadside = Roadside(zones)
    roadside.watch(film([Vehicle(path=stand(100, 200, end_s=15.0), track_id=1)], 30.0))
    (event,) = roadside.meter.close()
    left, right = event.zones
    assert (left.vehicles, left.entered, right.vehicles) == (1, 1, 0)
    # It counts once it was seen for a second.
    assert left.occupancy == pytest.approx(14 / 30, abs=0.02)
    assert left.vehicles_mean == pytest.approx(14 / 30, abs=0.02)
    assert right.occupancy == 0.0
    assert left.covered > 0.0
    assert (left.density, left.level_of_service) == (None, None)
    assert event.unit == "BL"


def test_speeds_are_of_the_vehicles_not_of_the_samples() -> None:
    zones = zone_set(lane(), calibration=METRES)
    slow = Vehicle(path=drive(100, 40, velocity=(0, 10), end_s=30.0), track_id=1)
    fast = Vehicle(path=drive(300, 40, velocity=(0, 100), end_s=3.2), track_id=2)
    flow = minute_of(slow, fast, zones=zones)
    assert flow.speed_mean == pytest.approx((1.0 + 10.0) / 2, rel=0.05)
    assert flow.speed_p85 == pytest.approx(1.0 + 0.85 * 9.0, rel=0.05)


def test_density_and_level_of_service_where_calibrated() -> None:
    # 32 m x 36 m of road, 3.5 m lanes: 0.329 km of lane.
    zones = zone_set(lane("left", LEFT), calibration=METRES)
    cars = [
        Vehicle(path=stand(40 + 50 * column, 60 + 80 * row), track_id=row * 5 + column)
        for row in range(3)
        for column in range(5)
    ]
    flow = minute_of(*cars, zones=zones, seconds=50.0)
    assert flow.density == pytest.approx(15 * 49 / 50 / (32 * 36 / 3.5 / 1000), rel=0.02)
    assert (flow.level_of_service, flow.los_basis) == ("F", "density")


@pytest.mark.parametrize(
    ("density", "speed", "expected"),
    [
        (0.0, None, ("A", "density")),
        (7.1, 1.0, ("B", "density")),
        (28.0, 1.0, ("E", "density")),
        (28.1, 1.0, ("F", "density")),
        (None, 8.1, ("A", "speed")),
        (None, 6.0, ("C", "speed")),
        (None, 3.0, ("F", "speed")),
        (None, None, (None, None)),
    ],
)
def test_levels(
    density: float | None, speed: float | None, expected: tuple[str | None, str | None]
) -> None:
    assert find_level(density, speed, 10.0) == expected
    assert find_level(None, 5.0, None) == (None, None)


def test_persons_are_counted_apart() -> None:
    walker = Vehicle(path=drive(100, 100, velocity=(5, 0)), track_id=4, class_id=PERSON)
    pavement = Zone(name="pavement", type=ZoneType.PAVEMENT, polygon=LEFT)
    flow = minute_of(walker, zones=zone_set(pavement))
    assert (flow.persons, flow.persons_entered, flow.vehicles) == (1, 1, 0)


def test_who_stays_over_the_minute_enters_once() -> None:
    roadside = Roadside(zone_set(lane()))
    events = roadside.watch(film([Vehicle(path=stand(100, 200), track_id=1)], 150.0))
    events += roadside.meter.close()
    assert [event.zones[0].vehicles for event in events] == [1, 1, 1]
    assert [event.zones[0].entered for event in events] == [1, 0, 0]


def test_a_minute_is_sent_when_the_next_begins() -> None:
    roadside = Roadside(zone_set(lane()))
    events = roadside.watch(film([], 125.0))
    assert [event.minute for event in events] == [
        "2026-01-01T00:00:00.000Z",
        "2026-01-01T00:01:00.000Z",
    ]
    assert [event.frames for event in events] == [300, 300]
    assert events[0].coverage == pytest.approx(1.0, abs=0.01)
    assert events[1].coverage == 1.0
    assert len({event.event_id for event in events}) == 2


def test_the_same_frames_make_the_same_events() -> None:
    zones = zone_set(lane())
    scenes = film([Vehicle(path=drive(100, 40, velocity=(0, 10)), track_id=1)], 90.0)
    assert Roadside(zones).watch(scenes) == Roadside(zones).watch(scenes)


def test_coverage_says_how_much_was_watched() -> None:
    roadside = Roadside(zone_set(lane()))
    roadside.watch([*film([], 20.0), *film([], 10.0, begin_s=40.0)])
    (event,) = roadside.meter.close()
    assert event.coverage == pytest.approx(0.5, abs=0.01)


def test_a_minute_that_no_frame_closes_is_closed_by_the_clock() -> None:
    roadside = Roadside(zone_set(lane()))
    roadside.watch(film([], 30.0))
    assert roadside.meter.close_before(STARTED_AT + timedelta(seconds=59)) == []
    assert len(roadside.meter.close_before(STARTED_AT + timedelta(seconds=60))) == 1
    assert roadside.meter.close_before(STARTED_AT + timedelta(seconds=200)) == []


def test_a_late_frame_counts_in_the_open_minute() -> None:
    roadside = Roadside(zone_set(lane()))
    assert len(roadside.watch([*film([], 59.0), shoot([], 61.0)])) == 1
    late = shoot([], 59.5, epoch="epoch-2")
    assert roadside.watch([late]) == []
    assert roadside.meter.late_frames == 1
    (event,) = roadside.meter.close()
    assert (event.minute, event.frames) == ("2026-01-01T00:01:00.000Z", 2)


def test_a_clock_that_was_set_back_begins_a_part_of_its_own() -> None:
    roadside = Roadside(zone_set(lane()))
    first = roadside.watch(film([], 30.0, begin_s=3600.0))
    second = roadside.watch(film([], 30.0, epoch="epoch-2"))
    third = roadside.meter.close()
    assert [len(events) for events in (first, second, third)] == [0, 1, 1]
    assert third[0].minute == "2026-01-01T00:00:00.000Z"


def test_other_zones_begin_a_part_of_the_minute() -> None:
    roadside = Roadside(zone_set(lane()))
    roadside.watch(film([], 20.0))
    other = lane("other", LEFT)
    (first,) = roadside.meter.arrange(ZoneLayout(zone_set(other, version=2)))
    roadside.engine.replace_zones(zone_set(other, version=2), STARTED_AT)
    roadside.watch(film([], 20.0, begin_s=20.0))
    (second,) = roadside.meter.close()
    assert first.minute == second.minute
    assert first.event_id != second.event_id
    assert (first.zone_version, second.zone_version) == (1, 2)
    assert first.zones[0].shape != second.zones[0].shape


def test_an_incident_marks_its_minute() -> None:
    roadside = Roadside(zone_set(lane()))
    roadside.watch(film([], 20.0), is_disturbed=True)
    roadside.watch(film([], 5.0, begin_s=20.0))
    assert roadside.meter.close()[0].is_disturbed


def test_a_change_of_the_track_enters_nobody_anew() -> None:
    first = Vehicle(path=stand(100, 200, end_s=10.0), track_id=1)
    second = Vehicle(path=stand(100, 200, begin_s=10.6), track_id=2)
    flow = minute_of(first, second, zones=zone_set(lane()))
    assert (flow.vehicles, flow.entered) == (1, 1)


def test_free_flow_is_learned_from_the_vehicles_before_a_level_is_given() -> None:
    # One every 2 s at 1.5 body lengths a second: after 100 of them free flow is known.
    stream = [
        Vehicle(
            path=drive(320, 40, velocity=(0, 60), begin_s=2.0 * n, end_s=2.0 * n + 4.5), track_id=n
        )
        for n in range(150)
    ]
    events = Roadside(zone_set(lane())).watch(film(stream, 300.0, fps=3.0))
    levels = [event.zones[0].level_of_service for event in events]
    assert levels[0] is None
    assert levels[-1] == "A"
    assert events[-1].zones[0].los_basis == "speed"
    assert np.isclose(events[-1].zones[0].speed_mean or 0.0, 1.5, rtol=0.05)
