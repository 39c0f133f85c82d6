"""How vehicles moved a moment ago, by what was seen of them before and after, and how surely.

A box wavers by some share of its height, which is metres on the ground far away. A parabola through
the samples of more than a second, read in its middle, is much surer than the last few samples, and
not late by more than it says; its error follows from the fit.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from sentinel_vision.rules.footprints import Rows
from sentinel_vision.rules.geometry import Flags, Floats
from sentinel_vision.rules.ground import GroundPlane
from sentinel_vision.rules.threads import Threads
from sentinel_vision.rules.view import View

WINDOW_S: Final = 1.3
LAG_S: Final = 0.65
"""The middle of the window: what a course tells is so old."""

WAVER: Final = 0.03
"""Usual standard deviation of a box's edge, in sides of the box (a good detector's 0.02 to 0.04)."""

_USUAL_WEIGHT: Final = 10.0
"""What is usual counts as much as so many samples of the vehicle itself."""

_BENDING: Final = 0.02
"""Weight of driving evenly, s^4: a parabola through few samples does not follow each of them."""

NEWEST_S: Final = 0.2
"""Read so near to the window's end a course is less sure, but not late: for who is hidden next."""

_LEAST_SAMPLES: Final = 3
_ENOUGH_SAMPLES: Final = 4
_MORE_S: Final = 0.6
_TOLERANCE_S: Final = 0.01
_WAVERS: Final[Floats] = np.array([[WAVER / np.sqrt(2.0)], [WAVER]])
_AT_ZERO: Final = np.array([0, 1, 3])
_SQUARE: Final = np.array([[0, 1, 2], [1, 3, 4], [2, 4, 5]])


class Courses(NamedTuple):
    """Places and velocities of some vehicles at one moment.

    Attributes:
        place: Shape (n, 2), in units of `Motion.position`, as all others.
        velocity: Per second, shape (n, 2).
        error: Covariance of one sample, xx, xy and yy, shape (n, 3); NaN where too little is known.
        weights: What of it is left in the place, in place and velocity together, and in the
            velocity, shape (n, 3).
    """

    place: Floats
    velocity: Floats
    error: Floats
    weights: Floats

    def take(self, rows: Rows | slice) -> "Courses":
        """Some of them."""
        place, velocity, error, weights = self
        return Courses(place[rows], velocity[rows], error[rows], weights[rows])

    @property
    def speed(self) -> Floats:
        """Shape (n,)."""
        speed: Floats = np.hypot(self.velocity[:, 0], self.velocity[:, 1])
        return speed

    @property
    def pace_error(self) -> Floats:
        """Standard deviation of the speed, shape (n,)."""
        variance = self.weights[:, 2] * along(self.error, self.velocity)
        error: Floats = np.sqrt(variance) / np.maximum(self.speed, 1e-9)
        return error

    def ahead(self, wait_s: Floats) -> Floats:
        """What of a sample's covariance is in the place after some time, (..., n): (..., n)."""
        place, both, velocity = self.weights.T
        share: Floats = place + wait_s * (2.0 * both + wait_s * velocity)
        return share


def along(error: Floats, axes: Floats) -> Floats:
    """Variance along vectors, times the squares of their lengths: (n, 3), (..., n, 2): (..., n)."""
    x, y = axes[..., 0], axes[..., 1]
    variance: Floats = x * (error[:, 0] * x + 2.0 * error[:, 1] * y) + error[:, 2] * y * y
    return variance


class Parabolas(NamedTuple):
    """Fitted to the samples of some vehicles, by the time since the middle of the window.

    Attributes:
        terms: Place, velocity and half the acceleration there, shape (3, 2, n).
        inverse: Of the normal matrix, its upper half row by row, shape (6, n).
        error: As that of `Courses`, shape (3, n).
    """

    terms: Floats
    inverse: Floats
    error: Floats

    def take(self, rows: Rows) -> "Parabolas":
        """Some of them."""
        return Parabolas(*(values.take(rows, axis=-1) for values in self))

    def read(self, lag_s: float = LAG_S) -> Courses:
        """The courses `lag_s` before the window's end."""
        t = LAG_S - lag_s
        if not t:
            weights = self.inverse.take(_AT_ZERO, axis=0)
            return Courses(self.terms[0].T, self.terms[1].T, self.error.T, weights.T)
        motion = np.array([[1.0, t, t**2], [0.0, 1.0, 2.0 * t]])
        # What place and velocity, as rows of `motion`, make of the matrix on both its sides.
        products = np.array(
            [
                [1.0, 2.0 * t, 2.0 * t**2, t**2, 2.0 * t**3, t**4],
                [0.0, 1.0, 2.0 * t, t, 3.0 * t**2, 2.0 * t**3],
                [0.0, 0.0, 0.0, 1.0, 4.0 * t, 4.0 * t**2],
            ]
        )
        place, velocity = (motion @ self.terms.reshape(3, -1)).reshape(2, 2, -1)
        return Courses(place.T, velocity.T, self.error.T, (products @ self.inverse).T)


def courses(
    view: View,
    ground: GroundPlane | None,
    threads: Threads,
    rows: Rows,
    agos_s: Sequence[float] = (0.0,),
) -> Parabolas:
    """The courses of some rows of a frame in windows that ended some time ago, window by window.

    All are fitted together: it costs as many operations on small arrays for one as for many.
    """
    usual = _sample_error(view, ground, rows)
    if len(agos_s) == 1:
        times, places = threads.samples(view, rows, WINDOW_S + _MORE_S, agos_s[0])
        return _fit(times + (agos_s[0] + LAG_S), places.transpose(2, 0, 1), usual)
    windows = [threads.samples(view, rows, WINDOW_S + _MORE_S, ago_s) for ago_s in agos_s]
    count = len(rows)
    times = np.full((max(len(ages) for ages, _ in windows), count * len(windows)), np.nan)
    places = np.zeros((2, *times.shape))
    for index, (ages, seen) in enumerate(windows):
        columns = slice(index * count, (index + 1) * count)
        np.add(ages, agos_s[index] + LAG_S, out=times[: len(ages), columns])
        places[:, : len(ages), columns] = seen.transpose(2, 0, 1)
    return _fit(times, places, np.tile(usual, len(windows)))


def braking(
    view: View,
    ground: GroundPlane | None,
    threads: Threads,
    rows: Rows,
    agos_s: Sequence[float] = (0.0,),
) -> tuple[Courses, Floats, Floats]:
    """Speed that some rows lost within the last second that is known, some times ago, one by one.

    Returns:
        Their courses before, what they lost, and its standard deviation, per second.
    """
    seconds = [ago_s + more_s for more_s in (1.0, 0.0) for ago_s in agos_s]
    found, count = courses(view, ground, threads, rows, seconds).read(), len(rows) * len(agos_s)
    speed, error = found.speed, found.pace_error
    lost = speed[:count] - speed[count:]
    return found.take(slice(count)), lost, np.hypot(error[:count], error[count:])


def _counting(times: Floats) -> Flags:
    """Which samples count: those of the window, or with somewhat earlier ones over lost frames."""
    counts: Flags = times >= LAG_S - WINDOW_S - _TOLERANCE_S
    lacks = np.add.reduce(counts, axis=0) < _ENOUGH_SAMPLES
    if np.count_nonzero(lacks):
        counts |= lacks & ~np.isnan(times)
    return counts


def _fit(times: Floats, places: Floats, usual: Floats) -> Parabolas:
    """Parabolas through samples.

    Args:
        times: Seconds from the middle of the window, shape (k, n); NaN where there is none.
        places: Shape (2, k, n).
        usual: Covariance of one sample as far as that is known before, shape (3, n).
    """
    is_known = _counting(times)
    # Most often all the earlier ones can go.
    first = int(is_known.any(axis=1).argmax())
    is_known, times, places = is_known[first:], times[first:], places[:, first:]
    powers = np.empty((5, *times.shape))
    powers[0] = is_known
    powers[1] = np.where(is_known, times, 0.0)
    powers[2] = powers[1] * powers[1]
    np.multiply(powers[1:3], powers[2], out=powers[3:])
    sums = powers.sum(axis=1)
    known = sums[0].copy()
    values = np.where(is_known, places, 0.0)
    # Near the middle of the samples, so that no digits are lost in large coordinates.
    origin = values.sum(axis=1) / np.maximum(known, 1.0)
    values -= origin[:, None]
    values *= powers[0]
    inverse = _inverse_of(sums)
    right = (powers[:3, None] * values).sum(axis=2)
    terms = (inverse[_SQUARE, None] * right).sum(axis=1)
    strays = values - (powers[:3, None] * terms[:, :, None]).sum(axis=0)
    x, y = strays
    xx, xy, yy = usual
    squares = (yy * x * x - 2.0 * xy * x * y + xx * y * y).sum(axis=0) / (xx * yy - xy * xy)
    free = _USUAL_WEIGHT + 2.0 * np.maximum(known - _LEAST_SAMPLES, 0.0)
    wavers = np.where(known < _LEAST_SAMPLES, np.nan, (_USUAL_WEIGHT + squares) / free)
    terms[0] += origin
    return Parabolas(terms, inverse, usual * wavers)


def _inverse_of(sums: Floats) -> Floats:
    """Of normal matrices by their sums of powers of time, (5, n), by cofactors; as `Parabolas`."""
    zero, one, two, three, four = sums
    zero, middle, four = zero + 1e-9, two + 1e-6, four + _BENDING
    inverse = np.array(
        [
            middle * four - three * three,
            two * three - one * four,
            one * three - middle * two,
            zero * four - two * two,
            one * two - zero * three,
            zero * middle - one * one,
        ]
    )
    inverse /= zero * inverse[0] + one * inverse[1] + two * inverse[2]
    return inverse


def _sample_error(view: View, ground: GroundPlane | None, rows: Rows) -> Floats:
    """Covariance of the place of a box that wavers as usual, xx, xy, yy, shape (3, n)."""
    motion = view.motion
    boxes = motion.boxes[rows]
    wavers = (boxes[:, 2:] - boxes[:, :2]).T * _WAVERS
    if ground is None:
        error = np.zeros((3, len(rows)))
        error[::2] = wavers * wavers
    else:
        wavers /= np.array([[view.scene.width], [view.scene.height]])
        (right_x, right_y), (down_x, down_y) = ground.paces(motion.anchors[rows])
        right, down = wavers * wavers
        error = np.array(
            [
                right * right_x * right_x + down * down_x * down_x,
                right * right_x * right_y + down * down_x * down_y,
                right * right_y * right_y + down * down_y * down_y,
            ]
        )
    error[::2] += 1e-6
    return error
