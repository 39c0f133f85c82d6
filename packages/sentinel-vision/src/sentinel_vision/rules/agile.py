"""Where tracks are and how fast, by their last samples as they are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.rules.geometry import Floats

MIN_SPREAD_S2 = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Agile:
    """Where tracks are and how fast: more nervous than smoothed, and half as late.

    Attributes:
        position: Shape (n, 2): metres, or pixels where the unit is BL.
        velocity: Shape (n, 2), the same per second.
        error: Standard deviation of the samples from such a steady drive, shape (n,): large where
            the tracker has mixed two up.
    """

    position: Floats
    velocity: Floats
    error: Floats


def fit_agile(times: Floats, places: Floats) -> Agile:
    """The line through some samples, at time 0; NaN where fewer than two are known.

    Args:
        times: Seconds, (k, n), NaN where the places are.
        places: (k, n, 2).
    """
    # One complex number a place: half the operations.
    points = places[:, :, 0] + 1.0j * places[:, :, 1]
    is_missing = np.isnan(times)
    any_missing = bool(is_missing.any())
    known: Floats = np.full(times.shape[1], float(len(times)))
    if any_missing:
        known = np.maximum(len(times) - is_missing.sum(axis=0), 1).astype(np.float64)
        times[is_missing] = points[is_missing] = 0.0
    middle_s, middle = times.sum(axis=0) / known, points.sum(axis=0) / known
    times -= middle_s
    points -= middle
    if any_missing:
        times[is_missing] = points[is_missing] = 0.0
    spread = (times * times).sum(axis=0)
    spread[spread < MIN_SPREAD_S2] = np.nan
    # Not a division by complex numbers, which warns of what is not known.
    velocity = (times * points).sum(axis=0) * (1.0 / spread)
    strays = points - velocity * times
    squares = (strays.real**2 + strays.imag**2).sum(axis=0)
    return Agile(
        _as_vectors(middle - velocity * middle_s), _as_vectors(velocity), np.sqrt(squares / known)
    )


def _as_vectors(values: NDArray[np.complex128]) -> Floats:
    """Complex numbers (n,) as x and y, (n, 2)."""
    vectors: Floats = values.view(np.float64).reshape(-1, 2)
    return vectors
