"""The pinhole camera, what hides what, and the zones in its picture."""

from math import radians

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentinel_core.domain.zones import ZoneType
from sentinel_sim.city.camera import PinholeCamera
from sentinel_sim.city.kinds import KIND_INDEX
from sentinel_sim.city.library import SCENARIOS
from sentinel_sim.city.occlusion import visible_shares
from sentinel_sim.city.scenario import film
from sentinel_sim.city.scenes import street
from sentinel_sim.city.world import Moment, World
from sentinel_vision.rules.catalogue import validate_zone_rules
from sentinel_vision.rules.ground import GroundPlane

CAMERA = PinholeCamera(
    position_m=(3.0, -4.0, 8.0), yaw_rad=radians(20.0), pitch_rad=radians(15.0), focal_px=1000.0
)
MORE = settings(max_examples=30, deadline=None)


@MORE
@given(ahead=st.floats(15.0, 120.0), aside=st.floats(-8.0, 8.0))
def test_a_point_of_the_ground_comes_back_from_the_picture(ahead: float, aside: float) -> None:
    yaw = CAMERA.yaw_rad
    point = np.array(
        [
            3.0 + ahead * np.cos(yaw) - aside * np.sin(yaw),
            -4.0 + ahead * np.sin(yaw) + aside * np.cos(yaw),
        ]
    )
    pixels, depth = CAMERA.project_ground(point[None])
    assert depth[0] > 0.0
    assert CAMERA.ground_at(pixels)[0] == pytest.approx(point, abs=1e-6)


def test_left_is_left_and_near_is_low() -> None:
    pixels, depths = CAMERA.project_ground(_ahead([(20.0, 0.0), (20.0, 3.0), (60.0, 0.0)]))
    assert pixels[0, 0] == pytest.approx(CAMERA.width / 2.0)
    assert pixels[1, 0] < pixels[0, 0]
    assert pixels[2, 1] < pixels[0, 1]
    assert depths[2] > depths[0]


def test_the_size_of_a_box_is_that_of_the_actor() -> None:
    frame = film(CAMERA, _moment([(40.0, 0.0)], ["person"]))
    (actor,) = frame.actors
    height = actor.box_px[3] - actor.box_px[1]
    assert height == pytest.approx(CAMERA.focal_px * 1.75 / actor.distance_m, rel=0.15)
    assert actor.visibility == 1.0
    assert actor.kind == "person"


def test_what_is_behind_a_bus_is_hidden_and_comes_out_again() -> None:
    hidden = film(CAMERA, _moment([(40.0, 0.0), (30.0, 0.0)], ["car", "bus"]))
    assert hidden.actors[0].visibility < 0.2
    assert hidden.actors[1].visibility == 1.0
    beside = film(CAMERA, _moment([(40.0, 12.0), (30.0, 0.0)], ["car", "bus"]))
    assert beside.actors[0].visibility == 1.0


def test_a_rider_and_its_bicycle_do_not_hide_each_other() -> None:
    riders = [
        actor
        for moment in World(street.traffic(0.1, bicycles_per_hour=900.0), 2).run(20.0)
        for actor in film(street.CAMERA, moment).actors
        if actor.kind == "cyclist" and actor.distance_m < 30.0
    ]
    assert riders
    assert max(rider.visibility for rider in riders) > 0.9


@MORE
@given(
    cut=st.integers(0, 7),
    boxes=st.tuples(st.floats(0.0, 100.0), st.floats(0.0, 100.0)),
)
def test_a_box_covered_from_one_side_loses_that_share(cut: int, boxes: tuple[float, float]) -> None:
    x, y = boxes
    back = (x, y, x + 80.0, y + 40.0)
    front = (x - 5.0, y - 5.0, x + 10.0 * cut, y + 45.0)
    flags = ~np.eye(2, dtype=np.bool_)
    shares = visible_shares(np.array([back, front]), np.array([30.0, 20.0]), flags)
    assert shares.tolist() == [1.0 - cut / 8.0, 1.0]


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_zones_of_a_scenario_can_be_stored_and_its_calibration_is_true(name: str) -> None:
    scenario = SCENARIOS[name]
    validate_zone_rules(scenario.zones)
    lanes = [zone for zone in scenario.zones.zones if zone.type is ZoneType.LANE]
    assert lanes
    assert all(zone.direction is not None for zone in lanes)
    if scenario.zones.calibration:
        ground = GroundPlane(scenario.zones.calibration)
        for zone_id, polygon in scenario.grounds.items():
            zone = next(zone for zone in scenario.zones.zones if zone.id == zone_id)
            metres = ground.to_metres(np.array(zone.polygon))
            assert metres == pytest.approx(np.array(polygon), abs=0.05)


def _ahead(points: list[tuple[float, float]]) -> np.ndarray:
    yaw = CAMERA.yaw_rad
    return np.array(
        [
            (
                3.0 + ahead * np.cos(yaw) - left * np.sin(yaw),
                -4.0 + ahead * np.sin(yaw) + left * np.cos(yaw),
            )
            for ahead, left in points
        ]
    )


def _moment(points: list[tuple[float, float]], kinds: list[str]) -> Moment:
    count = len(points)
    return Moment(
        t_s=0.0,
        ids=np.arange(1, count + 1),
        kinds=np.array([KIND_INDEX[kind] for kind in kinds]),
        places=_ahead(points),
        headings=np.full(count, CAMERA.yaw_rad + np.pi / 2.0),
        speeds=np.zeros(count),
        lanes=np.full(count, -1),
        is_broken_down=np.zeros(count, dtype=np.bool_),
    )
