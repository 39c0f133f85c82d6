"""The right to read a camera, as its holder has it."""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from sentinel_core.domain.frames import DropReason
from sentinel_core.ports.clock import Clock
from sentinel_vision.frames.frame import Frame
from sentinel_vision.frames.transport import FrameOutcome, FrameTransport


@dataclass(slots=True, eq=False, kw_only=True)
class Tenure:
    """One uninterrupted time of holding a camera.

    Attributes:
        fence: Goes with each frame, so that inference can refuse those of a former holder.
        starts_at_90k: Media time that the camera's clock begins with: no earlier holder came so far.
        valid_until_s: `Clock.monotonic()` from which on the camera may be another's.
        promised_90k: No frame is sent from here on: the next holder may begin here.
        media_end_90k: Where the camera's clock has come to; the reader's to set.
        is_wanted: False: another instance is to have it, as soon as its reader has stopped.
    """

    camera_id: UUID
    fence: int = 0
    starts_at_90k: int = 0
    valid_until_s: float = math.inf
    promised_90k: float = math.inf
    media_end_90k: Callable[[], int] | None = None
    is_wanted: bool = True

    def is_valid(self, now_s: float) -> bool:
        """Whether the camera may be read at `now_s`."""
        return now_s < self.valid_until_s


class CameraAssignment(Protocol):
    """Says which cameras are to be read here."""

    @property
    def trouble(self) -> str | None:
        """Why it cannot be told at present."""
        ...

    @property
    def held(self) -> Mapping[UUID, Tenure]:
        """What may be read now, by camera id."""
        ...

    @property
    def hang_up_after_s(self) -> float | None:
        """A reader hangs up by itself when this process does nothing for so long; None: never."""
        ...

    def start(self, changed: Callable[[], None]) -> None:
        """Begin; `changed` is called, in the event loop, whenever `held` has changed."""
        ...

    def settle(self, cameras: Collection[UUID]) -> None:
        """All cameras that are configured."""
        ...

    async def give_back(self, tenure: Tenure) -> None:
        """Its reader has stopped. Never raises: what cannot be given back expires."""
        ...

    async def stop(self) -> None:
        """All readers have stopped: give everything back. Fine to call twice."""
        ...


class SoleAssignment:
    """The only camera-service reads every camera; nothing is stored.

    The embedded mode's: its data directory is held by one process at a time.
    """

    trouble: str | None = None
    hang_up_after_s: float | None = None

    def __init__(self) -> None:
        self._held: dict[UUID, Tenure] = {}

    @property
    def held(self) -> Mapping[UUID, Tenure]:
        """Every camera."""
        return self._held

    def start(self, changed: Callable[[], None]) -> None:
        """Nothing to do."""

    def settle(self, cameras: Collection[UUID]) -> None:
        """Take what is new, forget what is gone."""
        self._held = {
            camera_id: self._held.get(camera_id) or Tenure(camera_id=camera_id)
            for camera_id in cameras
        }

    async def give_back(self, tenure: Tenure) -> None:
        """Nothing to do."""

    async def stop(self) -> None:
        """Nothing to do."""


class TenureTransport:
    """Sends frames only while the camera is held, with the fence of the tenure."""

    def __init__(self, transport: FrameTransport, tenure: Tenure, clock: Clock) -> None:
        self._transport = transport
        self._tenure = tenure
        self._clock = clock

    async def infer(self, frame: Frame) -> FrameOutcome:
        """See `FrameTransport.infer`."""
        tenure = self._tenure
        if not tenure.is_valid(self._clock.monotonic()) or frame.pts_90k >= tenure.promised_90k:
            return FrameOutcome(DropReason.SHUTDOWN)
        return await self._transport.infer(replace(frame, fence=tenure.fence))
