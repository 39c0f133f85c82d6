"""The ground plane of a calibrated camera, and how far it can be trusted."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.zones import GroundPoint
from sentinel_vision.rules.geometry import Floats

CLICK_ERROR: Final = 0.002
"""Standard deviation of a calibration point that a person set, in frame widths and heights."""

_COORDINATES = 2
_FREE = 8
_LEAST_DEPTH = 1e-3
_LEAST_LENGTH = 1e-12
_WORST_CONDITION: Final = 1e15
_STEP: Final = 1e-4
"""How far a point is moved to see what that does; small enough for the fit to follow linearly."""


class GroundPlane:
    """From the picture to the ground: a homography fitted to the calibration's points.

    Source of the fit: direct linear transform with normalised points (Hartley, 1997). Its error is
    the error of the points in the picture, carried through the fit to first order (Criminisi,
    Reid, Zisserman, 1999): each coordinate is moved a little and the fit is made anew. How wrong
    the points are is read from what the fit leaves over; four points leave nothing over, so that
    the error is never taken to be below `CLICK_ERROR`.

    Attributes:
        point_error: Standard deviation of the points' coordinates, in frame widths and heights.
    """

    def __init__(self, calibration: Sequence[GroundPoint]) -> None:
        image = np.array([point.image for point in calibration], dtype=np.float64)
        ground = np.array([point.ground_m for point in calibration], dtype=np.float64)
        self._matrix = _fit_scaled(image, ground)
        self._linear, self._offset = self._matrix[:, :2].T.copy(), self._matrix[:, 2]
        self._back = np.linalg.inv(self._matrix)
        self._image, self._ground = image, ground
        self.point_error = max(CLICK_ERROR, self._left_over())
        self._moved: Floats | None = None

    def to_metres(self, points: Floats) -> Floats:
        """Ground positions, shape (n, 2), of normalised picture points, shape (n, 2).

        NaN at and above the horizon, where there is no ground.
        """
        projected = points @ self._linear
        projected += self._offset
        depths = projected[:, 2:]
        depths[depths <= _LEAST_DEPTH] = np.nan
        metres: Floats = projected[:, :2] / depths
        return metres

    def paces(self, points: Floats) -> Floats:
        """Metres on the ground per frame width and height at picture points, shape (n, 2).

        Returns:
            By direction in the picture and on the ground, shape (2, 2, n); NaN without ground.
        """
        projected = points @ self._linear
        projected += self._offset
        depths = projected[:, 2]
        depths[depths <= _LEAST_DEPTH] = np.nan
        metres = (projected[:, :2] / depths[:, None]).T
        # The derivative of a quotient.
        turned: Floats = self._linear[:, :2, None] - self._linear[:, 2:, None] * metres
        turned /= depths
        return turned

    def away(self, ground_m: Floats) -> Floats:
        """Where the ground goes upwards in the picture, unit vectors, shape (n, 2), by its places.

        A vertical line of the picture is a straight one on the ground, and all have one point.
        """
        away: Floats = ground_m * self._linear[1, 2]
        away -= self._linear[1, :2]
        away /= np.maximum(_lengths(away), _LEAST_LENGTH)[:, None]
        return away

    def to_picture(self, ground_m: Floats) -> Floats:
        """Normalised picture points, shape (n, 2), of ground positions; NaN behind the camera."""
        projected = ground_m @ self._back[:, :2].T + self._back[:, 2]
        # A point of the picture that is on the ground has a positive depth in both directions.
        depths = projected[:, 2:]
        points: Floats = projected[:, :2] / np.where(depths > _LEAST_DEPTH, depths, np.nan)
        return points

    def error_m(self, points: Floats) -> Floats:
        """Standard deviation of `to_metres`, in metres, shape (n,); infinite without ground."""
        offsets = self._through_moved(points) - self.to_metres(points)
        return _spread(np.hypot(offsets[..., 0], offsets[..., 1]))

    def way_error_m(self, before: Floats, after: Floats) -> Floats:
        """Standard deviation of the way between two places, in metres, shape (n,).

        The errors of places that are near each other are nearly the same, so that a way is known
        much better than its ends.

        Args:
            before: Normalised picture points, shape (n, 2).
            after: Likewise.
        """
        way = _lengths(self.to_metres(after) - self.to_metres(before))
        moved = _lengths(self._through_moved(after) - self._through_moved(before))
        return _spread(moved - way)

    def _left_over(self) -> float:
        """Error of the points in the picture as the fit shows it; 0 where it is exact."""
        free = _COORDINATES * len(self._image) - _FREE
        if not free:
            return 0.0
        seen = self._ground @ self._back[:, :2].T + self._back[:, 2]
        with np.errstate(divide="ignore", invalid="ignore"):
            offsets = seen[:, :2] / seen[:, 2:] - self._image
        left_over = float(np.sqrt((offsets**2).sum() / free))
        if not np.isfinite(left_over):
            raise _contradiction()
        return left_over

    def _through_moved(self, points: Floats) -> Floats:
        """Where the points are by the moved fits, scaled to the real error: (2 p, n, 2)."""
        if self._moved is None:
            self._moved = np.array(self._fit_moved())
        projected = points @ self._moved[:, :, :2].transpose(0, 2, 1)
        projected += self._moved[:, None, :, 2]
        depths = projected[..., 2:]
        moved = projected[..., :2] / np.where(depths > 0.0, depths, np.nan)
        here = self.to_metres(points)
        scaled: Floats = here + (moved - here) * (self.point_error / _STEP)
        return scaled

    def _fit_moved(self) -> list[Floats]:
        """The fit with each coordinate of each point moved by `_STEP`."""
        fits = []
        for index in np.ndindex(self._image.shape):
            image = self._image.copy()
            image[index] += _STEP
            try:
                fits.append(_fit_scaled(image, self._ground))
            except InvalidInput:
                # So little decides whether there is a fit at all: nothing is known.
                fits.append(np.full((3, 3), np.nan))
        return fits


def _lengths(vectors: Floats) -> Floats:
    lengths: Floats = np.hypot(vectors[..., 0], vectors[..., 1])
    return lengths


def _spread(errors: Floats) -> Floats:
    """Root of the summed squares over the first axis; infinite where nothing is known."""
    total = np.sqrt((errors**2).sum(axis=0))
    spread: Floats = np.where(np.isnan(total), np.inf, total)
    return spread


def _fit_scaled(image: Floats, ground: Floats) -> Floats:
    """The fit with a median depth of 1. Raises InvalidInput where the points make none."""
    matrix = _fit_homography(image, ground)
    depths = image @ matrix[2, :2] + matrix[2, 2]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        scaled: Floats = matrix / np.median(depths)
    if not np.isfinite(scaled).all() or np.linalg.cond(scaled) > _WORST_CONDITION:
        raise _contradiction()
    return scaled


def _contradiction() -> InvalidInput:
    return InvalidInput("the calibration's points contradict each other", field="calibration")


def _fit_homography(image: Floats, ground: Floats) -> Floats:
    to_image, to_ground = _normalising_transform(image), _normalising_transform(ground)
    x, y = (image @ to_image[:2, :2].T + to_image[:2, 2]).T
    u, v = (ground @ to_ground[:2, :2].T + to_ground[:2, 2]).T
    one, none = np.ones_like(x), np.zeros_like(x)
    upper = np.column_stack([x, y, one, none, none, none, -u * x, -u * y, -u])
    lower = np.column_stack([none, none, none, x, y, one, -v * x, -v * y, -v])
    _, strengths, directions = np.linalg.svd(np.vstack([upper, lower]))
    if strengths[7] < 1e-6 * strengths[0]:
        raise InvalidInput("the calibration's points lie on one line", field="calibration")
    fitted: Floats = np.linalg.inv(to_ground) @ directions[-1].reshape(3, 3) @ to_image
    return fitted


def _normalising_transform(points: Floats) -> Floats:
    centre = points.mean(axis=0)
    spread = float(np.sqrt(((points - centre) ** 2).sum(axis=1)).mean()) or 1.0
    scale = np.sqrt(2.0) / spread
    return np.array([[scale, 0, -scale * centre[0]], [0, scale, -scale * centre[1]], [0, 0, 1]])
