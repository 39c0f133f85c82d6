"""What a calibration means, for a person who checks it: lines on the ground, errors in metres.

Points that contradict each other put ground where there is none: such places are left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

import numpy as np

from sentinel_core.domain.zones import GroundPoint
from sentinel_vision.rules.ground import GroundPlane

SPACINGS_M: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
MOST_LINES: Final = 14

_MARGIN_SHARE = 0.25
_SAMPLES = 25
_SMALLEST_M = 0.5
_HUNDREDTH = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class GridLine:
    """Part of a line on the ground that can be seen.

    Attributes:
        axis: The coordinate that is the same all along it.
        value_m: Its value.
        points: In the picture, normalised.
    """

    axis: Literal["x", "y"]
    value_m: float
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundSample:
    """A place in the picture.

    Attributes:
        ground_m: Where it is on the ground.
        error_m: Standard deviation of that.
        across_m: What 1 % of the frame's width is there.
        along_m: What 1 % of its height is.
    """

    image: tuple[float, float]
    ground_m: tuple[float, float]
    error_m: float
    across_m: float
    along_m: float


def measure_residuals(calibration: Sequence[GroundPoint]) -> tuple[float | None, ...]:
    """How far each point is from where the fit puts it, in metres; None: above its horizon."""
    plane = GroundPlane(calibration)
    seen = plane.to_metres(np.array([point.image for point in calibration]))
    given = np.array([point.ground_m for point in calibration])
    offsets = np.hypot(*(seen - given).T).round(3).tolist()
    return tuple(None if np.isnan(offset) else offset for offset in offsets)


def sample_ground(calibration: Sequence[GroundPoint]) -> list[GroundSample]:
    """Places spread over the picture where there is ground, with what is known there."""
    plane = GroundPlane(calibration)
    x, y = np.meshgrid(np.linspace(0.1, 0.9, 5), np.linspace(0.1, 0.9, 5))
    places = np.column_stack([x.ravel(), y.ravel()])
    here = plane.to_metres(places)
    across = plane.to_metres(places + np.array((_HUNDREDTH, 0.0))) - here
    along = plane.to_metres(places + np.array((0.0, _HUNDREDTH))) - here
    columns = (here, plane.error_m(places), np.hypot(*across.T), np.hypot(*along.T))
    rows = zip(places.tolist(), *(column.round(4).tolist() for column in columns), strict=True)
    return [
        GroundSample(
            image=(round(image[0], 4), round(image[1], 4)),
            ground_m=(ground[0], ground[1]),
            error_m=error,
            across_m=across_m,
            along_m=along_m,
        )
        for image, ground, error, across_m, along_m in rows
        if np.isfinite((*ground, error, across_m, along_m)).all()
    ]


def draw_grid(calibration: Sequence[GroundPoint]) -> tuple[float, list[GridLine]]:
    """Spacing in metres, and the lines around the calibrated part of the ground."""
    ground = np.array([point.ground_m for point in calibration])
    low, high = ground.min(axis=0), ground.max(axis=0)
    margin = _MARGIN_SHARE * np.maximum(high - low, _SMALLEST_M)
    low, high = low - margin, high + margin
    longest = float((high - low).max())
    spacing = next((step for step in SPACINGS_M if longest / step <= MOST_LINES), SPACINGS_M[-1])
    plane = GroundPlane(calibration)
    lines = [
        line
        for axis in (0, 1)
        for value in _multiples(float(low[axis]), float(high[axis]), spacing)
        for line in _visible(plane, axis, value, (float(low[1 - axis]), float(high[1 - axis])))
    ]
    return spacing, lines


def _multiples(low: float, high: float, spacing: float) -> Iterator[float]:
    first, last = int(np.ceil(low / spacing)), int(np.floor(high / spacing))
    for count in range(first, min(last, first + 2 * MOST_LINES) + 1):
        yield count * spacing


def _visible(
    plane: GroundPlane, axis: int, value: float, span: tuple[float, float]
) -> Iterator[GridLine]:
    """The parts of a line that are in the picture."""
    ground = np.empty((_SAMPLES, 2))
    ground[:, axis] = value
    ground[:, 1 - axis] = np.linspace(*span, _SAMPLES)
    image = plane.to_picture(ground)
    name: Literal["x", "y"] = "x" if axis == 0 else "y"
    for is_seen, part in groupby(image.round(4).tolist(), key=_is_in_picture):
        points = tuple((x, y) for x, y in part)
        if is_seen and len(points) > 1:
            yield GridLine(axis=name, value_m=value, points=points)


def _is_in_picture(point: Sequence[float]) -> bool:
    return all(0.0 <= coordinate <= 1.0 for coordinate in point)
