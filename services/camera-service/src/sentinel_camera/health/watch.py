"""Grades all cameras again and again, and shows the grades with their states."""

from collections.abc import Callable, Mapping

from sentinel_camera.health.grading import grade
from sentinel_camera.health.monitor import HealthMonitor
from sentinel_camera.supervision.states import StateBoard
from sentinel_core.ports.clock import Clock

_GRADE_S = 5.0


class HealthWatch:
    """Of all cameras of this process."""

    def __init__(
        self,
        monitors: Callable[[], Mapping[str, HealthMonitor]],
        board: StateBoard,
        clock: Clock,
    ) -> None:
        self._monitors = monitors
        self._board = board
        self._clock = clock

    async def keep_graded(self) -> None:
        """Grade until cancelled."""
        while True:
            await self._clock.sleep(_GRADE_S)
            self.grade()

    def grade(self) -> None:
        """Grade each camera by what is known of it now."""
        for camera_key, monitor in self._monitors().items():
            self._board.show_health(camera_key, grade(monitor.figures()))
