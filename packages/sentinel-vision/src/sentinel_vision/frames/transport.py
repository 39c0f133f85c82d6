"""FrameTransport: how frames come to inference, and what became of each."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.domain.frames import DropReason
from sentinel_vision.frames.frame import Frame


@dataclass(frozen=True, slots=True)
class FrameOutcome:
    """What became of a frame: inferred (`dropped` is None), or dropped for a reason."""

    dropped: DropReason | None = None


INFERRED = FrameOutcome()


class FrameTransport(Protocol):
    """The way from camera-service to inference-service."""

    async def infer(self, frame: Frame) -> FrameOutcome:
        """Send a frame and wait for its outcome.

        A caller has at most one frame of a camera in flight; that is its credit. The frame's
        arrays may be reused once this returns.

        Raises:
            DependencyUnavailable: Inference is away; the frame was not looked at.
        """
        ...


class InProcessFrameTransport:
    """The transport of the embedded mode: a function call."""

    def __init__(self) -> None:
        self._handler: Callable[[Frame], Awaitable[FrameOutcome]] | None = None

    def connect(self, handler: Callable[[Frame], Awaitable[FrameOutcome]]) -> None:
        """Give frames to `handler` from now on."""
        self._handler = handler

    def disconnect(self) -> None:
        """Inference is away from now on."""
        self._handler = None

    async def infer(self, frame: Frame) -> FrameOutcome:
        """Hand the frame to the connected handler."""
        if self._handler is None:
            raise DependencyUnavailable("inference is not connected")
        return await self._handler(frame)
