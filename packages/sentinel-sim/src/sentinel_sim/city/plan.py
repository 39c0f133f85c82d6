"""What is to happen in a run of the world: who comes, and what goes wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from typing import Final, TypeVar

from sentinel_sim.city.roads import Layout
from sentinel_sim.city.signals import Hold

T = TypeVar("T")

USUAL_MIX: Final[Mapping[str, float]] = {
    "car": 0.52,
    "suv": 0.2,
    "van": 0.1,
    "truck": 0.07,
    "bus": 0.04,
    "motorcycle": 0.07,
}

WARM_UP_S: Final = 60.0
"""The world runs for so long before a scene begins, so that it does not begin empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Vehicles that come at random on a route."""

    route: str
    per_hour: float
    mix: Mapping[str, float] = field(default_factory=lambda: USUAL_MIX)
    begin_s: float = -inf
    end_s: float = inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One vehicle that comes when it is told to.

    Attributes:
        factor: What it likes to drive, in speed limits.
    """

    route: str
    at_s: float
    kind: str = "car"
    factor: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """The next vehicle of a lane stops at a place, stands and goes on."""

    lane: str
    at_m: float
    after_s: float
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Slowdown:
    """A stretch of a lane on which one can only crawl: what makes a jam."""

    lane: str
    begin_m: float
    end_m: float
    limit_m_s: float
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """No vehicle comes into these lanes for a while; those that are in them drive on."""

    lanes: tuple[str, ...]
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stunt:
    """A vehicle or person that follows a script and looks at nobody.

    Attributes:
        points: Its way on the ground, metres.
        speed_m_s: At its beginning.
        pieces: Seconds and acceleration, one after another; with the last it is over and the
            actor vanishes. Speed never falls below 0.
    """

    kind: str
    points: tuple[tuple[float, float], ...]
    begin_s: float
    speed_m_s: float
    pieces: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A walker stays near a point of its way.

    Attributes:
        at: Index of the point.
        seconds: For how long.
        radius_m: It strolls about within this; 0 means that it stands.
        group: It waits until these lights are green instead.
        patience_s: It waits until no vehicle comes near the way to the next point for so long.
    """

    at: int
    seconds: float = 0.0
    radius_m: float = 0.0
    group: str = ""
    patience_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One person on foot, from the first point to the last."""

    points: tuple[tuple[float, float], ...]
    begin_s: float
    speed_m_s: float = 1.35
    stays: tuple[Stay, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prop:
    """A thing that somebody puts down.

    Attributes:
        owner: Index of the owner in `Plan.walks`; -1 for none.
        size_m: Width and height.
    """

    name: str
    ground_m: tuple[float, float]
    size_m: tuple[float, float]
    placed_s: float
    removed_s: float = inf
    owner: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraFault:
    """Something is wrong with the camera, not with the city.

    Attributes:
        kind: `covered`, `blinded`, `blurred`, `moved`, `frozen`, or `lightning`, which is none.
    """

    kind: str
    begin_s: float
    end_s: float


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A run of the world, complete but for the dice of its flows."""

    layout: Layout
    flows: tuple[Flow, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    breakdowns: tuple[Breakdown, ...] = ()
    slowdowns: tuple[Slowdown, ...] = ()
    closures: tuple[Closure, ...] = ()
    stunts: tuple[Stunt, ...] = ()
    holds: tuple[Hold, ...] = ()
    walks: tuple[Walk, ...] = ()
    props: tuple[Prop, ...] = ()
    camera_faults: tuple[CameraFault, ...] = ()


def merge(*plans: Plan) -> Plan:
    """All of it at once, on the layout of the first; the owners of props move with their walks."""
    walks: tuple[Walk, ...] = ()
    props: tuple[Prop, ...] = ()
    for plan in plans:
        shift = len(walks)
        props += tuple(
            replace(prop, owner=prop.owner + shift) if prop.owner >= 0 else prop
            for prop in plan.props
        )
        walks += plan.walks
    return Plan(
        layout=plans[0].layout,
        flows=_joined(plan.flows for plan in plans),
        arrivals=_joined(plan.arrivals for plan in plans),
        breakdowns=_joined(plan.breakdowns for plan in plans),
        slowdowns=_joined(plan.slowdowns for plan in plans),
        closures=_joined(plan.closures for plan in plans),
        stunts=_joined(plan.stunts for plan in plans),
        holds=_joined(plan.holds for plan in plans),
        walks=walks,
        props=props,
        camera_faults=_joined(plan.camera_faults for plan in plans),
    )


def _joined(parts: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(entry for part in parts for entry in part)
