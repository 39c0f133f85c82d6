"""Which zones are accepted."""

from itertools import permutations
from math import cos, pi, sin
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sentinel_core.domain.zones import MAX_POINTS, MAX_ZONES, GroundPoint, Zone, ZoneSet, ZoneType
from sentinel_core.testing.builders import make_zone, make_zone_set

SQUARE = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
BOW_TIE = ((0.2, 0.2), (0.8, 0.8), (0.8, 0.2), (0.2, 0.8))
CORNERS = tuple(
    GroundPoint(image=point, ground_m=(point[0] * 20, point[1] * 50)) for point in SQUARE
)


def ring(corners: int, *, radius: float = 0.4, turn: float = 0.0) -> list[tuple[float, float]]:
    """A regular polygon in the middle of the picture."""
    angles = [turn + 2 * pi * corner / corners for corner in range(corners)]
    return [(0.5 + radius * cos(angle), 0.5 + radius * sin(angle)) for angle in angles]


def star(corners: int) -> list[tuple[float, float]]:
    """A star that does not cross itself."""
    outer, inner = ring(corners), ring(corners, radius=0.1, turn=pi / corners)
    return [point for pair in zip(outer, inner, strict=True) for point in pair]


@given(corners=st.integers(3, MAX_POINTS), turn=st.floats(0, 2 * pi))
def test_regular_polygons_are_accepted(corners: int, turn: float) -> None:
    zone = make_zone(polygon=ring(corners, turn=turn))
    assert len(zone.polygon) == corners


@given(corners=st.integers(3, MAX_POINTS // 2))
def test_stars_are_accepted(corners: int) -> None:
    make_zone(polygon=star(corners))


@given(data=st.data(), corners=st.integers(4, 12))
def test_two_corners_swapped_cross(data: st.DataObject, corners: int) -> None:
    """Swapping two neighbours of a convex ring makes exactly one crossing."""
    first = data.draw(st.integers(0, corners - 2))
    polygon = ring(corners)
    polygon[first], polygon[first + 1] = polygon[first + 1], polygon[first]
    with pytest.raises(ValidationError, match="crosses itself"):
        make_zone(polygon=polygon)


def test_corners_of_a_square_in_any_order() -> None:
    """Of the 24 orders of four corners, a third are bow ties."""
    crossing = 0
    for polygon in permutations(SQUARE):
        try:
            make_zone(polygon=polygon)
        except ValidationError:
            crossing += 1
    assert crossing == 16


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"polygon": BOW_TIE}, "crosses itself"),
        ({"polygon": SQUARE[:2]}, "at least three"),
        ({"polygon": ring(MAX_POINTS + 1)}, "at most"),
        ({"polygon": ((0.0, 0.0), (1.01, 0.0), (0.5, 1.0))}, "less than or equal to 1"),
        ({"polygon": ((0.0, 0.0), (-0.01, 0.0), (0.5, 1.0))}, "greater than or equal to 0"),
        ({"polygon": ((0.0, 0.0), (float("nan"), 0.0), (0.5, 1.0))}, "finite number"),
        ({"polygon": ((0.0, 0.0), (float("inf"), 0.0), (0.5, 1.0))}, "finite number"),
        ({"direction": (0.0, 0.0)}, "no length"),
        ({"type": ZoneType.PARKING}, "only a lane has a direction"),
        ({"type": "motorway"}, "Input should be"),
        ({"name": ""}, "at least 1"),
        ({"name": "x" * 81}, "at most 80"),
        ({"colour": "red"}, "not permitted"),
    ],
)
def test_bad_zones_say_why(changes: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        make_zone(**changes)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_endless_directions_and_ground_are_refused(number: float) -> None:
    with pytest.raises(ValidationError):
        make_zone(direction=(number, 1.0))
    with pytest.raises(ValidationError):
        GroundPoint(image=(0.5, 0.5), ground_m=(number, 0.0))


def test_crossing_of_calibration_and_ids_is_checked() -> None:
    with pytest.raises(ValidationError, match="at least four"):
        make_zone_set(calibration=CORNERS[:3])
    with pytest.raises(ValidationError, match="same id"):
        make_zone_set(zones=(make_zone(), make_zone(name="Other")))
    with pytest.raises(ValidationError):
        make_zone_set(zones=tuple(make_zone(id=UUID(int=n)) for n in range(MAX_ZONES + 1)))
    with pytest.raises(ValidationError):
        make_zone_set(version=-1)


def test_empty_set_is_fine() -> None:
    assert ZoneSet() == ZoneSet(version=0, zones=(), calibration=())


@given(
    corners=st.integers(3, 8),
    kind=st.sampled_from(ZoneType),
    seconds=st.floats(0.1, 600),
    calibrated=st.booleans(),
)
def test_document_can_be_read_back(
    corners: int, kind: ZoneType, seconds: float, calibrated: bool
) -> None:
    zone = Zone(
        name="Länsiväylä",
        type=kind,
        polygon=tuple(ring(corners)),
        direction=(0.3, -0.7) if kind is ZoneType.LANE else None,
        rules={"congestion": {"on_s": seconds, "enabled": True}},
    )
    zones = ZoneSet(version=3, zones=(zone,), calibration=CORNERS if calibrated else ())
    assert ZoneSet.model_validate_json(zones.model_dump_json()) == zones
