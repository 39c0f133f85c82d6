"""An avenue: two lanes each way, pavements, nothing that should stop anybody.

It runs along the x axis and one drives on the right. The camera hangs over its middle and looks
east; another stands beside it, where the boxes of tall vehicles reach into the next lane.
"""

from collections.abc import Mapping
from dataclasses import replace
from math import radians
from typing import Final

from sentinel_core.domain.zones import RuleValues, ZoneType
from sentinel_sim.city.camera import PinholeCamera
from sentinel_sim.city.drawing import Sketch, calibrate
from sentinel_sim.city.plan import Flow, Plan
from sentinel_sim.city.roads import Area, Lane, Layout
from sentinel_sim.city.scenario import Scenario, Story

WEST_END_M, EAST_END_M = -120.0, 260.0
NEAR_M, FAR_M = 19.0, 100.0
"""Between these the camera sees the road well enough for zones."""

CAMERA: Final = PinholeCamera(
    position_m=(0.0, 0.0, 9.5), yaw_rad=0.0, pitch_rad=radians(15.0), focal_px=1150.0
)
SIDE_CAMERA: Final = PinholeCamera(
    position_m=(0.0, -13.0, 9.0), yaw_rad=radians(9.0), pitch_rad=radians(15.0), focal_px=1150.0
)
OTHER_CAMERA: Final = PinholeCamera(
    position_m=(108.0, 0.0, 9.0),
    yaw_rad=radians(180.0),
    pitch_rad=radians(15.0),
    focal_px=1150.0,
)
"""From the other end, of the same stretch of road."""

MIDDLES: Final = {"east_inner": -1.75, "east_outer": -5.25, "west_inner": 1.75, "west_outer": 5.25}
LANES: Final = tuple(MIDDLES)
_BESIDE: Final = {
    "east_inner": "east_outer",
    "east_outer": "east_inner",
    "west_inner": "west_outer",
    "west_outer": "west_inner",
}


def way_of(lane: str, x_m: float) -> float:
    """Way along a lane to a place of the road."""
    return x_m - WEST_END_M if lane.startswith("east") else EAST_END_M - x_m


def beside(lane: str) -> str:
    """The other lane of the same direction."""
    return _BESIDE[lane]


def _lay_out() -> Layout:
    lanes = tuple(
        Lane(
            name=name,
            points=(
                ((WEST_END_M, y), (EAST_END_M, y))
                if name.startswith("east")
                else ((EAST_END_M, y), (WEST_END_M, y))
            ),
            beside=(_BESIDE[name],),
        )
        for name, y in MIDDLES.items()
    )
    pavements = tuple(
        Area(
            name=name,
            type=ZoneType.PAVEMENT,
            polygon=((NEAR_M, low), (FAR_M, low), (FAR_M, high), (NEAR_M, high)),
        )
        for name, low, high in (("pavement_south", -11.5, -7.6), ("pavement_north", 7.6, 11.5))
    )
    return Layout(lanes=lanes, routes={name: (name,) for name in MIDDLES}, areas=pavements)


LAYOUT: Final = _lay_out()


def traffic(per_hour: float, *, lanes: tuple[str, ...] = LANES) -> Plan:
    """Even traffic on some lanes."""
    return Plan(layout=LAYOUT, flows=tuple(Flow(route=lane, per_hour=per_hour) for lane in lanes))


def view(
    story: Story,
    *,
    rules: Mapping[str, RuleValues] | None = None,
    is_calibrated: bool = True,
    camera: PinholeCamera = CAMERA,
    place: str | None = None,
) -> Scenario:
    """A scenario on the avenue.

    Args:
        story: What happens.
        rules: Parameters by lane or pavement.
        is_calibrated: Whether the zones come with a calibration.
        camera: Where it is seen from.
        place: Shared with other views.
    """
    sketch = Sketch(name=story.name, layout=LAYOUT, camera=camera, place=place)
    chosen = rules or {}
    for lane in MIDDLES:
        ways = sorted((way_of(lane, NEAR_M), way_of(lane, FAR_M)))
        sketch.add_lane(lane, ways[0], ways[1], chosen.get(lane))
    for area in LAYOUT.areas:
        sketch.add_area(area.name, chosen.get(area.name))
    return Scenario(
        story=story,
        camera=camera,
        zones=sketch.finish(calibration=calibrate(camera, LAYOUT) if is_calibrated else ()),
        grounds=sketch.grounds,
        lane_of_zone=sketch.lane_of_zone,
    )


def retold(story: Story, suffix: str, what: str) -> Story:
    """The same world at the same seed under another name."""
    return replace(
        story,
        name=f"{story.name}_{suffix}",
        summary=f"{story.summary[:-1]}; {what}.",
        world=story.world or story.name,
    )
