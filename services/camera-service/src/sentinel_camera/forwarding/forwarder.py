"""Hands the frames of one camera to inference: one in flight, the newest waits, older ones go."""

import asyncio

import structlog

from sentinel_core.domain.errors import SentinelError
from sentinel_core.domain.frames import DropReason, FrameLedger
from sentinel_vision.frames.frame import Frame
from sentinel_vision.frames.transport import FrameTransport

_log = structlog.get_logger(__name__)

_STOP_WAIT_S = 2.0


class FrameForwarder:
    """Owns each frame from `offer` on: it is released exactly once, and the ledger hears of it."""

    def __init__(self, transport: FrameTransport, ledger: FrameLedger) -> None:
        self._transport = transport
        self._ledger = ledger
        self._waiting: Frame | None = None
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        """Begin to forward."""
        self._task = asyncio.create_task(self._run(), name="frame-forwarder")

    def offer(self, frame: Frame) -> None:
        """Take a frame that was entered in the ledger; an older one that still waits is dropped."""
        self.drop_waiting(DropReason.QUEUE_FULL)
        if self._stopping:
            self._drop(frame, DropReason.SHUTDOWN)
            return
        self._waiting = frame
        self._wake.set()

    def drop_waiting(self, reason: DropReason) -> None:
        """Drop the frame that waits, where one does."""
        if self._waiting is not None:
            frame, self._waiting = self._waiting, None
            self._drop(frame, reason)

    async def stop(self) -> None:
        """Drop what waits and give the frame in flight a moment; fine to call twice."""
        self._stopping = True
        self.drop_waiting(DropReason.SHUTDOWN)
        self._wake.set()
        if self._task is not None:
            done, _ = await asyncio.wait([self._task], timeout=_STOP_WAIT_S)
            if not done:
                self._task.cancel()
                await asyncio.wait([self._task])

    async def _run(self) -> None:
        while not self._stopping:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting is not None:
                frame, self._waiting = self._waiting, None
                await self._forward(frame)

    async def _forward(self, frame: Frame) -> None:
        dropped: DropReason | None = DropReason.SHUTDOWN
        try:
            dropped = (await self._transport.infer(frame)).dropped
        except SentinelError:
            dropped = DropReason.INFERENCE_ERROR
        except Exception:  # noqa: BLE001 - outermost loop: video goes on without inference
            _log.exception("inference failed", camera=frame.camera_key, frame=frame.frame_id)
            dropped = DropReason.INFERENCE_ERROR
        finally:
            if dropped is None:
                self._ledger.infer()
            else:
                self._ledger.drop(dropped)
            frame.release()

    def _drop(self, frame: Frame, reason: DropReason) -> None:
        self._ledger.drop(reason)
        frame.release()
