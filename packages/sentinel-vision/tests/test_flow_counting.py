"""Counting lines: what crosses them is counted once each way, whatever the tracks do."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentinel_core.contracts.generated.flow_event import FlowEvent
from sentinel_core.domain.zones import Point, Zone, ZoneType
from sentinel_vision.detection.classes import CAR, PERSON, TRUCK
from sentinel_vision.detection.detections import NO_TRACK
from sentinel_vision.flow.meter import FlowMeter
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.rules.scene import SceneFrame
from sentinel_vision.testing.traffic import (
    Vehicle,
    drive,
    film,
    stand,
    then,
    zone_set,
)

ACROSS: tuple[Point, ...] = ((0.0, 0.5), (1.0, 0.5))
"""From left to right at half the height (y 180): its right hand is below it."""


def line(name: str = "line", polygon: tuple[Point, ...] = ACROSS) -> Zone:
    return Zone(name=name, type=ZoneType.COUNTING_LINE, polygon=polygon)


def measure(zones: Sequence[Zone], scenes: Sequence[SceneFrame]) -> list[FlowEvent]:
    """All minutes of the scenes."""
    engine = RuleEngine("cam", zone_set(*zones), "v0")
    meter = FlowMeter("cam", engine.layout, "v0")
    events = []
    for scene in scenes:
        engine.update(scene)
        assert engine.view is not None
        events += meter.watch(engine.view, is_disturbed=False)
    return events + meter.close()


def counts(events: Sequence[FlowEvent], index: int = 0) -> tuple[int, int]:
    """Forward and backward over a line, all classes and minutes."""
    lines = [event.lines[index] for event in events]
    return (
        sum(sum(found.forward.values()) for found in lines),
        sum(sum(found.backward.values()) for found in lines),
    )


def crossed(*vehicles: Vehicle, seconds: float = 12.0, fps: float = 5.0) -> tuple[int, int]:
    return counts(measure([line()], film(vehicles, seconds, fps=fps)))


DOWN = drive(320, 60, velocity=(0, 30), end_s=9)
UP = drive(320, 300, velocity=(0, -30), end_s=9)


@pytest.mark.parametrize("fps", [2.0, 3.0, 5.0, 10.0])
def test_a_vehicle_is_counted_once_in_its_direction(fps: float) -> None:
    assert crossed(Vehicle(path=DOWN, track_id=1), fps=fps) == (1, 0)
    assert crossed(Vehicle(path=UP, track_id=1), fps=fps) == (0, 1)


def test_each_class_is_counted_by_itself() -> None:
    vehicles = [
        Vehicle(path=DOWN, track_id=1, class_id=CAR),
        Vehicle(path=drive(100, 60, velocity=(0, 30)), track_id=2, class_id=TRUCK),
        Vehicle(path=drive(500, 300, velocity=(0, -30)), track_id=3, class_id=PERSON),
    ]
    (event,) = measure([line()], film(vehicles, 10.0))
    assert event.lines[0].forward == {"car": 1, "truck": 1}
    assert event.lines[0].backward == {"person": 1}


def test_one_that_comes_back_is_counted_each_way() -> None:
    path = then(DOWN, 6.0, drive(320, 240, velocity=(0, -30), begin_s=6.0, end_s=11.0))
    assert crossed(Vehicle(path=path, track_id=1)) == (1, 1)


@pytest.mark.parametrize("seed", range(5))
def test_trembling_on_the_line_counts_nothing(seed: int) -> None:
    noise = np.random.default_rng(seed)
    tremble = noise.normal(0.0, 0.04 * 40, 1000)

    def path(time_s: float) -> tuple[float, float]:
        return 320, 180 + float(tremble[round(time_s * 5)])

    assert crossed(Vehicle(path=path, track_id=1), seconds=30.0) == (0, 0)


@pytest.mark.parametrize("seed", range(5))
def test_trembling_while_crossing_counts_once(seed: int) -> None:
    noise = np.random.default_rng(seed)
    tremble = noise.normal(0.0, 0.06 * 40, 1000)

    def path(time_s: float) -> tuple[float, float]:
        return 320, 150 + 2.0 * time_s + float(tremble[round(time_s * 10)])

    assert crossed(Vehicle(path=path, track_id=1), seconds=30.0, fps=10.0) == (1, 0)


def test_a_box_that_jumps_for_one_frame_counts_nothing() -> None:
    def path(time_s: float) -> tuple[float, float]:
        return 320, 240 if abs(time_s - 3.0) < 0.05 else 120

    assert crossed(Vehicle(path=path, track_id=1)) == (0, 0)


@pytest.mark.parametrize("at_s", [3.4, 3.8, 4.0, 4.2, 4.6])
@pytest.mark.parametrize("gap_s", [0.0, 0.8])
@pytest.mark.parametrize("fps", [5.0, 10.0])
def test_a_change_of_the_track_near_the_line_counts_once(
    at_s: float, gap_s: float, fps: float
) -> None:
    first = Vehicle(path=drive(320, 60, velocity=(0, 30), end_s=at_s), track_id=1)
    second = Vehicle(
        path=drive(
            320, 60 + 30 * (at_s + gap_s), velocity=(0, 30), begin_s=at_s + gap_s, end_s=9.0
        ),
        track_id=2,
    )
    assert crossed(first, second, fps=fps) == (1, 0)


def test_two_that_follow_closely_are_counted_apart() -> None:
    follower = Vehicle(path=drive(320, 10, velocity=(0, 30), end_s=10.6), track_id=2)
    assert crossed(Vehicle(path=DOWN, track_id=1), follower) == (2, 0)


def test_what_is_seen_too_shortly_never_counts() -> None:
    flash = Vehicle(path=drive(320, 150, velocity=(0, 100), end_s=0.6), track_id=1)
    assert crossed(flash) == (0, 0)


def test_one_that_disappears_right_behind_the_line_counts() -> None:
    assert crossed(Vehicle(path=drive(320, 60, velocity=(0, 30), end_s=4.5), track_id=1)) == (1, 0)


def appearing(*, y: float, speed: float, begin_s: float) -> Vehicle:
    """One that is seen from there on, going down; somebody else makes the camera warm."""
    path = drive(320, y, velocity=(0, speed), begin_s=begin_s, end_s=begin_s + 3)
    return Vehicle(path=path, track_id=9)


def test_a_fast_one_that_is_first_seen_behind_the_line_came_over_it() -> None:
    other = Vehicle(path=stand(60, 300), track_id=1)
    fast = appearing(y=200, speed=80, begin_s=4.0)
    assert crossed(other, fast, fps=3.0) == (1, 0)
    assert crossed(other, appearing(y=200, speed=30, begin_s=4.0), fps=3.0) == (0, 0)
    assert crossed(other, appearing(y=280, speed=80, begin_s=4.0), fps=3.0) == (0, 0)


def test_nobody_knows_where_those_came_from_who_were_there_at_the_start() -> None:
    assert crossed(appearing(y=200, speed=80, begin_s=0.0), fps=3.0) == (0, 0)


def glimpsed(
    *, speed: float, tracked_s: tuple[float, float], begin_s: float = 0.0, track_id: int = 9
) -> Vehicle:
    """One that goes down through the whole picture, and has a track for a part of its way."""
    path = drive(320, 20, velocity=(0, speed), begin_s=begin_s, end_s=begin_s + 330 / speed)
    first_s, last_s = tracked_s
    return Vehicle(
        path=path, track_id=lambda time_s: track_id if first_s <= time_s <= last_s else NO_TRACK
    )


def test_a_track_that_begins_late_came_over_its_boxes() -> None:
    late = glimpsed(speed=80, tracked_s=(3.0, 9.0))
    assert late.path(3.0) == (320, 260)
    assert crossed(late, fps=2.0) == (1, 0)


def test_a_track_that_ends_before_the_line_goes_on_over_its_boxes() -> None:
    lost = glimpsed(speed=80, tracked_s=(0.0, 1.5))
    assert crossed(lost, fps=2.0) == (1, 0)


def test_boxes_of_others_are_nobodys_way() -> None:
    """A track that begins behind the line, and boxes before it that do not lead there."""
    late = appearing(y=280, speed=80, begin_s=4.0)
    beside = Vehicle(path=drive(150, 20, velocity=(0, 80), end_s=4.0), track_id=NO_TRACK)
    slow = Vehicle(path=stand(320, 170, end_s=4.0), track_id=NO_TRACK)
    assert crossed(late, beside, slow, fps=3.0) == (0, 0)


@settings(max_examples=15, deadline=None)
@given(
    fps=st.sampled_from([2.0, 3.0, 5.0]),
    speed=st.floats(45.0, 85.0),
    begins=st.tuples(st.floats(0.0, 0.55), st.floats(0.0, 0.55)),
    headway_px=st.floats(70.0, 150.0),
)
def test_whatever_part_of_the_way_is_tracked_each_counts_once(
    fps: float, speed: float, begins: tuple[float, float], headway_px: float
) -> None:
    way_s, headway_s = 330 / speed, headway_px / speed
    vehicles = [
        glimpsed(
            speed=speed,
            tracked_s=(after_s + share * way_s, after_s + share * way_s + 0.45 * way_s),
            begin_s=after_s,
            track_id=track_id,
        )
        for track_id, (share, after_s) in enumerate(zip(begins, (0.0, headway_s), strict=True))
    ]
    assert crossed(*vehicles, seconds=16.0, fps=fps) == (2, 0)


def test_passing_beside_the_line_is_no_crossing() -> None:
    short = line(polygon=((0.0, 0.5), (0.2, 0.5)))
    scenes = film([Vehicle(path=DOWN, track_id=1)], 10.0)
    assert counts(measure([short], scenes)) == (0, 0)


def test_nobody_is_counted_in_an_ignored_zone() -> None:
    ignored = Zone(name="hedge", type=ZoneType.IGNORE, polygon=((0, 0), (1, 0), (1, 1), (0, 1)))
    scenes = film([Vehicle(path=DOWN, track_id=1)], 10.0)
    assert counts(measure([line(), ignored], scenes)) == (0, 0)


def test_a_turn_leads_from_the_first_line_to_the_last() -> None:
    south = line("south", ((0.0, 0.8), (1.0, 0.8)))
    east = line("east", ((0.8, 0.0), (0.8, 1.0)))
    north = line("north", ((0.0, 0.2), (1.0, 0.2)))
    turning = then(
        drive(300, 340, velocity=(0, -40)),
        4.0,
        drive(300, 180, velocity=(60, 0), begin_s=4.0, end_s=9.0),
    )
    straight = drive(200, 340, velocity=(0, -40), end_s=8.0)
    vehicles = [Vehicle(path=turning, track_id=1), Vehicle(path=straight, track_id=2)]
    (event,) = measure([south, east, north], film(vehicles, 14.0))
    turns = {(turn.entered_by, turn.left_by): turn.counts for turn in event.turns}
    assert turns == {
        (str(south.id), str(east.id)): {"car": 1},
        (str(south.id), str(north.id)): {"car": 1},
    }


# Corners of a path in pixels, away from the line: each is held for two frames, as by one that stops.
CORNERS = st.lists(
    st.tuples(st.integers(40, 600), st.integers(45, 340).filter(lambda y: abs(y - 180) > 12)),
    min_size=2,
    max_size=6,
)


def walk(
    corners: Sequence[tuple[float, float]], pieces: int, track_id: int = 1
) -> list[SceneFrame]:
    """A track along the corners, every way in so many pieces; old enough before it sets off."""
    places = [corners[0]] * 6
    for first, second in itertools.pairwise(corners):
        shares = np.linspace(0.0, 1.0, pieces + 1)[1:]
        places += [
            (
                first[0] + (second[0] - first[0]) * float(share),
                first[1] + (second[1] - first[1]) * float(share),
            )
            for share in shares
        ]
        places.append(second)

    def path(time_s: float) -> tuple[float, float]:
        return places[min(round(time_s * 5), len(places) - 1)]

    return film([Vehicle(path=path, track_id=track_id)], len(places) / 5)


@settings(max_examples=25, deadline=None)
@given(corners=CORNERS, pieces=st.integers(2, 5))
def test_splitting_a_path_changes_no_count(corners: list[tuple[float, float]], pieces: int) -> None:
    whole = counts(measure([line()], walk(corners, 1)))
    assert counts(measure([line()], walk(corners, pieces))) == whole
    backward = counts(measure([line()], walk(corners[::-1], 1)))
    assert backward == whole[::-1]
    turned = line(polygon=ACROSS[::-1])
    assert counts(measure([turned], walk(corners, 1))) == whole[::-1]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_boxes_and_the_names_of_tracks_do_not_matter(seed: int) -> None:
    random = np.random.default_rng(seed)
    vehicles = [
        Vehicle(
            path=drive(60 + 100 * lane, 60, velocity=(0, float(random.uniform(15, 40)))),
            track_id=lane,
        )
        for lane in range(6)
    ]
    names = random.permutation(6) + 10
    renamed = [replace(vehicle, track_id=int(names[vehicle.track_at(0.0)])) for vehicle in vehicles]
    random.shuffle(renamed)
    zones = [line()]
    assert measure(zones, film(renamed, 8.0)) == measure(zones, film(vehicles, 8.0))
