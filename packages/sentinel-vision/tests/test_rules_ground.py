"""The ground plane and its error."""

import numpy as np
import pytest

from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.zones import GroundPoint
from sentinel_vision.rules.ground import CLICK_ERROR, GroundPlane

ROAD = [(-3.0, 0.0), (3.0, 0.0), (4.0, 30.0), (-4.0, 30.0), (0.0, 12.0), (1.0, 20.0)]


def _seen(ground: tuple[float, float]) -> tuple[float, float]:
    """A pinhole camera 6 m above a road, looking along it."""
    east, north = ground
    depth = north + 10.0
    return 0.5 + 0.8 * east / depth, 0.3 + 0.8 * 6.0 / depth


def _point(ground: tuple[float, float]) -> GroundPoint:
    return GroundPoint(image=_seen(ground), ground_m=ground)


@pytest.mark.parametrize("count", [4, 6])
def test_a_calibration_gives_places_on_the_ground(count: int) -> None:
    known = [(-3.0, 0.0), (3.0, 0.0), (4.0, 30.0), (-4.0, 30.0), (0.0, 12.0), (1.0, 20.0)][:count]
    plane = GroundPlane([_point(ground) for ground in known])
    asked = [(0.0, 5.0), (2.5, 18.0), (-1.0, 28.0)]
    metres = plane.to_metres(np.array([_seen(ground) for ground in asked]))
    assert metres == pytest.approx(np.array(asked), abs=1e-6)


def test_points_on_a_line_are_refused() -> None:
    with pytest.raises(InvalidInput, match="one line"):
        GroundPlane(
            [GroundPoint(image=(x / 10, x / 10), ground_m=(float(x), float(x))) for x in range(5)]
        )


def test_above_the_horizon_there_is_no_ground() -> None:
    plane = GroundPlane([_point(ground) for ground in ROAD])
    sky = np.array([[0.5, 0.29], [0.5, 0.1]])
    assert np.isnan(plane.to_metres(sky)).all()
    assert np.isinf(plane.error_m(sky)).all()
    assert np.isinf(plane.way_error_m(sky[:1], sky[1:])).all()


def test_steps_in_the_picture_are_steps_on_the_ground() -> None:
    plane = GroundPlane([_point(ground) for ground in ROAD])
    metres = np.array([(0.0, 5.0), (2.5, 18.0), (-1.0, 28.0)])
    points = np.array([_seen((east, north)) for east, north in metres])
    for axis, pace in enumerate(plane.paces(points)):
        step = 1e-6 * np.eye(2)[axis]
        moved = (plane.to_metres(points + step) - plane.to_metres(points - step)) / 2e-6
        assert pytest.approx(moved, rel=1e-4) == pace.T
    upwards = plane.to_metres(points - (0.0, 0.005)) - metres
    upwards /= np.hypot(upwards[:, 0], upwards[:, 1])[:, None]
    assert plane.away(metres) == pytest.approx(upwards, abs=1e-6)


@pytest.mark.parametrize("count", [4, 6])
def test_the_error_is_that_of_many_calibrations_by_hand(count: int) -> None:
    """What is foretold, against what comes out when the same points are set again and again."""
    random = np.random.default_rng(5)
    exact = [_point(ground) for ground in ROAD[:count]]
    before = np.array([_seen((0.0, 5.0)), _seen((2.0, 26.0))])
    after = np.array([_seen((0.5, 9.0)), _seen((2.5, 29.0))])
    plane = GroundPlane(exact)
    by_hand = [GroundPlane(_set_again(exact, random)) for _ in range(400)]
    places = np.array([plane.to_metres(after) for plane in by_hand])
    ways = np.array([plane.to_metres(after) - plane.to_metres(before) for plane in by_hand])
    spread = np.sqrt(((places - plane.to_metres(after)) ** 2).sum(axis=2).mean(axis=0))
    assert plane.error_m(after) == pytest.approx(spread, rel=0.2)
    way_spread = np.hypot(ways[..., 0], ways[..., 1]).std(axis=0)
    assert plane.way_error_m(before, after) == pytest.approx(way_spread, rel=0.25)


def test_far_places_are_less_certain_and_ways_more_certain_than_places() -> None:
    plane = GroundPlane([_point(ground) for ground in ROAD])
    places = np.array([_seen((0.0, north)) for north in (2.0, 15.0, 30.0, 60.0)])
    errors = plane.error_m(places)
    assert (np.diff(errors) > 0.0).all()
    near = np.array([_seen((0.0, 18.0))])
    assert plane.way_error_m(places[1:2], near)[0] < 0.6 * errors[1]


def test_points_that_contradict_each_other_are_trusted_less() -> None:
    good = [_point(ground) for ground in ROAD]
    wrong = [*good[:5], GroundPoint(image=_seen(ROAD[5]), ground_m=(1.0, 24.0))]
    place = np.array([_seen((0.0, 15.0))])
    assert GroundPlane(good).point_error == CLICK_ERROR
    assert GroundPlane(wrong).point_error > 2.0 * CLICK_ERROR
    assert GroundPlane(wrong).error_m(place)[0] > 2.0 * GroundPlane(good).error_m(place)[0]


def _set_again(exact: list[GroundPoint], random: np.random.Generator) -> list[GroundPoint]:
    offsets = random.normal(0.0, CLICK_ERROR, (len(exact), 2)).tolist()
    return [
        GroundPoint(image=(point.image[0] + x, point.image[1] + y), ground_m=point.ground_m)
        for point, (x, y) in zip(exact, offsets, strict=True)
    ]
