"""An avenue: two lanes each way, pavements, nothing that should stop anybody.

It runs along the x axis and one drives on the right. The camera stands south of it on a mast and
looks east.
"""

from collections.abc import Mapping
from math import radians
from typing import Final

import numpy as np

from sentinel_core.domain.zones import RuleValues, ZoneType
from sentinel_sim.city.camera import PinholeCamera
from sentinel_sim.city.drawing import Sketch, calibrate
from sentinel_sim.city.plan import Breakdown, Closure, Flow, Plan, Stunt
from sentinel_sim.city.roads import LANE_WIDTH_M, Area, Lane, Layout
from sentinel_sim.city.scenario import Scenario, Story

WEST_END_M, EAST_END_M = -120.0, 260.0
NEAR_M, FAR_M = 22.0, 85.0
"""Between these the camera sees the road well enough for zones."""

CAMERA: Final = PinholeCamera(
    position_m=(0.0, -13.0, 9.0), yaw_rad=radians(9.0), pitch_rad=radians(15.0), focal_px=1150.0
)

_MIDDLES: Final = {"east_inner": -1.75, "east_outer": -5.25, "west_inner": 1.75, "west_outer": 5.25}
_BESIDE: Final = {
    "east_inner": "east_outer",
    "east_outer": "east_inner",
    "west_inner": "west_outer",
    "west_outer": "west_inner",
}
_CLEARING_S = 45.0


def way_of(lane: str, x_m: float) -> float:
    """Way along a lane to a place of the road."""
    return x_m - WEST_END_M if lane.startswith("east") else EAST_END_M - x_m


def lay_out() -> Layout:
    """The ground."""
    lanes = tuple(
        Lane(
            name=name,
            points=(
                ((WEST_END_M, y), (EAST_END_M, y))
                if name.startswith("east")
                else ((EAST_END_M, y), (WEST_END_M, y))
            ),
            width_m=LANE_WIDTH_M,
            beside=(_BESIDE[name],),
        )
        for name, y in _MIDDLES.items()
    )
    pavements = tuple(
        Area(
            name=name,
            type=ZoneType.PAVEMENT,
            polygon=((WEST_END_M, low), (EAST_END_M, low), (EAST_END_M, high), (WEST_END_M, high)),
        )
        for name, low, high in (("pavement_south", -11.5, -8.0), ("pavement_north", 8.0, 11.5))
    )
    return Layout(lanes=lanes, routes={name: (name,) for name in _MIDDLES}, areas=pavements)


LAYOUT: Final = lay_out()


def flows(per_hour: float, *, lanes: tuple[str, ...] = tuple(_MIDDLES)) -> tuple[Flow, ...]:
    """Even traffic on some lanes."""
    return tuple(Flow(route=lane, per_hour=per_hour) for lane in lanes)


def view(
    story: Story, *, rules: Mapping[str, RuleValues] | None = None, is_calibrated: bool = True
) -> Scenario:
    """A scenario on the avenue; rules: by lane."""
    sketch = Sketch(name="avenue", layout=LAYOUT, camera=CAMERA)
    for lane in _MIDDLES:
        ways = sorted((way_of(lane, NEAR_M), way_of(lane, FAR_M)))
        sketch.add_lane(lane, ways[0], ways[1], (rules or {}).get(lane))
    calibration = calibrate(CAMERA, LAYOUT) if is_calibrated else ()
    return Scenario(
        story=story,
        camera=CAMERA,
        zones=sketch.finish(calibration=calibration),
        grounds=sketch.grounds,
        lane_of_zone=sketch.lane_of_zone,
    )


def plan_breakdown(dice: np.random.Generator) -> Plan:
    """A vehicle stands in a lane for a minute or so; the others drive around it."""
    lane = str(dice.choice(list(_MIDDLES)))
    breakdown = Breakdown(
        lane=lane,
        at_m=way_of(lane, float(dice.uniform(NEAR_M + 8.0, FAR_M - 15.0))),
        after_s=float(dice.uniform(15.0, 35.0)),
        duration_s=float(dice.uniform(25.0, 70.0)),
    )
    return Plan(layout=LAYOUT, flows=flows(320.0), breakdowns=(breakdown,))


def plan_wrong_way(dice: np.random.Generator) -> Plan:
    """A car comes along a lane from the wrong end."""
    lane = str(dice.choice(list(_MIDDLES)))
    begin_s, speed = float(dice.uniform(20.0, 40.0)), float(dice.uniform(6.0, 14.0))
    y = _MIDDLES[lane] + float(dice.uniform(-0.4, 0.4))
    ends = ((150.0, y), (-30.0, y)) if lane.startswith("east") else ((-30.0, y), (150.0, y))
    stunt = Stunt(
        kind=str(dice.choice(["car", "suv", "van", "motorcycle"])),
        points=ends,
        begin_s=begin_s,
        speed_m_s=speed,
        pieces=((180.0 / speed, 0.0),),
    )
    closure = Closure(lanes=(lane,), begin_s=begin_s - _CLEARING_S, end_s=begin_s + 180.0 / speed)
    return Plan(layout=LAYOUT, flows=flows(320.0), stunts=(stunt,), closures=(closure,))
