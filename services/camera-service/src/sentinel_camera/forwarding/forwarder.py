"""Brings frames to inference: one in flight, the newest waits, older ones go."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress

import structlog

from sentinel_core.domain.errors import SentinelError
from sentinel_core.domain.frames import DropReason, FrameLedger
from sentinel_core.ports.clock import Clock
from sentinel_vision.frames.frame import Frame
from sentinel_vision.frames.transport import FrameTransport

_log = structlog.get_logger(__name__)

_STOP_WAIT_S = 2.0


class FrameForwarder:
    """Owns each frame from `offer` on: it is released exactly once, and the ledger hears of it.

    A live frame that waits is dropped for a newer one, and when it is older than the staleness
    budget. Frames of a file that is read once all have their turn: the reader waits for them.
    """

    def __init__(
        self,
        transport: FrameTransport,
        ledger: FrameLedger,
        clock: Clock,
        *,
        staleness_budget_s: float,
        note_inferred: Callable[[float, float], None],
    ) -> None:
        """Begin with `start`.

        Args:
            transport: Where frames go.
            ledger: Hears of each frame's fate.
            clock: Tells how old frames are.
            staleness_budget_s: Age from which a live frame is of no use.
            note_inferred: Called with the age of each live frame that was inferred, and with how
                long it was here, in seconds. Reordering and decoding make the difference.
        """
        self._transport = transport
        self._ledger = ledger
        self._clock = clock
        self._staleness_budget_s = staleness_budget_s
        self._note_inferred = note_inferred
        self._waiting: deque[tuple[Frame, float]] = deque()
        """Frames, and when they were offered."""
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        """Begin to forward."""
        self._task = asyncio.create_task(self._run(), name="frame-forwarder")

    def offer(self, frame: Frame) -> None:
        """Take a frame that was entered in the ledger; an older one that still waits is dropped."""
        if self._stopping:
            self._drop(frame, DropReason.SHUTDOWN)
            return
        self.drop_waiting(DropReason.QUEUE_FULL)
        self._waiting.append((frame, self._clock.monotonic()))
        self._wake.set()

    def drop_waiting(self, reason: DropReason) -> None:
        """Drop the live frames that wait."""
        kept: deque[tuple[Frame, float]] = deque()
        for frame, offered_s in self._waiting:
            if frame.is_live:
                self._drop(frame, reason)
            else:
                kept.append((frame, offered_s))
        self._waiting = kept

    def drop_everything(self, reason: DropReason) -> None:
        """Drop all frames that wait."""
        while self._waiting:
            self._drop(self._waiting.popleft()[0], reason)

    async def settle(self) -> None:
        """Wait until no frame is in flight, but not for ever."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), _STOP_WAIT_S)

    async def stop(self) -> None:
        """Drop what waits and give the frame in flight a moment; fine to call twice."""
        self._stopping = True
        self.drop_everything(DropReason.SHUTDOWN)
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
            while self._waiting:
                frame, offered_s = self._waiting.popleft()
                if frame.is_live and self._age_s(frame) > self._staleness_budget_s:
                    self._drop(frame, DropReason.STALE)
                else:
                    await self._forward(frame, offered_s)

    async def _forward(self, frame: Frame, offered_s: float) -> None:
        dropped: DropReason | None = DropReason.SHUTDOWN
        self._idle.clear()
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
                if frame.is_live:
                    self._note_inferred(self._age_s(frame), self._clock.monotonic() - offered_s)
            else:
                self._ledger.drop(dropped)
            frame.release()
            self._idle.set()

    def _age_s(self, frame: Frame) -> float:
        return self._clock.monotonic() - frame.arrived_monotonic_s

    def _drop(self, frame: Frame, reason: DropReason) -> None:
        self._ledger.drop(reason)
        frame.release()
