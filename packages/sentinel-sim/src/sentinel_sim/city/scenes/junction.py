"""A junction of four arms with lights; each arm has its own green, and people on foot have theirs.

The camera stands south-west of it and looks at the eastern arm across the junction.
"""

from collections.abc import Mapping
from math import atan2, pi, radians
from typing import Final

from sentinel_core.domain.zones import RuleValues, ZoneType
from sentinel_sim.city.camera import PinholeCamera
from sentinel_sim.city.drawing import Sketch, calibrate
from sentinel_sim.city.plan import Flow, Plan
from sentinel_sim.city.roads import Area, Gate, GroundPolygon, Lane, Layout, curve
from sentinel_sim.city.scenario import Scenario, Story
from sentinel_sim.city.signals import AMBER_S, SignalPlan

ARM_M: Final = 150.0
BOX_M: Final = 9.0
"""From the middle to where the arms begin."""
STOP_M: Final = 14.5
FAR_M: Final = 78.0
ROAD_HALF_M: Final = 7.0
CROSSING_M: Final = (9.6, 13.4)
GREEN_S: Final = 9.0
ALL_RED_S: Final = 2.0
WALK_S: Final = 18.0
TURN_M_S: Final = 6.5

ARMS: Final = {"east": 0.0, "north": pi / 2.0, "west": pi, "south": -pi / 2.0}
_OPPOSITE: Final = {"east": "west", "north": "south", "west": "east", "south": "north"}
_LEFT_OF: Final = {"east": "south", "south": "west", "west": "north", "north": "east"}
_RIGHT_OF: Final = {"east": "north", "north": "west", "west": "south", "south": "east"}

CYCLE_S: Final = len(ARMS) * (GREEN_S + AMBER_S + ALL_RED_S) + WALK_S

CAMERA: Final = PinholeCamera(
    position_m=(-26.0, -15.0, 11.0),
    yaw_rad=radians(19.0),
    pitch_rad=radians(15.0),
    focal_px=1150.0,
)
OTHER_CAMERA: Final = PinholeCamera(
    position_m=(26.0, -16.0, 10.0),
    yaw_rad=radians(140.0),
    pitch_rad=radians(18.0),
    focal_px=950.0,
)
"""From the south-eastern corner, at the same junction."""


def place(arm: str, out_m: float, left_m: float) -> tuple[float, float]:
    """A point at a way out along an arm and to the left of one who goes out."""
    east, north = _outward(arm)
    return (east * out_m - north * left_m, north * out_m + east * left_m)


def _outward(arm: str) -> tuple[float, float]:
    return {"east": (1.0, 0.0), "north": (0.0, 1.0), "west": (-1.0, 0.0), "south": (0.0, -1.0)}[arm]


def _lanes_of(arm: str) -> list[Lane]:
    lanes = []
    for side, shift in (("inner", 1.75), ("outer", 5.25)):
        lanes.append(
            Lane(
                name=f"{arm}_in_{side}",
                points=(place(arm, ARM_M, shift), place(arm, BOX_M, shift)),
                stop_m=ARM_M - STOP_M,
                group=arm,
            )
        )
        lanes.append(
            Lane(
                name=f"{arm}_out_{side}",
                points=(place(arm, BOX_M, -shift), place(arm, ARM_M, -shift)),
            )
        )
    return lanes


def _movements(arm: str) -> dict[str, tuple[str, str, float]]:
    """Names of movements: from which lane into which, and how fast."""
    return {
        "straight": (f"{arm}_in_outer", f"{_OPPOSITE[arm]}_out_outer", 13.9),
        "straight_inner": (f"{arm}_in_inner", f"{_OPPOSITE[arm]}_out_inner", 13.9),
        "left": (f"{arm}_in_inner", f"{_LEFT_OF[arm]}_out_inner", TURN_M_S),
        "right": (f"{arm}_in_outer", f"{_RIGHT_OF[arm]}_out_outer", 5.0),
        "back": (f"{arm}_in_inner", f"{arm}_out_outer", 4.0),
    }


def _connector(name: str, begin: Lane, end: Lane, limit_m_s: float) -> Lane:
    headings = [
        atan2(lane.points[1][1] - lane.points[0][1], lane.points[1][0] - lane.points[0][0])
        for lane in (begin, end)
    ]
    return Lane(
        name=name,
        points=curve(
            begin.points[1],
            headings[0],
            end.points[0],
            headings[1],
            reach=0.9 if name.endswith("_back") else 0.5,
        ),
        limit_m_s=limit_m_s,
        is_inside=True,
    )


def _signals() -> SignalPlan:
    greens, begin_s = {}, 0.0
    for arm in ARMS:
        greens[arm] = (begin_s, begin_s + GREEN_S)
        begin_s += GREEN_S + AMBER_S + ALL_RED_S
    greens["walk"] = (begin_s, begin_s + WALK_S)
    return SignalPlan(cycle_s=CYCLE_S, greens=greens)


def _area(arm: str, begin_m: float, end_m: float, low_m: float, high_m: float) -> GroundPolygon:
    return (
        place(arm, begin_m, low_m),
        place(arm, end_m, low_m),
        place(arm, end_m, high_m),
        place(arm, begin_m, high_m),
    )


def _lay_out() -> Layout:
    lanes = {lane.name: lane for arm in ARMS for lane in _lanes_of(arm)}
    routes = {}
    for arm in ARMS:
        for movement, (begin, end, limit) in _movements(arm).items():
            name = f"{arm}_{movement}"
            lanes[name] = _connector(name, lanes[begin], lanes[end], limit)
            routes[name] = (begin, name, end)
    areas = [Area(name="box", type=ZoneType.JUNCTION, polygon=_area("east", -9.0, 9.0, -9.0, 9.0))]
    for arm in ARMS:
        crossing = _area(arm, *CROSSING_M, -ROAD_HALF_M, ROAD_HALF_M)
        areas.append(Area(name=f"{arm}_crossing", type=ZoneType.CROSSING, polygon=crossing))
        for side, low, high in (("left", 7.6, 11.0), ("right", -11.0, -7.6)):
            pavement = _area(arm, 9.0, 60.0, low, high)
            areas.append(
                Area(name=f"{arm}_pavement_{side}", type=ZoneType.PAVEMENT, polygon=pavement)
            )
    gates = tuple(
        Gate(
            name=f"{arm}_gate",
            begin_m=place(arm, BOX_M, ROAD_HALF_M),
            end_m=place(arm, BOX_M, -ROAD_HALF_M),
        )
        for arm in ARMS
    )
    return Layout(
        lanes=tuple(lanes.values()),
        routes=routes,
        areas=tuple(areas),
        gates=gates,
        signals=_signals(),
    )


LAYOUT: Final = _lay_out()


def traffic(per_hour: float, *, arms: tuple[str, ...] = tuple(ARMS)) -> Plan:
    """Even traffic on the lanes of some arms, vehicles per hour and lane."""
    shares = {"straight": 0.7, "right": 0.3, "straight_inner": 0.6, "left": 0.4}
    return Plan(
        layout=LAYOUT,
        flows=tuple(
            Flow(route=f"{arm}_{movement}", per_hour=per_hour * share)
            for arm in arms
            for movement, share in shares.items()
        ),
    )


def view(
    story: Story,
    *,
    rules: Mapping[str, RuleValues] | None = None,
    is_calibrated: bool = True,
    camera: PinholeCamera = CAMERA,
    place_name: str | None = None,
) -> Scenario:
    """A scenario at the junction; arguments as for the avenue."""
    sketch = Sketch(name=story.name, layout=LAYOUT, camera=camera, place=place_name)
    chosen = rules or {}
    signal: RuleValues = {"queue": {"signal_cycle_s": CYCLE_S}}
    for side in ("inner", "outer"):
        name = f"east_in_{side}"
        sketch.add_lane(name, ARM_M - FAR_M, ARM_M - STOP_M, {**signal, **chosen.get(name, {})})
        name = f"east_out_{side}"
        sketch.add_lane(name, STOP_M - BOX_M, FAR_M - BOX_M, chosen.get(name))
    for area in ("box", "east_crossing", "east_pavement_left", "east_pavement_right"):
        sketch.add_area(area, chosen.get(area))
    for gate in LAYOUT.gates:
        sketch.add_gate(gate)
    return Scenario(
        story=story,
        camera=camera,
        zones=sketch.finish(calibration=calibrate(camera, LAYOUT) if is_calibrated else ()),
        grounds=sketch.grounds,
        lane_of_zone=sketch.lane_of_zone,
    )
