"""Lanes found in the ways of vehicles."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sentinel_core.contracts.generated.detection_event import (
    DetectedObject,
    DetectionEvent,
    FrameSize,
)
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_core.domain.zones import Zone, ZoneSet, ZoneType
from sentinel_core.runtime.assets import asset
from sentinel_core.testing.builders import make_detection_event
from sentinel_vision.detection.classes import CLASS_NAMES
from sentinel_vision.detection.detections import NO_TRACK
from sentinel_vision.flow.field import FlowField
from sentinel_vision.flow.outline import simplify, trace
from sentinel_vision.flow.suggestions import MIN_TRACKS, LaneSuggestion, suggest_lanes
from sentinel_vision.rules.geometry import Flags, PolygonSet
from sentinel_vision.testing.clips import load_recording
from sentinel_vision.testing.traffic import Path as Way
from sentinel_vision.testing.traffic import Vehicle, drive, film
from sentinel_vision.tracking.tracker import Tracker

FIXTURES = Path(__file__).parent / "data"


def found_in(events: Sequence[DetectionEvent]) -> list[LaneSuggestion]:
    field = FlowField()
    field.add(events)
    return suggest_lanes(field)


def archived(vehicles: Sequence[Vehicle], seconds: float, fps: float = 5.0) -> list[DetectionEvent]:
    """The vehicles as the archive knows them."""
    return [
        make_detection_event(
            index,
            pts_90k=scene.pts_90k,
            frame=FrameSize(width=scene.width, height=scene.height),
            detections=[
                DetectedObject(
                    class_=CLASS_NAMES[class_id], confidence=0.9, bbox=bbox, track_id=track_id
                )
                for class_id, bbox, track_id in zip(
                    scene.detections.class_ids.tolist(),
                    scene.detections.normalised_xywh(scene.width, scene.height).tolist(),
                    scene.detections.track_ids.tolist(),
                    strict=True,
                )
            ],
        )
        for index, scene in enumerate(film(vehicles, seconds, fps=fps))
    ]


def stream(path: Way, count: int, *, first_id: int, class_id: int = 2) -> list[Vehicle]:
    """One after the other along a path, each a little beside the last."""
    random = np.random.default_rng(first_id)
    vehicles = []
    for n in range(count):
        aside, begin_s = float(random.normal(0.0, 6.0)), 1.7 * n

        def place(
            time_s: float, aside: float = aside, begin_s: float = begin_s
        ) -> tuple[float, float] | None:
            where = path(time_s - begin_s) if time_s >= begin_s else None
            return None if where is None else (where[0] + aside, where[1])

        vehicles.append(Vehicle(path=place, track_id=first_id + n, class_id=class_id))
    return vehicles


DOWN = drive(200, 60, velocity=(10, 60), end_s=4.5)
UP = drive(420, 330, velocity=(-5, -60), end_s=4.5)


def test_each_direction_is_a_lane_of_its_own() -> None:
    vehicles = stream(DOWN, 30, first_id=0) + stream(UP, 25, first_id=100)
    first, second = found_in(archived(vehicles, 60.0))
    assert (first.tracks, second.tracks) == (30, 25)
    assert first.zone.type is ZoneType.LANE
    assert first.zone.direction == pytest.approx((10 / 60.83, 60 / 60.83), abs=0.05)
    assert second.zone.direction == pytest.approx((-5 / 60.2, -60 / 60.2), abs=0.05)
    assert first.confidence > 0.6
    anchors = np.array([(0.35, 0.5), (0.62, 0.5)])
    lanes = PolygonSet([first.zone.polygon, second.zone.polygon]).contain(anchors)
    assert lanes.tolist() == [[True, False], [False, True]]


def test_suggestions_can_be_saved_as_zones() -> None:
    events = archived(stream(DOWN, 30, first_id=0), 60.0)
    zones = tuple(lane.zone for lane in found_in(events))
    assert [zone.name for zone in ZoneSet(zones=zones).zones] == ["Lane 1"]
    assert found_in(events)[0].zone == zones[0], "the same tracks suggest the same zone"


def test_few_vehicles_suggest_nothing() -> None:
    assert found_in(archived(stream(DOWN, MIN_TRACKS - 1, first_id=0), 60.0)) == []


def test_persons_and_what_stands_suggest_nothing() -> None:
    walkers = stream(DOWN, 30, first_id=0, class_id=0)
    parked = [
        Vehicle(path=drive(40 + 18 * n, 300, velocity=(0, 0)), track_id=100 + n) for n in range(30)
    ]
    assert found_in(archived(walkers + parked, 60.0)) == []


def test_where_ways_cross_no_lane_is_suggested() -> None:
    across = drive(40, 200, velocity=(90, 0), end_s=6.0)
    along = drive(320, 60, velocity=(0, 60), end_s=4.5)
    vehicles = stream(across, 30, first_id=0) + stream(along, 30, first_id=100)
    crossing = np.array([(320 / 640, 200 / 360)])
    lanes = found_in(archived(vehicles, 60.0))
    assert len(lanes) >= 2
    assert not PolygonSet([lane.zone.polygon for lane in lanes]).contain(crossing).any()


def looped(clip: str, loops: int) -> Iterator[DetectionEvent]:
    """A clip again and again, with the shipped model's boxes through the real tracker."""
    seen = load_recording(FIXTURES / f"{clip}.npz")
    for loop in range(loops):
        tracker = Tracker()
        for index, (time_s, detections) in enumerate(
            zip(seen.times_s, seen.detections, strict=True)
        ):
            tracked = tracker.update(detections, time_s)
            rows = zip(
                tracked.class_ids.tolist(),
                tracked.normalised_xywh(seen.width, seen.height).tolist(),
                tracked.track_ids.tolist(),
                strict=True,
            )
            yield make_detection_event(
                index,
                stream_epoch=f"loop {loop}",
                pts_90k=round((loop * seen.length_s + time_s) * TICKS_PER_SECOND),
                frame=FrameSize(width=seen.width, height=seen.height),
                detections=[
                    DetectedObject(
                        class_=CLASS_NAMES[class_id],
                        confidence=0.9,
                        bbox=bbox,
                        track_id=None if track_id == NO_TRACK else track_id,
                    )
                    for class_id, bbox, track_id in rows
                ],
            )


def degrees_between(first: tuple[float, float], second: tuple[float, float]) -> float:
    a, b = np.array(first), np.array(second)
    return float(np.degrees(np.arccos(a @ b / np.hypot(*a) / np.hypot(*b))))


@pytest.mark.parametrize("loops", [1, 3])
def test_both_carriageways_of_the_toll_road_are_found(loops: int) -> None:
    """Q11: direction within 15 degrees of the zones that a person drew."""
    drawn = ZoneSet.model_validate_json(asset("data/demo/zones/toll_morning.json").read_bytes())
    lanes = found_in(list(looped("toll_morning", loops)))
    roads = [zone for zone in drawn.zones if zone.direction is not None]
    assert len(lanes) == len(roads) == 2
    for zone in roads:
        (like,) = [lane for lane in lanes if is_along(zone, lane)]
        middle = np.array(like.zone.polygon).mean(axis=0, keepdims=True)
        assert PolygonSet([zone.polygon]).contain(middle).all()


def is_along(zone: Zone, lane: LaneSuggestion) -> bool:
    assert zone.direction is not None
    assert lane.zone.direction is not None
    return degrees_between(zone.direction, lane.zone.direction) <= 15.0


@given(cells=arrays(np.bool_, (6, 7)).filter(lambda cells: bool(cells.any())))
def test_an_outline_is_a_polygon_around_its_cells(cells: Flags) -> None:
    corners = trace(cells) / (7, 6)
    zone = Zone(
        name="outline",
        type=ZoneType.LANE,
        polygon=tuple((x, y) for x, y in corners.tolist()),
    )
    rows, columns = np.nonzero(cells)
    middles = np.column_stack([(columns + 0.5) / 7, (rows + 0.5) / 6])
    inside = PolygonSet([zone.polygon]).contain(middles)
    assert inside.any()


@given(tolerance=st.floats(0.0, 3.0))
def test_a_simpler_outline_deviates_no_more_than_it_may(tolerance: float) -> None:
    angles = np.linspace(0.0, 2.0 * np.pi, 60, endpoint=False)
    circle = 10.0 * np.column_stack([np.cos(angles), np.sin(angles)])
    simple = simplify(circle, tolerance)
    assert len(simple) <= len(circle)
    starts, ends = simple, np.roll(simple, -1, axis=0)
    along = ends - starts
    offset = circle[:, None] - starts
    share = np.clip((offset * along).sum(2) / (along**2).sum(1), 0.0, 1.0)
    apart = np.linalg.norm(offset - share[..., None] * along, axis=2).min(axis=1)
    assert apart.max() <= tolerance + 1e-9
