"""inference-service's side: takes the streams of all camera-services."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

import structlog
from grpc import aio

from sentinel_core.contracts.generated import inference_stream_pb2 as messages
from sentinel_core.contracts.generated import inference_stream_pb2_grpc as rpc
from sentinel_core.domain.errors import SentinelError
from sentinel_core.domain.frames import DropReason
from sentinel_core.ports.clock import Clock
from sentinel_vision.frames.frame import Frame
from sentinel_vision.frames.grpc.wire import UnreadableFrame, decode_frame, encode_fate
from sentinel_vision.frames.transport import FrameOutcome

_log = structlog.get_logger(__name__)

_PICTURE_WAIT_S = 2.0
_MAX_FENCES = 10_000
"""Cameras whose newest fence is remembered: more than anybody has."""

Handler = Callable[[Frame], Awaitable[FrameOutcome]]


class Requests(Protocol):
    """What a stream brings."""

    def __aiter__(self) -> AsyncIterator[messages.InferRequest]:
        """In order."""
        ...


class FrameReceiver(rpc.InferenceStreamServicer):
    """Hands frames to `handler`, one of each camera at a time, and answers with the outcome.

    A frame is dropped here where it cannot be decoded (`corrupt`), where the sender does not wait
    for it any more (`stale`), where its camera has one in flight (`queue_full`), and where its
    camera was given to another holder (`shutdown`).
    """

    def __init__(self, handler: Handler, clock: Clock, *, credits_per_stream: int) -> None:
        self._handler = handler
        self._clock = clock
        self._credits = credits_per_stream
        self._busy: set[str] = set()
        self._fences: dict[str, int] = {}
        self._sessions: set[_Session] = set()
        self._running: set[asyncio.Task[None]] = set()
        self._draining = False
        self.fates: Counter[DropReason | None] = Counter()
        """What became of the frames that came here; None: inferred."""

    def register(self, server: aio.Server) -> None:
        """Add this service to a server."""
        rpc.add_InferenceStreamServicer_to_server(self, server)

    @property
    def streams(self) -> int:
        """Senders that are connected."""
        return len(self._sessions)

    async def Infer(  # noqa: N802 - the name in the contract
        self, request_iterator: Requests, context: object
    ) -> AsyncIterator[messages.InferResponse]:
        """One sender's stream."""
        del context
        if self._draining:
            return
        session = _Session()
        self._sessions.add(session)
        reading = asyncio.create_task(self._read(request_iterator, session), name="frame-reader")
        try:
            yield messages.InferResponse(credits=self._credits)
            while (response := await session.responses.get()) is not None:
                yield response
        finally:
            self._sessions.discard(session)
            reading.cancel()
            await asyncio.wait([reading])

    async def drain(self, wait_s: float) -> None:
        """Take no more frames; returns when those in flight have their outcomes, or after `wait_s`."""
        self._draining = True
        for session in self._sessions:
            session.drain()
        if self._running:
            await asyncio.wait(self._running, timeout=wait_s)
        for session in self._sessions:
            session.end()

    async def _read(self, requests: Requests, session: "_Session") -> None:
        async for request in requests:
            kind = request.WhichOneof("kind")
            if kind == "hello":
                _log.info("frames come", instance=request.hello.instance_id)
            elif kind == "frame":
                if session.in_flight >= self._credits:
                    _log.warning("a sender takes more than it was granted: hung up")
                    session.end()
                    return
                session.in_flight += 1
                task = asyncio.create_task(self._take(request.frame, session), name="frame")
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            elif kind == "picture":
                session.take_picture(request.picture)
        session.end_when_idle()

    async def _take(self, message: messages.Frame, session: "_Session") -> None:
        outcome = FrameOutcome(DropReason.INFERENCE_ERROR)
        try:
            outcome = await self._decide(message, session)
        finally:
            session.in_flight -= 1
            self.fates[outcome.dropped] += 1
            session.answer(message.sequence, outcome)

    async def _decide(self, message: messages.Frame, session: "_Session") -> FrameOutcome:
        received_s = self._clock.monotonic()
        camera_key = message.camera_key
        if self._draining or message.fence < self._fences.get(camera_key, 0):
            return FrameOutcome(DropReason.SHUTDOWN)
        if camera_key in self._busy:
            return FrameOutcome(DropReason.QUEUE_FULL)
        self._busy.add(camera_key)
        try:
            ask = session.asker(message.sequence)
            frame = await asyncio.to_thread(decode_frame, message, received_s, ask)
            self._note_fence(camera_key, message.fence)
            if self._clock.monotonic() - received_s > message.remaining_ms / 1000:
                return FrameOutcome(DropReason.STALE)
            return await self._handler(frame)
        except UnreadableFrame as error:
            _log.warning("unreadable frame", reason=str(error))
            return FrameOutcome(DropReason.CORRUPT)
        except SentinelError as error:
            _log.warning("frame not inferred", camera=camera_key, reason=error.message)
            return FrameOutcome(DropReason.INFERENCE_ERROR)
        finally:
            self._busy.discard(camera_key)

    def _note_fence(self, camera_key: str, fence: int) -> None:
        self._fences[camera_key] = max(fence, self._fences.pop(camera_key, 0))
        if len(self._fences) > _MAX_FENCES:
            del self._fences[next(iter(self._fences))]


class _Session:
    """What is to be said to one sender."""

    def __init__(self) -> None:
        self.responses: asyncio.Queue[messages.InferResponse | None] = asyncio.Queue()
        self.in_flight = 0
        self._pictures: dict[int, asyncio.Future[bytes]] = {}
        self._draining = False
        self._ending = False

    def asker(self, sequence: int) -> Callable[[], bytes]:
        """What a worker thread calls to have the source's picture of a frame in flight."""
        loop = asyncio.get_running_loop()

        def ask() -> bytes:
            asking = asyncio.run_coroutine_threadsafe(self._ask(sequence), loop)
            return asking.result()

        return ask

    def take_picture(self, picture: messages.SourcePicture) -> None:
        """The sender's answer; one that nobody waits for any more is thrown away."""
        waiting = self._pictures.get(picture.sequence)
        if waiting is not None and not waiting.done():
            waiting.set_result(picture.jpeg)

    async def _ask(self, sequence: int) -> bytes:
        waiting: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._pictures[sequence] = waiting
        request = messages.PictureRequest(sequence=sequence)
        self.responses.put_nowait(messages.InferResponse(picture_request=request))
        try:
            async with asyncio.timeout(_PICTURE_WAIT_S):
                return await waiting
        finally:
            self._pictures.pop(sequence, None)

    def answer(self, sequence: int, outcome: FrameOutcome) -> None:
        fate = messages.Outcome(sequence=sequence, fate=encode_fate(outcome))
        self.responses.put_nowait(
            messages.InferResponse(credits=0 if self._draining else 1, outcome=fate)
        )
        if self._ending and self.in_flight == 0:
            self.end()

    def drain(self) -> None:
        self._draining = True
        self.responses.put_nowait(messages.InferResponse(drain=messages.Drain()))

    def end_when_idle(self) -> None:
        """The sender says no more."""
        self._ending = True
        if self.in_flight == 0:
            self.end()

    def end(self) -> None:
        self.responses.put_nowait(None)
