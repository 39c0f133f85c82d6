"""Lines in the picture and what crosses them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_vision.rules.lines import LineSet

DOWN = ((0.5, 0.0), (0.5, 1.0))
BENT = ((0.2, 0.8), (0.5, 0.5), (0.8, 0.8))


def crossed(line: tuple[tuple[float, float], ...], *path: tuple[float, float]) -> list[int]:
    """Signs of a path's moves."""
    places = np.array(path)
    signs: list[int] = LineSet([line]).crossings(places[:-1], places[1:])[:, 0].tolist()
    return signs


def test_a_move_to_the_right_of_who_follows_the_line_is_positive() -> None:
    # Down the picture, the right hand is on the left of the picture.
    assert crossed(DOWN, (0.6, 0.5), (0.4, 0.5)) == [1]
    assert crossed(DOWN, (0.4, 0.5), (0.6, 0.5)) == [-1]


@pytest.mark.parametrize(
    "path",
    [
        ((0.1, 0.5), (0.4, 0.5)),
        ((0.4, 0.2), (0.4, 0.9)),
        ((0.4, -0.2), (0.6, -0.1)),
        ((0.3, 0.3), (0.3, 0.3)),
        ((np.nan, np.nan), (0.6, 0.5)),
    ],
    ids=["before it", "along it", "past its end", "nowhere", "unknown"],
)
def test_what_crosses_nothing(path: tuple[tuple[float, float], ...]) -> None:
    assert crossed(DOWN, *path) == [0]


def test_each_line_is_asked() -> None:
    before, after = np.array([[0.4, 0.9], [0.5, 0.3]]), np.array([[0.6, 0.9], [0.5, 0.9]])
    assert LineSet([DOWN, BENT]).crossings(before, after).tolist() == [[-1, 0], [0, 1]]


def test_there_and_back_in_one_move_is_no_crossing() -> None:
    assert crossed(BENT, (0.25, 0.65), (0.75, 0.65)) == [0]


def test_a_corner_is_crossed_once() -> None:
    assert crossed(BENT, (0.5, 0.4), (0.5, 0.6)) == [1]


def test_no_lines_and_no_moves() -> None:
    nothing = np.empty((0, 2))
    assert LineSet([]).crossings(np.zeros((3, 2)), np.ones((3, 2))).shape == (3, 0)
    assert LineSet([DOWN]).crossings(nothing, nothing).shape == (0, 1)
    assert len(LineSet([DOWN, BENT])) == 2


PLACES = st.tuples(st.integers(0, 20), st.integers(1, 19)).map(lambda p: (p[0] / 20, p[1] / 20))


@given(st.lists(PLACES, min_size=2, max_size=12))
def test_the_sum_of_the_signs_says_on_which_side_a_path_ended(
    path: list[tuple[float, float]],
) -> None:
    """Also where it turns round on the line itself."""
    began, stopped = path[0][0] <= 0.5, path[-1][0] <= 0.5
    assert sum(crossed(DOWN, *path)) == int(stopped) - int(began)
