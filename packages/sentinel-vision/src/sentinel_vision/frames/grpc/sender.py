"""camera-service's side: one stream for all cameras of a process."""

import asyncio
from dataclasses import dataclass

import structlog

from sentinel_core.adapters.grpc import open_channel
from sentinel_core.contracts.generated import inference_stream_pb2 as messages
from sentinel_core.contracts.generated import inference_stream_pb2_grpc as rpc
from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.domain.frames import DropReason
from sentinel_core.ports.clock import Clock
from sentinel_vision.frames.frame import Frame
from sentinel_vision.frames.grpc.connection import SendingStream
from sentinel_vision.frames.grpc.wire import FrameEncoding, encode_frame
from sentinel_vision.frames.transport import FrameOutcome

_log = structlog.get_logger(__name__)

_RETRY_MIN_S = 0.1
_RETRY_MAX_S = 2.0
_STOP_WAIT_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderSettings:
    """How frames are sent.

    Attributes:
        address: `host:port` of inference-service.
        instance_id: Who sends, for the receiver's logs.
        staleness_budget_s: A live frame that cannot be sent by this age is dropped.
        frame_timeout_s: Longest wait for the outcome of a frame that was sent.
    """

    address: str
    instance_id: str
    encoding: FrameEncoding
    staleness_budget_s: float
    frame_timeout_s: float


class GrpcFrameTransport:
    """Implements `FrameTransport`; connects by itself and again whenever inference was away."""

    def __init__(self, settings: SenderSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._stream: SendingStream | None = None
        self._busy: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._trouble: str | None = "inference has not been reached yet"
        self.connections = 0
        """Streams that were opened so far."""

    @property
    def trouble(self) -> str | None:
        """Why frames cannot be sent at present."""
        return self._trouble

    @property
    def is_draining(self) -> bool:
        """Inference is about to go away: it takes no more frames."""
        return self._stream is not None and self._stream.is_closing

    def start(self) -> None:
        """Begin to connect."""
        self._task = asyncio.create_task(self._keep_connected(), name="frame-stream")

    async def stop(self) -> None:
        """Wait a moment for outcomes, then hang up; fine to call twice."""
        stream, self._stream = self._stream, None
        if stream is not None:
            await stream.finish(_STOP_WAIT_S)
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def infer(self, frame: Frame) -> FrameOutcome:
        """Send the frame and wait for its outcome."""
        stream = self._stream
        if stream is None or stream.is_closing:
            raise DependencyUnavailable(self._trouble or "inference stops")
        if frame.camera_key in self._busy:
            return FrameOutcome(DropReason.QUEUE_FULL)
        self._busy.add(frame.camera_key)
        try:
            return await self._send(stream, frame)
        finally:
            self._busy.discard(frame.camera_key)

    async def _send(self, stream: SendingStream, frame: Frame) -> FrameOutcome:
        request = await _encode(frame, self._settings.encoding)
        budget_s = self._settings.staleness_budget_s
        latest_s = frame.arrived_monotonic_s + budget_s if frame.is_live else None
        return await stream.send(request, frame, latest_s=latest_s)

    async def _keep_connected(self) -> None:
        wait_s = _RETRY_MIN_S
        async with open_channel(self._settings.address) as channel:
            stub: rpc.InferenceStreamAsyncStub = rpc.InferenceStreamStub(channel)
            while True:
                stream = SendingStream(
                    stub.Infer(), self._clock, frame_timeout_s=self._settings.frame_timeout_s
                )
                try:
                    await stream.open(self._settings.instance_id)
                    wait_s = _RETRY_MIN_S
                    self._begin(stream)
                    await stream.receive()
                except DependencyUnavailable as error:
                    self._lose(error.message)
                else:
                    self._lose("inference has ended the stream")
                finally:
                    stream.close()
                await self._clock.sleep(wait_s)
                wait_s = min(_RETRY_MAX_S, wait_s * 2)

    def _begin(self, stream: SendingStream) -> None:
        self._stream = stream
        self._trouble = None
        self.connections += 1
        _log.info("inference reached", address=self._settings.address)

    def _lose(self, why: str) -> None:
        if self._trouble is None:
            _log.warning("inference lost", address=self._settings.address, reason=why)
        self._stream = None
        self._trouble = why


async def _encode(frame: Frame, encoding: FrameEncoding) -> messages.InferRequest:
    """Encode in a thread; where this is cancelled, the thread has still let go of the frame."""
    if encoding is FrameEncoding.RAW:
        return encode_frame(frame, encoding)
    encoding_it = asyncio.create_task(asyncio.to_thread(encode_frame, frame, encoding))
    try:
        return await asyncio.shield(encoding_it)
    finally:
        await asyncio.wait([encoding_it])
