"""Grades all cameras again and again, and shows the grades with their states."""

from collections.abc import Callable, Mapping
from typing import Protocol

from sentinel_camera.health.grading import grade
from sentinel_camera.health.monitor import HealthMonitor
from sentinel_camera.sampling.camera_rate import CameraRate
from sentinel_camera.supervision.states import StateBoard
from sentinel_core.ports.clock import Clock

_GRADE_S = 5.0


class WatchedCamera(Protocol):
    """What is graded, and what is shown beside the grade."""

    @property
    def monitor(self) -> HealthMonitor:
        """What happened to the camera."""
        ...

    @property
    def rate(self) -> CameraRate:
        """How often it is sampled."""
        ...


class HealthWatch:
    """Of all cameras of this process."""

    def __init__(
        self,
        cameras: Callable[[], Mapping[str, WatchedCamera]],
        board: StateBoard,
        clock: Clock,
    ) -> None:
        self._cameras = cameras
        self._board = board
        self._clock = clock

    async def keep_graded(self) -> None:
        """Grade until cancelled."""
        while True:
            await self._clock.sleep(_GRADE_S)
            self.grade()

    def grade(self) -> None:
        """Grade each camera by what is known of it now."""
        for camera_key, camera in self._cameras().items():
            health = grade(camera.monitor.figures())
            self._board.show_health(camera_key, health, camera.rate.rate_fps)
