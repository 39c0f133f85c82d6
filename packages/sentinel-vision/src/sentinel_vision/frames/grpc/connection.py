"""One stream to inference-service, from its first message to its end."""

import asyncio
import itertools
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import grpc
from grpc import aio

from sentinel_core.adapters.grpc import MAX_MESSAGE_BYTES
from sentinel_core.contracts.generated import inference_stream_pb2 as messages
from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.domain.frames import DropReason
from sentinel_core.ports.clock import Clock
from sentinel_vision.frames.frame import Frame, Picture, RemotePicture
from sentinel_vision.frames.grpc.wire import decode_fate, encode_source_picture
from sentinel_vision.frames.transport import FrameOutcome

Call: TypeAlias = "aio.StreamStreamCall[messages.InferRequest, messages.InferResponse]"

_OPEN_WAIT_S = 5.0
_MAX_PICTURE_BYTES = MAX_MESSAGE_BYTES - 1024


@dataclass(slots=True, eq=False)
class _Entry:
    """A frame on its way."""

    request: messages.InferRequest
    picture: Picture | RemotePicture
    arrived_s: float
    outcome: asyncio.Future[FrameOutcome] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    written: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    is_abandoned: bool = False
    answering: "asyncio.Task[None] | None" = None
    """Sends the source's picture."""


class SendingStream:
    """Writes frames as credits come, and gives each its outcome.

    Only tasks of its own write: gRPC ends a call whose write is cancelled.
    """

    def __init__(self, call: Call, clock: Clock, *, frame_timeout_s: float) -> None:
        self._call = call
        self._clock = clock
        self._frame_timeout_s = frame_timeout_s
        self._credits = asyncio.Semaphore(0)
        self._waiting: asyncio.Queue[_Entry] = asyncio.Queue()
        self._entries: dict[int, _Entry] = {}
        self._sequences = itertools.count(1)
        self._writing = asyncio.Lock()
        self._answering: set[asyncio.Task[None]] = set()
        self._writer: asyncio.Task[None] | None = None
        self.is_closing = False
        """It takes no more frames."""

    async def open(self, instance_id: str) -> None:
        """Say hello and wait for the first credits.

        Raises:
            DependencyUnavailable: Nobody answers.
        """
        hello = messages.Hello(instance_id=instance_id)
        try:
            async with asyncio.timeout(_OPEN_WAIT_S):
                await self._call.write(messages.InferRequest(hello=hello))
                first = await self._call.read()
        except TimeoutError:
            raise DependencyUnavailable("inference does not answer") from None
        except (grpc.RpcError, aio.UsageError, asyncio.InvalidStateError) as error:
            raise DependencyUnavailable(f"inference cannot be reached ({_name(error)})") from None
        if not isinstance(first, messages.InferResponse):
            raise DependencyUnavailable("inference takes no frames at present")
        self._take(first)
        self._writer = asyncio.create_task(self._write(), name="frame-writer")

    async def send(
        self, request: messages.InferRequest, frame: Frame, *, latest_s: float | None
    ) -> FrameOutcome:
        """Send a frame and wait for its outcome.

        Args:
            request: Holds the frame as it is sent.
            frame: The frame itself; its picture is looked at until this returns.
            latest_s: When it is too late to send it; None: it is sent whenever that can be.

        Raises:
            DependencyUnavailable: The stream broke.
        """
        if latest_s is not None and self._clock.monotonic() > latest_s:
            return FrameOutcome(DropReason.STALE)
        entry = _Entry(request, frame.picture, frame.arrived_monotonic_s)
        sequence = request.frame.sequence = next(self._sequences)
        self._entries[sequence] = entry
        self._waiting.put_nowait(entry)
        try:
            return await self._outcome(entry, latest_s)
        finally:
            entry.is_abandoned = True
            self._entries.pop(sequence, None)
            if entry.answering is not None:
                await asyncio.wait([entry.answering])

    async def receive(self) -> None:
        """Take what comes until the stream ends.

        Raises:
            DependencyUnavailable: It broke.
        """
        try:
            while isinstance(response := await self._call.read(), messages.InferResponse):
                self._take(response)
        except grpc.RpcError as error:
            raise DependencyUnavailable(f"inference was lost ({_name(error)})") from None

    async def finish(self, wait_s: float) -> None:
        """Take no more frames and give those on their way up to `wait_s`."""
        self.is_closing = True
        on_their_way = [entry.outcome for entry in self._entries.values()]
        if on_their_way:
            await asyncio.wait(on_their_way, timeout=wait_s)

    def close(self) -> None:
        """Hang up; who still waits is told that inference is away."""
        self.is_closing = True
        if self._writer is not None:
            self._writer.cancel()
        self._call.cancel()
        for entry in self._entries.values():
            if not entry.outcome.done():
                entry.outcome.set_exception(DependencyUnavailable("inference was lost"))

    async def _outcome(self, entry: _Entry, latest_s: float | None) -> FrameOutcome:
        wait_s = None if latest_s is None else max(0.0, latest_s - self._clock.monotonic())
        either: list[asyncio.Future[Any]] = [entry.written, entry.outcome]
        await asyncio.wait(either, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
        if entry.written.done():
            await asyncio.wait([entry.outcome], timeout=self._frame_timeout_s)
        if entry.outcome.done():
            return entry.outcome.result()
        late = DropReason.INFERENCE_TIMEOUT if entry.written.done() else DropReason.STALE
        return FrameOutcome(late)

    async def _write(self) -> None:
        while True:
            await self._credits.acquire()
            entry = await self._next()
            message = entry.request.frame
            age_s = max(0.0, self._clock.monotonic() - entry.arrived_s)
            message.age_us = round(age_s * 1e6)
            message.remaining_ms = round(self._frame_timeout_s * 1000)
            entry.written.set_result(None)
            if not await self._write_one(entry.request):
                return  # the reader learns it too

    async def _write_one(self, request: messages.InferRequest) -> bool:
        try:
            async with self._writing:
                await self._call.write(request)
        except (grpc.RpcError, aio.UsageError, asyncio.InvalidStateError):
            return False
        return True

    def _answer(self, sequence: int) -> None:
        """Send the source's picture; of a frame that was given up, that there is none."""
        entry = self._entries.get(sequence)
        picture = None if entry is None else entry.picture
        task = asyncio.create_task(self._send_picture(sequence, picture), name="source-picture")
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)
        if entry is not None:
            entry.answering = task

    async def _send_picture(self, sequence: int, picture: Picture | RemotePicture | None) -> None:
        jpeg = b"" if picture is None else await asyncio.to_thread(encode_source_picture, picture)
        # One that is too large is answered too: nobody need wait for it.
        found = messages.SourcePicture(
            sequence=sequence, jpeg=jpeg if len(jpeg) < _MAX_PICTURE_BYTES else b""
        )
        await self._write_one(messages.InferRequest(picture=found))

    async def _next(self) -> _Entry:
        while (entry := await self._waiting.get()).is_abandoned:
            pass
        return entry

    def _take(self, response: messages.InferResponse) -> None:
        for _ in range(response.credits):
            self._credits.release()
        kind = response.WhichOneof("kind")
        if kind == "drain":
            self.is_closing = True
        elif kind == "picture_request":
            self._answer(response.picture_request.sequence)
        elif kind == "outcome":
            entry = self._entries.get(response.outcome.sequence)
            if entry is not None and not entry.outcome.done():
                entry.outcome.set_result(decode_fate(response.outcome.fate))


def _name(error: BaseException) -> str:
    return error.code().name.lower() if isinstance(error, aio.AioRpcError) else "broken"
