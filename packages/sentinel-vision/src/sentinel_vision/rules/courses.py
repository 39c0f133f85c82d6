"""How vehicles moved a moment ago, by what was seen of them before and after, and how surely.

A box wavers by some share of its height, which is metres on the ground far away. A parabola through
the samples of more than a second, read in its middle, is much surer than the last few samples, and
not late by more than it says; its error follows from the fit.
"""

from typing import Final, NamedTuple

import numpy as np

from sentinel_vision.rules.footprints import Rows
from sentinel_vision.rules.geometry import Floats
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
_STEP: Final = 1e-3


class Courses(NamedTuple):
    """Places and velocities of some vehicles at one moment.

    Attributes:
        place: Shape (n, 2), in units of `Motion.position`, as all others.
        velocity: Per second, shape (n, 2).
        error: Covariance of one sample, shape (n, 2, 2); NaN where too little is known.
        weights: What of it is left in the place, in place and velocity together, and in the
            velocity, shape (n, 3).
    """

    place: Floats
    velocity: Floats
    error: Floats
    weights: Floats

    def take(self, rows: Rows) -> "Courses":
        """Some of them."""
        return Courses(*(values[rows] for values in self))

    @property
    def speed(self) -> Floats:
        """Shape (n,)."""
        speed: Floats = np.hypot(self.velocity[:, 0], self.velocity[:, 1])
        return speed

    @property
    def pace_error(self) -> Floats:
        """Standard deviation of the speed, shape (n,)."""
        heading = self.velocity / np.maximum(self.speed, 1e-9)[:, None]
        error: Floats = np.sqrt(self.weights[:, 2] * along(self.error, heading))
        return error

    def ahead(self, wait_s: Floats) -> Floats:
        """What of a sample's covariance is in the place after some time, (..., n): (..., n)."""
        place, both, velocity = self.weights.T
        share: Floats = place + wait_s * (2.0 * both + wait_s * velocity)
        return share


def along(error: Floats, axes: Floats) -> Floats:
    """Variance along unit vectors: (n, 2, 2) and (..., n, 2) make (..., n)."""
    variance: Floats = (
        error[:, 0, 0] * axes[..., 0] ** 2
        + 2.0 * error[:, 0, 1] * axes[..., 0] * axes[..., 1]
        + error[:, 1, 1] * axes[..., 1] ** 2
    )
    return variance


def courses(
    view: View,
    ground: GroundPlane | None,
    threads: Threads,
    rows: Rows,
    ago_s: float = 0.0,
    lag_s: float = LAG_S,
) -> Courses:
    """The courses of some rows of a frame, `lag_s` before the end of a window that ended `ago_s` ago."""
    ages, places = threads.samples(view, rows, WINDOW_S + _MORE_S, ago_s)
    times = ages + ago_s + lag_s
    # Over lost frames what was seen somewhat before must do.
    is_early = times < lag_s - WINDOW_S - _TOLERANCE_S
    enough = (~np.isnan(times) & ~is_early).sum(axis=0) >= _ENOUGH_SAMPLES
    is_early &= enough
    times[is_early] = np.nan
    places[is_early] = np.nan
    return _fit(times, places, _sample_error(view, ground, rows))


def braking(
    view: View, ground: GroundPlane | None, threads: Threads, rows: Rows, ago_s: float = 0.0
) -> tuple[Courses, Floats, Floats]:
    """Speed that some rows lost within the last second that is known, `ago_s` before.

    Returns:
        Their courses before, what they lost, and its standard deviation, per second.
    """
    before, after = (courses(view, ground, threads, rows, ago_s + more_s) for more_s in (1.0, 0.0))
    return before, before.speed - after.speed, np.hypot(before.pace_error, after.pace_error)


def _fit(times: Floats, places: Floats, usual: Floats) -> Courses:
    """Parabolas through samples, at time 0.

    Args:
        times: Shape (k, n), NaN where the places are.
        places: Shape (k, n, 2).
        usual: Covariance of one sample as far as that is known before, shape (n, 2, 2).
    """
    is_known = ~np.isnan(times)
    known = is_known.sum(axis=0)
    terms = np.where(is_known, times, 0.0)[None] ** np.arange(3)[:, None, None]
    terms[0] = is_known
    values = np.where(is_known[:, :, None], places, 0.0)
    # Near the middle of the samples, so that no digits are lost in large coordinates.
    origin = values.sum(axis=0) / np.maximum(known, 1)[:, None]
    values = np.where(is_known[:, :, None], values - origin, 0.0)
    normal = np.einsum("akn,bkn->nab", terms, terms)
    normal[:, (0, 1, 2), (0, 1, 2)] += (1e-9, 1e-6, _BENDING)
    inverse = np.linalg.inv(normal)
    found = inverse @ np.einsum("akn,knc->nac", terms, values)
    strays = values - np.einsum("akn,nac->knc", terms, found)
    strays[~is_known] = 0.0
    free = _USUAL_WEIGHT + 2.0 * np.maximum(known - _LEAST_SAMPLES, 0)
    squares = np.einsum("knc,ncd,knd->n", strays, np.linalg.inv(usual), strays)
    wavers = np.where(known < _LEAST_SAMPLES, np.nan, (_USUAL_WEIGHT + squares) / free)
    return Courses(
        found[:, 0] + origin,
        found[:, 1],
        usual * wavers[:, None, None],
        inverse[:, (0, 0, 1), (0, 1, 1)],
    )


def _sample_error(view: View, ground: GroundPlane | None, rows: Rows) -> Floats:
    """Covariance of the place of a box that wavers as usual, shape (n, 2, 2)."""
    motion = view.motion
    boxes = motion.boxes[rows]
    wavers = WAVER * (boxes[:, 2:] - boxes[:, :2]) / (np.sqrt(2.0), 1.0)
    steps = np.zeros((len(rows), 2, 2))
    if ground is None:
        steps[:, 0, 0], steps[:, 1, 1] = wavers.T
    else:
        anchors = motion.anchors[rows]
        here, size = ground.to_metres(anchors), (view.scene.width, view.scene.height)
        for axis in (0, 1):
            moved = anchors.copy()
            # Downwards: there is ground.
            moved[:, axis] += _STEP
            pace = (ground.to_metres(moved) - here) / _STEP
            steps[:, :, axis] = pace * (wavers[:, axis] / size[axis])[:, None]
    error: Floats = steps @ steps.transpose(0, 2, 1) + 1e-6 * np.eye(2)
    return error
