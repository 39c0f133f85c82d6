"""The campus of OpenCV's `vtest.avi`: people, and what they leave.

The camera was fitted to the feet and heads of 2,048 people of 1.75 m (3.8 pixels rms, stoops and
hats included); the x axis of the ground is the way it looks. Its lens is that of the recording
(PETS 2009, view 1) and had not to be guessed.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID, uuid5

import numpy as np

from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import RuleValues, Zone, ZoneSet, ZoneType
from sentinel_sim.city.camera import PinholeCamera
from sentinel_sim.city.plan import Plan, Prop, Stay, Walk
from sentinel_sim.city.roads import GroundPolygon, Lane, Layout
from sentinel_sim.city.scenario import Scenario, Story

CAMERA: Final = PinholeCamera(
    position_m=(0.0, 0.0, 6.4),
    yaw_rad=0.0,
    pitch_rad=0.279,
    focal_px=955.0,
    width=640,
    height=480,
)

PAVED: Final = ((0.0, 0.345), (0.42, 0.385), (0.78, 0.36), (0.99, 0.52), (0.99, 0.8), (0.4, 0.5))
"""The road across the campus, on which one may walk."""

_NAMESPACE: Final = UUID("5e4f0f1e-0c17-4c17-9c17-000000000002")
_PATH: Final = ((-0.06, 0.40), (0.22, 0.42), (0.52, 0.50), (0.80, 0.62), (1.05, 0.76))
"""Points of the road in the picture, feet of who walks along it."""
_IN_FRONT: Final = ((-0.06, 0.60), (0.50, 0.62), (1.05, 0.88))
"""Over the lawn, nearer to the camera than the road."""

_AT_THE_SIDE: Final = ((1.05, 0.76), (0.86, 0.52), (0.84, 0.34))
"""Along the edge of the road's other arm."""

_CALM_M_S: Final = (1.15, 1.5)

WATCHED: Final[RuleValues] = {"abandoned_object": {"enabled": True}}
"""A camera over a campus is one of the few that this rule is for."""

# The world wants a road; nobody drives on this one, which lies behind the camera.
_LAYOUT: Final = Layout(
    lanes=(Lane(name="none", points=((-200.0, 0.0), (-100.0, 0.0))),), routes={}
)


def at(x: float, y: float) -> tuple[float, float]:
    """A place of the picture (0..1) on the ground."""
    east, north = CAMERA.ground_at(np.array((x * CAMERA.width, y * CAMERA.height))).tolist()
    return (east, north)


def view(story: Story, *, rules: RuleValues = WATCHED) -> Scenario:
    """A story on the campus; rules: of the whole picture."""
    zone = Zone(
        id=uuid5(_NAMESPACE, "road"), name="Campus road", type=ZoneType.PAVEMENT, polygon=PAVED
    )
    grounds: Mapping[UUID, GroundPolygon] = {zone.id: tuple(at(x, y) for x, y in PAVED)}
    return Scenario(
        story=story,
        camera=CAMERA,
        zones=ZoneSet(version=1, zones=(zone,), rules=rules),
        grounds=grounds,
        lane_of_zone={},
    )


def _stroll(dice: np.random.Generator, begin_s: float) -> Walk:
    """Somebody who walks along the road, one way or the other."""
    points = [at(x, y + float(dice.uniform(-0.02, 0.03))) for x, y in _PATH]
    if dice.random() < 0.5:
        points.reverse()
    speed = float(dice.uniform(*_CALM_M_S))
    return Walk(points=tuple(points), begin_s=begin_s, speed_m_s=speed)


def _strolls(dice: np.random.Generator, begin_s: float, end_s: float) -> tuple[Walk, ...]:
    walks, now_s = [], begin_s
    while now_s < end_s:
        walks.append(_stroll(dice, now_s))
        now_s += float(dice.uniform(3.0, 7.0))
    return tuple(walks)


def plan_walkers(dice: np.random.Generator) -> Plan:
    """People come and go."""
    return Plan(layout=_LAYOUT, walks=_strolls(dice, -25.0, 55.0))


def plan_abandoned(dice: np.random.Generator) -> Plan:
    """Somebody puts a suitcase down, waits a little and walks away without it.

    Others pass later: one hides it for a moment, none comes near.
    """
    begin_s, pause_s = float(dice.uniform(16.0, 19.0)), 4.0
    spot = at(float(dice.uniform(0.40, 0.48)), 0.455)
    away = at(1.05, 0.66)
    came = at(-0.05, 0.385)
    owner = Walk(
        points=(came, spot, away),
        begin_s=begin_s,
        speed_m_s=1.5,
        stays=(Stay(at=1, seconds=pause_s),),
    )
    there_s = begin_s + float(np.hypot(spot[0] - came[0], spot[1] - came[1])) / 1.5 + 1.0
    case = Prop(
        name="suitcase",
        ground_m=(spot[0] - 0.5, spot[1] + 0.1),
        size_m=(0.55, 0.75),
        placed_s=round(there_s, 1),
        owner=0,
    )
    passers = tuple(
        Walk(
            points=tuple(at(x, y) for x, y in points),
            begin_s=there_s + float(dice.uniform(*after_s)),
            speed_m_s=float(dice.uniform(*_CALM_M_S)),
        )
        for points, after_s in ((_IN_FRONT, (20.0, 30.0)), (_AT_THE_SIDE, (45.0, 55.0)))
    )
    strolls = _strolls(dice, -10.0, there_s - 6.0)
    return Plan(layout=_LAYOUT, walks=(owner, *strolls, *passers), props=(case,))


STORIES: Final = (
    Story(
        name="plaza_walkers",
        summary="People walk across a campus, nothing else.",
        duration_s=60.0,
        make_plan=plan_walkers,
    ),
    Story(
        name="plaza_abandoned",
        summary="Somebody leaves a suitcase on a campus.",
        duration_s=125.0,
        make_plan=plan_abandoned,
        staged=frozenset({IncidentType.ABANDONED_OBJECT}),
    ),
)
