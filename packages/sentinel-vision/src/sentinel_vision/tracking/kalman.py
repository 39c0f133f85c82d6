"""Constant-velocity Kalman filters of many boxes at once, without a matrix.

A box is centre x, centre y, width, height, each with a speed. The four coordinates of a box share
one noise, relative to its height, so that they share one covariance: three numbers for each box
instead of an 8 x 8 matrix, and the gain needs a division instead of an inverse.

A quantity of all boxes is a row of the state, so that what is computed with lies together in
memory: half the time of the other way round.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.tracking.settings import TrackerSettings

Floats = NDArray[np.float64]

# Rows of the state.
BOX = slice(0, 4)
SPEED = slice(4, 8)
SIZE = slice(2, 4)
HEIGHT = 3
BOX_VARIANCE, COVARIANCE, SPEED_VARIANCE = 8, 9, 10
STATE_SIZE = 11

# A coasting box must not shrink to nothing or turn inside out.
LEAST_SIZE_PX = 1.0


@dataclass(frozen=True, slots=True)
class BoxFilter:
    """Starts, predicts and corrects states: float64, shape (STATE_SIZE, n), pixels and seconds."""

    settings: TrackerSettings

    def start(self, measured: Floats) -> Floats:
        """State of boxes seen for the first time.

        Args:
            measured: shape (4, n): centre x, centre y, width, height in pixels.
        """
        state = np.zeros((STATE_SIZE, measured.shape[1]))
        state[BOX] = measured
        squared_height = measured[HEIGHT] ** 2
        state[BOX_VARIANCE] = squared_height * self.settings.measurement_noise**2
        state[SPEED_VARIANCE] = squared_height * self.settings.start_speed**2
        return state

    def predict(self, state: Floats, elapsed_s: float) -> None:
        """Move the boxes on by `elapsed_s`, in place."""
        settings = self.settings
        boxes, sizes, height = state[BOX], state[SIZE], state[HEIGHT]
        box_variance, covariance, speed_variance = _variances(state)
        squared_height = height * height
        boxes += state[SPEED] * elapsed_s
        np.maximum(sizes, LEAST_SIZE_PX, out=sizes)
        from_speed = speed_variance * elapsed_s
        box_variance += (covariance + covariance + from_speed) * elapsed_s
        covariance += from_speed
        # White noise on the speed, integrated over the step, and a random walk of the box.
        agility = settings.acceleration_noise**2 * elapsed_s
        drift = settings.drift_noise**2 * elapsed_s
        box_variance += squared_height * (agility * elapsed_s**2 / 3.0 + drift)
        covariance += squared_height * (agility * elapsed_s / 2.0)
        speed_variance += squared_height * agility

    def correct(self, state: Floats, measured: Floats) -> None:
        """Take in an observation of each box, in place; column i of both is the same box."""
        boxes, speeds, height = state[BOX], state[SPEED], measured[HEIGHT]
        box_variance, covariance, speed_variance = _variances(state)
        total = height * height * self.settings.measurement_noise**2 + box_variance
        box_gain = box_variance / total
        speed_gain = covariance / total
        innovation = measured - boxes
        boxes += box_gain * innovation
        speeds += speed_gain * innovation
        speed_variance -= speed_gain * covariance
        unlearnt = 1.0 - box_gain
        box_variance *= unlearnt
        covariance *= unlearnt


def _variances(state: Floats) -> tuple[Floats, Floats, Floats]:
    return state[BOX_VARIANCE], state[COVARIANCE], state[SPEED_VARIANCE]


def to_corners(boxes: Floats) -> Floats:
    """Centre x, centre y, width, height to x1, y1, x2, y2; shape (4, n)."""
    centres = boxes[:2]
    half = boxes[2:] * 0.5
    return np.concatenate((centres - half, centres + half))
