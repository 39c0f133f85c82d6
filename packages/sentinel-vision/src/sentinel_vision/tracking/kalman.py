"""Constant-velocity Kalman filters of many boxes at once, without a matrix.

A box is centre x, centre y, width, height, each with a speed. The four coordinates of a box share
one noise, relative to its height, so that they share one covariance: three numbers for each box
instead of an 8 x 8 matrix, and the gain needs a division instead of an inverse.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.tracking.settings import TrackerSettings

Floats = NDArray[np.float64]

# Columns of the state of one box.
BOX = slice(0, 4)
SPEED = slice(4, 8)
HEIGHT = 3
BOX_VARIANCE, COVARIANCE, SPEED_VARIANCE = 8, 9, 10
STATE_SIZE = 11

# A coasting box must not shrink to nothing or turn inside out.
LEAST_SIZE_PX = 1.0


@dataclass(frozen=True, slots=True)
class BoxFilter:
    """Starts, predicts and corrects rows of state: float64, shape (n, STATE_SIZE), pixels, s."""

    settings: TrackerSettings

    def start(self, measured: Floats) -> Floats:
        """State of boxes seen for the first time.

        Args:
            measured: shape (n, 4): centre x, centre y, width, height in pixels.
        """
        state = np.zeros((len(measured), STATE_SIZE))
        state[:, BOX] = measured
        squared_height = measured[:, HEIGHT] ** 2
        state[:, BOX_VARIANCE] = squared_height * self.settings.measurement_noise**2
        state[:, SPEED_VARIANCE] = squared_height * self.settings.start_speed**2
        return state

    def predict(self, state: Floats, elapsed_s: float) -> None:
        """Move the boxes on by `elapsed_s`, in place."""
        settings = self.settings
        squared_height = state[:, HEIGHT] ** 2
        box_variance, covariance, speed_variance = _variances(state)
        state[:, BOX] += state[:, SPEED] * elapsed_s
        np.maximum(state[:, 2:4], LEAST_SIZE_PX, out=state[:, 2:4])
        # White noise on the speed, integrated over the step, and a random walk of the box.
        agility = squared_height * (settings.acceleration_noise**2 * elapsed_s)
        drift = squared_height * (settings.drift_noise**2 * elapsed_s)
        box_variance += elapsed_s * (2.0 * covariance + elapsed_s * speed_variance)
        box_variance += agility * (elapsed_s**2 / 3.0) + drift
        covariance += elapsed_s * (speed_variance + agility / 2.0)
        speed_variance += agility

    def correct(self, state: Floats, measured: Floats) -> None:
        """Take in an observation of each box, in place; the rows of both arguments agree."""
        box_variance, covariance, speed_variance = _variances(state)
        noise = (self.settings.measurement_noise * measured[:, HEIGHT]) ** 2
        total = box_variance + noise
        box_gain = box_variance / total
        speed_gain = covariance / total
        innovation = measured - state[:, BOX]
        state[:, BOX] += box_gain[:, None] * innovation
        state[:, SPEED] += speed_gain[:, None] * innovation
        speed_variance -= speed_gain * covariance
        box_variance *= 1.0 - box_gain
        covariance *= 1.0 - box_gain


def _variances(state: Floats) -> tuple[Floats, Floats, Floats]:
    return state[:, BOX_VARIANCE], state[:, COVARIANCE], state[:, SPEED_VARIANCE]
