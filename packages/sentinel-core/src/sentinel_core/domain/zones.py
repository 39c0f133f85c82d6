"""Zones: parts of a camera's picture that mean something.

Points are normalised to the source frame: x to the right, y down, both 0..1.
"""

from enum import StrEnum
from itertools import combinations
from math import hypot
from typing import Annotated, Self
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field, model_validator

Coordinate = Annotated[float, Field(ge=0.0, le=1.0)]
Point = tuple[Coordinate, Coordinate]
Metres = Annotated[float, Field(ge=-1e6, le=1e6)]

MAX_ZONES = 64
MAX_POINTS = 64


class ZoneType(StrEnum):
    """What a zone means to the rules."""

    LANE = "lane"
    JUNCTION = "junction"
    CROSSING = "crossing"
    NO_STOP = "no_stop"
    PARKING = "parking"
    PAVEMENT = "pavement"
    IGNORE = "ignore"
    COUNTING_LINE = "counting_line"


LINE_TYPES = frozenset({ZoneType.COUNTING_LINE})
"""Zones that are open lines, not areas."""

PLACE_PATTERN = r"^[a-z0-9_-]{1,63}$"

RuleValues = dict[str, dict[str, float | bool]]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Zone(_Document):
    """A polygon or line with a meaning.

    Attributes:
        polygon: Corners of the area, or the points of the line (at least 2).
        direction: Direction of travel in the picture as a vector (x right, y down), lanes only.
        rules: Parameters that differ from their defaults here, by rule:
            `{"congestion": {"on_s": 15}}`. Names, units and bounds: docs/rules.md.
        place: Zones of several cameras with the same place show the same piece of the world.
    """

    id: UUID = Field(default_factory=uuid4)
    name: str = Field(min_length=1, max_length=80)
    type: ZoneType
    polygon: tuple[Point, ...] = Field(min_length=2, max_length=MAX_POINTS)
    direction: tuple[float, float] | None = None
    rules: RuleValues = Field(default_factory=dict)
    place: str | None = Field(default=None, pattern=PLACE_PATTERN)

    @property
    def is_line(self) -> bool:
        """An open line and no area."""
        return self.type in LINE_TYPES

    @model_validator(mode="after")
    def _check_geometry(self) -> Self:
        if len(self.polygon) < 3 and not self.is_line:
            raise ValueError("an area has at least three corners")
        if not self.is_line and _crosses_itself(self.polygon):
            raise ValueError("the polygon crosses itself")
        if self.direction is not None and hypot(*self.direction) < 1e-6:
            raise ValueError("the direction has no length")
        if self.direction is not None and self.type is not ZoneType.LANE:
            raise ValueError("only a lane has a direction")
        return self


class GroundPoint(_Document):
    """One correspondence of a calibration: a point of the picture and its place on the ground."""

    image: Point
    ground_m: tuple[Metres, Metres]


class ZoneSet(_Document):
    """All zones of a camera, replaced as one; each replacement is a new version.

    Attributes:
        version: Grows by one with each replacement; 0 means that nothing was drawn yet.
        calibration: At least four points make a homography to metres; empty: body lengths.
        rules: As `Zone.rules`, for the rules that look at the whole picture.
    """

    version: int = Field(default=0, ge=0)
    zones: tuple[Zone, ...] = Field(default=(), max_length=MAX_ZONES)
    calibration: tuple[GroundPoint, ...] = Field(default=(), max_length=MAX_POINTS)
    rules: RuleValues = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_set(self) -> Self:
        if 0 < len(self.calibration) < 4:
            raise ValueError("a calibration needs at least four points")
        ids = [zone.id for zone in self.zones]
        if len(set(ids)) != len(ids):
            raise ValueError("two zones have the same id")
        return self


def _crosses_itself(polygon: tuple[Point, ...]) -> bool:
    edges = list(zip(polygon, polygon[1:] + polygon[:1], strict=True))
    return any(
        _edges_cross(*first, *second)
        for (i, first), (j, second) in combinations(enumerate(edges), 2)
        if j - i > 1 and j - i < len(edges) - 1
    )


def _edges_cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, p: Point) -> float:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
