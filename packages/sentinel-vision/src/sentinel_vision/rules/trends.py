"""Medians and slopes of the tables in which the history of tracks is kept."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.rules.geometry import Floats

_MIN_SPREAD_S2 = 1e-6


def window_medians(samples: Floats) -> Floats:
    """Median over the first axis of shape (k, channels, n), NaN left out: (channels, n).

    The channels of a track are known or NaN together.
    """
    ordered = samples.copy()
    ordered.sort(axis=0)
    known = len(samples) - np.add.reduce(np.isnan(samples[:, 0]), axis=0)
    columns = _columns(*samples.shape[1:])
    size, flat = columns.size, ordered.ravel()
    middle: Floats = flat.take((known - 1 >> 1) * size + columns)
    middle += flat.take((known >> 1) * size + columns)
    middle *= 0.5
    return middle


@lru_cache(maxsize=256)
def _columns(channels: int, tracks: int) -> NDArray[np.intp]:
    """Index of each number in a row of a table, shape (channels, tracks)."""
    return np.arange(channels * tracks).reshape(channels, tracks)


def slopes_over(times: Floats, values: Floats) -> Floats:
    """Least-squares slope over the first axis: (channels, n).

    The times are medians like the values, so that the short windows of a young track and the
    uneven ones of a bad stream do not falsify the slope.

    Args:
        times: (k, n), NaN where the values are; both are overwritten.
        values: (k, channels, n).

    Returns:
        NaN where fewer than two samples are known.
    """
    missing = np.isnan(times)
    if np.count_nonzero(missing):
        count = np.maximum(len(times) - np.add.reduce(missing, axis=0), 1)
        times[missing] = 0.0
        times -= np.add.reduce(times, axis=0) / count
        times[missing] = 0.0
        np.copyto(values, 0.0, where=missing[:, None])
    else:
        times -= np.add.reduce(times, axis=0) / len(times)
    spread = np.add.reduce(times * times, axis=0)
    spread[spread < _MIN_SPREAD_S2] = np.nan
    values *= times[:, None]
    slopes: Floats = np.add.reduce(values, axis=0)
    slopes /= spread
    return slopes
