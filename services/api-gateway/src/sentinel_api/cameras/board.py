"""The present: which incidents are active, and where each camera's media clock stands.

Kept in memory from the bus and the database, so that a list of cameras and a WebSocket say the
same without a query.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sentinel_core.domain.cameras import CameraState, CameraStatus, SourceState


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """In stream epoch `epoch` of a camera, tick `pts_90k` was captured at `utc` (ISO 8601)."""

    camera_key: str
    epoch: str
    pts_90k: int
    utc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChange:
    """What a new set of active incidents means: did the alert begin or end, which ended."""

    alert_changed: bool
    ended: frozenset[UUID]


class CameraBoard:
    """Active incidents and clock readings by camera key."""

    def __init__(self) -> None:
        self._active: dict[str, frozenset[UUID]] = {}
        self._clocks: dict[str, ClockReading] = {}

    @property
    def clocks(self) -> Mapping[str, ClockReading]:
        """The newest reading of each camera that had one."""
        return self._clocks

    def set_active(self, camera_key: str, incidents: Iterable[UUID]) -> AlertChange:
        """Take over which incidents are active on a camera."""
        before = self._active.get(camera_key, frozenset())
        now = frozenset(incidents)
        self._active[camera_key] = now
        return AlertChange(alert_changed=bool(before) != bool(now), ended=before - now)

    def note_clock(self, reading: ClockReading) -> None:
        """Take a clock reading over."""
        self._clocks[reading.camera_key] = reading

    def forget(self, camera_key: str) -> None:
        """The camera was removed."""
        self._active.pop(camera_key, None)
        self._clocks.pop(camera_key, None)

    def has_active(self, camera_key: str) -> bool:
        """Whether an incident is active on the camera."""
        return bool(self._active.get(camera_key))

    def status_of(self, camera_key: str, state: CameraState | None) -> CameraStatus:
        """What the API shows: `alert` = online with an active incident."""
        source = state.state if state else SourceState.OFFLINE
        return show_status(source, has_active=self.has_active(camera_key))


def show_status(state: SourceState, *, has_active: bool) -> CameraStatus:
    """The three words of the API for the finer state and the incidents."""
    if state is not SourceState.ONLINE:
        return CameraStatus.OFFLINE
    return CameraStatus.ALERT if has_active else CameraStatus.ONLINE
