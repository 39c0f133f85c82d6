"""Polygons, overlaps and the ground plane."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_vision.rules.geometry import (
    PolygonSet,
    ZoneRaster,
    intersection_over_union,
    polygon_area,
)

SQUARE = ((0.2, 0.2), (0.6, 0.2), (0.6, 0.6), (0.2, 0.6))
ELL = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.3), (0.3, 0.3), (0.3, 1.0), (0.0, 1.0))
NOTHING = np.empty((0, 4))


def test_points_are_found_in_each_polygon_that_holds_them() -> None:
    points = np.array([[0.25, 0.25], [0.4, 0.4], [0.9, 0.1], [0.9, 0.9]])
    inside = PolygonSet([SQUARE, ELL]).contain(points)
    assert inside.tolist() == [[True, True], [True, False], [False, True], [False, False]]


def test_no_polygon_holds_nothing() -> None:
    assert PolygonSet([]).contain(np.array([[0.5, 0.5]])).shape == (1, 0)
    assert PolygonSet([SQUARE]).contain(np.empty((0, 2))).shape == (0, 1)


@given(st.integers(0, 40), st.integers(0, 40))
def test_two_polygons_that_share_an_edge_never_share_a_point(x: int, y: int) -> None:
    left = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
    right = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))
    inside = PolygonSet([left, right]).contain(np.array([[x / 40, y / 40]]))
    assert inside.sum() <= 1


def test_the_union_of_boxes_covers_a_zone() -> None:
    raster = ZoneRaster([((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), SQUARE])
    boxes = np.array([[0.0, 0.0, 0.5, 1.0], [0.25, 0.0, 0.5, 1.0], [0.9, 0.9, 1.0, 1.0]])
    present = np.array([[True, True, False], [False, False, True]])
    assert raster.covered_shares(boxes, present).tolist() == pytest.approx([0.5, 0.0], abs=0.01)


def test_no_boxes_cover_nothing() -> None:
    raster = ZoneRaster([SQUARE])
    assert raster.covered_shares(NOTHING, np.empty((1, 0), dtype=bool)).tolist() == [0.0]


def test_overlap_of_boxes() -> None:
    first = np.array([[0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 0.0, 0.0]])
    second = np.array([[0.0, 0.0, 2.0, 2.0], [1.0, 0.0, 3.0, 2.0], [5.0, 5.0, 6.0, 6.0]])
    overlaps = intersection_over_union(first, second)
    assert overlaps[0].tolist() == pytest.approx([1.0, 1 / 3, 0.0])
    assert overlaps[1].tolist() == [0.0, 0.0, 0.0]
    assert intersection_over_union(NOTHING, second).shape == (0, 3)


def test_area_whatever_the_sense_of_rotation() -> None:
    assert polygon_area(np.array(SQUARE)) == pytest.approx(0.16)
    assert polygon_area(np.array(SQUARE[::-1])) == pytest.approx(0.16)
