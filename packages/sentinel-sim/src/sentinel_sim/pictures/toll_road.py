"""The toll road of the CC BY 4.0 pictures: the ground under its background, and what happens on it.

The camera was fitted to the day's background: to the four lines between lanes and the two yellow
ones, to lanes of 3.6 m, and to 30 beginnings and ends of dashes, one every 12 m (least squares,
1.5 pixels rms). One drives on the left; vehicles on the left go away. The x axis is the middle of
the road, away from the camera.
"""

from typing import Final

import numpy as np

from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import RuleValues
from sentinel_sim.city.camera import PinholeCamera
from sentinel_sim.city.drawing import Sketch
from sentinel_sim.city.plan import CameraFault, Closure, Flow, Plan, Stay, Stunt, Walk
from sentinel_sim.city.roads import Lane, Layout
from sentinel_sim.city.scenario import PlanMaker, Scenario, Story

CAMERA: Final = PinholeCamera(
    position_m=(0.0, 0.0, 6.68),
    yaw_rad=-0.0467,
    pitch_rad=0.1111,
    focal_px=705.5,
    width=640,
    height=360,
)

BEGIN_M, END_M = -20.0, 420.0
NEAR_M, FAR_M = 17.0, 95.0
"""Between these the camera sees the road well enough for zones."""

_LIMIT_M_S: Final = 60.0 / 3.6
_MIDDLES: Final = {"inner": 3.6, "middle": 7.2, "outer": 10.75}
_INNER_EDGE_M, _OUTER_EDGE_M = 1.8, 12.55
_LIGHT_MIX: Final = {"car": 0.46, "suv": 0.42, "van": 0.12}
_HEAVY_MIX: Final = {"car": 0.36, "suv": 0.34, "truck": 0.3}
"""Trucks keep to the outer lane; so did those that were filmed."""

_CLEARING_S: Final = 14.0

OUTBOUND: Final = "Left carriageway, outbound"
INBOUND: Final = "Right carriageway, inbound"
LANES: Final = tuple(f"{way}_{place}" for way in ("out", "in") for place in _MIDDLES)


def _lay_out() -> Layout:
    middle = (_INNER_EDGE_M + _OUTER_EDGE_M) / 2.0
    width = _OUTER_EDGE_M - _INNER_EDGE_M
    places = list(_MIDDLES)
    lanes = [
        Lane(
            name=f"{way}_{place}",
            points=_line(way, _MIDDLES[place]),
            width_m=3.6,
            limit_m_s=_LIMIT_M_S * (1.15 - 0.12 * index),
            beside=tuple(
                f"{way}_{other}" for rank, other in enumerate(places) if abs(rank - index) == 1
            ),
        )
        for way in ("out", "in")
        for index, place in enumerate(places)
    ]
    # Nobody drives on these two: they are what a user draws a zone around.
    lanes += [
        Lane(name=name, points=_line(way, middle), width_m=width)
        for name, way in ((OUTBOUND, "out"), (INBOUND, "in"))
    ]
    return Layout(lanes=tuple(lanes), routes={name: (name,) for name in LANES})


def _line(way: str, lateral_m: float) -> tuple[tuple[float, float], tuple[float, float]]:
    near = (BEGIN_M, lateral_m if way == "out" else -lateral_m)
    far = (END_M, near[1])
    return (near, far) if way == "out" else (far, near)


LAYOUT: Final = _lay_out()


def way_of(lane: str, x_m: float) -> float:
    """Way along a lane to a place of the road."""
    return x_m - BEGIN_M if lane.startswith(("out", "Left")) else END_M - x_m


def flows(per_hour: float, lanes: tuple[str, ...] = LANES) -> tuple[Flow, ...]:
    """Even traffic on some lanes."""
    return tuple(
        Flow(
            route=lane,
            per_hour=per_hour,
            mix=_HEAVY_MIX if lane.endswith("outer") else _LIGHT_MIX,
        )
        for lane in lanes
    )


def view(
    story: Story,
    *,
    camera: PinholeCamera = CAMERA,
    rules: RuleValues | None = None,
    lane_rules: RuleValues | None = None,
) -> Scenario:
    """A story on the toll road.

    Args:
        story: What happens.
        camera: In another size, of the same view.
        rules: Of the whole picture.
        lane_rules: Of both carriageways.
    """
    sketch = Sketch(name="toll_road", layout=LAYOUT, camera=camera)
    for name in (OUTBOUND, INBOUND):
        near, far = sorted((way_of(name, NEAR_M), way_of(name, FAR_M)))
        sketch.add_lane(name, near, far, lane_rules)
    return Scenario(
        story=story,
        camera=camera,
        zones=sketch.finish(rules=rules),
        grounds=sketch.grounds,
        lane_of_zone=sketch.lane_of_zone,
    )


def plan_traffic(dice: np.random.Generator) -> Plan:
    """Nothing but traffic."""
    return Plan(layout=LAYOUT, flows=flows(float(dice.uniform(260.0, 380.0))))


def plan_wrong_way(dice: np.random.Generator) -> Plan:
    """A car comes towards the camera on the carriageway that leads away; another breaks down.

    The lane of the first is clear: nobody is to be killed.
    """
    begin_s, speed = float(dice.uniform(7.0, 9.0)), float(dice.uniform(9.5, 11.5))
    ghost_m = 130.0
    ghost = Stunt(
        kind="suv",
        points=((ghost_m, _MIDDLES["middle"]), (-20.0, _MIDDLES["middle"])),
        begin_s=begin_s,
        speed_m_s=speed,
        pieces=(((ghost_m + 20.0) / speed, 0.0),),
    )
    return Plan(
        layout=LAYOUT,
        flows=flows(300.0),
        stunts=(ghost, _breakdown(dice, begin_s + 6.0)),
        closures=(
            Closure(
                lanes=("out_middle",),
                begin_s=begin_s - _CLEARING_S - 8.0,
                end_s=begin_s + (ghost_m + 20.0) / speed - 6.0,
            ),
            Closure(lanes=("in_outer",), begin_s=-60.0, end_s=600.0),
        ),
    )


def _breakdown(dice: np.random.Generator, begin_s: float) -> Stunt:
    """A car rolls to a stop on the outer lane and stays for half a minute."""
    speed, rate = 13.0, 2.2
    stop_m = float(dice.uniform(27.0, 31.0))
    way_m, far_m = speed**2 / (2.0 * rate), 150.0
    y = -_MIDDLES["outer"]
    return Stunt(
        kind="car",
        points=((far_m, y), (-30.0, y)),
        begin_s=begin_s,
        speed_m_s=speed,
        pieces=(
            ((far_m - stop_m - way_m) / speed, 0.0),
            (speed / rate, -rate),
            (24.0, 0.0),
            (6.0, 1.8),
            (4.0, 0.0),
        ),
    )


def plan_stopped(dice: np.random.Generator) -> Plan:
    """A car breaks down on the outer lane."""
    return Plan(
        layout=LAYOUT,
        flows=flows(300.0, tuple(lane for lane in LANES if lane != "in_outer")),
        stunts=(_breakdown(dice, float(dice.uniform(4.0, 8.0))),),
    )


def plan_pedestrian(dice: np.random.Generator) -> Plan:
    """Somebody walks along the carriageway, stops, and crosses it."""
    x = float(dice.uniform(24.0, 27.0))
    lane_m = -_MIDDLES["outer"]
    walk = Walk(
        points=((x + 3.0, -14.0), (x, lane_m), (x - 3.0, lane_m + 0.6), (x + 2.0, -14.5)),
        begin_s=float(dice.uniform(5.0, 8.0)),
        speed_m_s=1.3,
        stays=(Stay(at=1, seconds=4.0), Stay(at=2, seconds=5.0)),
    )
    return Plan(
        layout=LAYOUT,
        flows=flows(280.0, tuple(lane for lane in LANES if lane != "in_outer")),
        walks=(walk,),
    )


def plan_tamper(kind: str, seconds: float) -> PlanMaker:
    """The camera is tampered with while traffic goes on."""

    def make(dice: np.random.Generator) -> Plan:
        begin_s = float(dice.uniform(16.0, 20.0))
        fault = CameraFault(kind=kind, begin_s=begin_s, end_s=begin_s + seconds)
        return Plan(layout=LAYOUT, flows=flows(320.0), camera_faults=(fault,))

    return make


STORIES: Final = (
    Story(
        name="toll_traffic",
        summary="Traffic on a toll road, nothing else.",
        duration_s=60.0,
        make_plan=plan_traffic,
    ),
    Story(
        name="toll_wrong_way",
        summary="A car comes along the wrong carriageway; later one breaks down on the other.",
        duration_s=60.0,
        make_plan=plan_wrong_way,
        staged=frozenset({IncidentType.WRONG_WAY, IncidentType.STOPPED_VEHICLE}),
    ),
    Story(
        name="toll_stopped",
        summary="A car breaks down on the outer lane of a toll road.",
        duration_s=50.0,
        make_plan=plan_stopped,
        staged=frozenset({IncidentType.STOPPED_VEHICLE}),
    ),
    Story(
        name="toll_pedestrian",
        summary="Somebody walks on a toll road.",
        duration_s=45.0,
        make_plan=plan_pedestrian,
        staged=frozenset({IncidentType.PEDESTRIAN_ON_ROAD}),
    ),
    *(
        Story(
            name=f"toll_{kind}",
            summary=f"{what} a toll road.",
            duration_s=20.0 + seconds + 20.0,
            make_plan=plan_tamper(kind, seconds),
            staged=frozenset({IncidentType.CAMERA_TAMPER}),
        )
        for kind, what, seconds in (
            ("covered", "Somebody covers the camera of", 25.0),
            ("blinded", "A lamp shines into the camera of", 20.0),
            ("blurred", "Somebody sprays on the camera of", 20.0),
            ("moved", "Somebody turns the camera of", 20.0),
            ("frozen", "The same picture comes again and again from", 45.0),
        )
    ),
)
