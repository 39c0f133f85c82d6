"""A street of 30 km/h with a crossing that has lights, cycle lanes, and a wide pavement.

It runs along the x axis and one drives on the right. The camera hangs from an arm over the southern
cycle lane and looks east.
"""

from collections.abc import Mapping
from math import radians
from typing import Final

import numpy as np

from sentinel_core.domain.zones import RuleValues, ZoneType
from sentinel_sim.city.camera import PinholeCamera
from sentinel_sim.city.drawing import Sketch, calibrate
from sentinel_sim.city.plan import CameraFault, Flow, Plan, Stay, Walk
from sentinel_sim.city.roads import Area, Lane, Layout
from sentinel_sim.city.scenario import Scenario, Story
from sentinel_sim.city.signals import SignalPlan

WEST_END_M, EAST_END_M = -90.0, 160.0
NEAR_M, FAR_M = 16.0, 60.0
CROSSING_M: Final = (34.0, 38.0)
STOP_GAP_M: Final = 2.0
LIMIT_M_S: Final = 30.0 / 3.6
CYCLE_S: Final = 50.0
SOUTH_M: Final = (-13.0, -5.4)
"""The wide pavement."""
NORTH_M: Final = (5.4, 8.6)

CAMERA: Final = PinholeCamera(
    position_m=(0.0, -4.5, 8.0), yaw_rad=radians(-2.0), pitch_rad=radians(17.0), focal_px=1000.0
)

MIX: Final = {"car": 0.55, "suv": 0.2, "van": 0.12, "truck": 0.04, "motorcycle": 0.09}

_CARS: Final = {"east": -1.75, "west": 1.75}
_BICYCLES: Final = {"cycle_east": -4.2, "cycle_west": 4.2}


def way_of(lane: str, x_m: float) -> float:
    """Way along a lane to a place of the street."""
    return x_m - WEST_END_M if lane.endswith("east") else EAST_END_M - x_m


def _lane(name: str, y: float, *, is_for_cars: bool) -> Lane:
    ends = ((WEST_END_M, y), (EAST_END_M, y))
    stop_x = CROSSING_M[0] - STOP_GAP_M if name.endswith("east") else CROSSING_M[1] + STOP_GAP_M
    return Lane(
        name=name,
        points=ends if name.endswith("east") else ends[::-1],
        width_m=3.5 if is_for_cars else 1.4,
        limit_m_s=LIMIT_M_S if is_for_cars else 5.0,
        stop_m=way_of(name, stop_x),
        group="cars",
    )


def _lay_out() -> Layout:
    lanes = [_lane(name, y, is_for_cars=True) for name, y in _CARS.items()]
    lanes += [_lane(name, y, is_for_cars=False) for name, y in _BICYCLES.items()]
    areas = (
        _strip("crossing", ZoneType.CROSSING, CROSSING_M, (-4.9, 4.9)),
        _strip("pavement_south", ZoneType.PAVEMENT, (8.0, FAR_M), SOUTH_M),
        _strip("pavement_north", ZoneType.PAVEMENT, (NEAR_M, FAR_M), NORTH_M),
    )
    signals = SignalPlan(cycle_s=CYCLE_S, greens={"cars": (0.0, 24.0), "walk": (29.0, 48.0)})
    return Layout(
        lanes=tuple(lanes),
        routes={lane.name: (lane.name,) for lane in lanes},
        areas=areas,
        signals=signals,
    )


def _strip(
    name: str, kind: ZoneType, across: tuple[float, float], along: tuple[float, float]
) -> Area:
    (x1, x2), (y1, y2) = across, along
    return Area(name=name, type=kind, polygon=((x1, y1), (x2, y1), (x2, y2), (x1, y2)))


LAYOUT: Final = _lay_out()


def traffic(per_hour: float, bicycles_per_hour: float = 60.0) -> Plan:
    """Vehicles on both lanes, riders on both cycle lanes."""
    return Plan(
        layout=LAYOUT,
        flows=(
            *(Flow(route=lane, per_hour=per_hour, mix=MIX) for lane in _CARS),
            *(
                Flow(route=lane, per_hour=bicycles_per_hour, mix={"bicycle": 1.0})
                for lane in _BICYCLES
            ),
        ),
    )


def walkers(dice: np.random.Generator, per_hour: float, duration_s: float) -> Plan:
    """People along both pavements; a third of them crosses at the lights."""
    walks, at_s = [], -50.0
    while at_s < duration_s:
        at_s += float(dice.exponential(3600.0 / per_hour))
        walks.append(_stroller(dice, at_s))
    return Plan(layout=LAYOUT, walks=tuple(walks))


def fault(kind: str, begin_s: float, end_s: float) -> Plan:
    """Something is wrong with the camera."""
    return Plan(
        layout=LAYOUT, camera_faults=(CameraFault(kind=kind, begin_s=begin_s, end_s=end_s),)
    )


def _stroller(dice: np.random.Generator, at_s: float) -> Walk:
    is_south = bool(dice.random() < 0.6)
    here, other = (SOUTH_M, NORTH_M) if is_south else (NORTH_M, SOUTH_M)
    y = float(dice.uniform(here[0] + 0.6, here[1] - 0.6))
    ends = (-8.0, FAR_M + 20.0)
    begin_x, end_x = ends if dice.random() < 0.5 else ends[::-1]
    speed = float(np.clip(dice.normal(1.35, 0.18), 0.9, 1.9))
    if dice.random() > 1.0 / 3.0:
        return Walk(points=((begin_x, y), (end_x, y)), begin_s=at_s, speed_m_s=speed)
    x = float(dice.uniform(CROSSING_M[0] + 0.7, CROSSING_M[1] - 0.7))
    curb = -6.0 if is_south else 6.0
    there = float(dice.uniform(other[0] + 0.6, other[1] - 0.6))
    return Walk(
        points=((begin_x, y), (x, y), (x, curb), (x, -curb), (x, there), (end_x, there)),
        begin_s=at_s,
        speed_m_s=speed,
        stays=(Stay(at=2, group="walk"),),
    )


def view(
    story: Story,
    *,
    rules: Mapping[str, RuleValues] | None = None,
    is_calibrated: bool = True,
) -> Scenario:
    """A scenario in the street; arguments as for the avenue."""
    sketch = Sketch(name=story.name, layout=LAYOUT, camera=CAMERA)
    chosen = rules or {}
    for lane in _CARS:
        own: RuleValues = {
            "queue": {"signal_cycle_s": CYCLE_S},
            "congestion": {"free_flow_m_s": LIMIT_M_S, "free_flow_bl_s": 0.8},
            **chosen.get(lane, {}),
        }
        if is_calibrated:
            own.setdefault("speeding", {"limit_km_h": 30.0})
        stop = LAYOUT.lane(lane).stop_m or 0.0
        ways = sorted((way_of(lane, NEAR_M), way_of(lane, FAR_M)))
        # Two pieces: up to the stop line and beyond it.
        sketch.add_lane(lane, ways[0], stop, own, name=f"{lane}_before")
        beyond = {rule: values for rule, values in own.items() if rule != "queue"}
        sketch.add_lane(lane, stop, ways[1], beyond, name=f"{lane}_after")
    for area in LAYOUT.areas:
        sketch.add_area(area.name, chosen.get(area.name))
    return Scenario(
        story=story,
        camera=CAMERA,
        zones=sketch.finish(calibration=calibrate(CAMERA, LAYOUT) if is_calibrated else ()),
        grounds=sketch.grounds,
        lane_of_zone=sketch.lane_of_zone,
    )
