"""Frames over a function call and over gRPC, with a real server on the loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sentinel_core.adapters.grpc import GrpcServer, open_channel
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.contracts.generated import inference_stream_pb2 as messages
from sentinel_core.contracts.generated import inference_stream_pb2_grpc as rpc
from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.domain.frames import DropReason
from sentinel_vision.frames.frame import Frame, RemotePicture
from sentinel_vision.frames.grpc.receiver import FrameReceiver
from sentinel_vision.frames.grpc.sender import GrpcFrameTransport, SenderSettings
from sentinel_vision.frames.grpc.wire import (
    FrameEncoding,
    UnreadableFrame,
    decode_frame,
    encode_frame,
)
from sentinel_vision.frames.jpeg import encode_picture
from sentinel_vision.frames.transport import (
    INFERRED,
    FrameOutcome,
    FrameTransport,
    InProcessFrameTransport,
)
from sentinel_vision.testing.transport import (
    FrameLink,
    FrameTransportContract,
    ScriptedInference,
    make_frame,
    until,
)


class InProcessLink:
    def __init__(self) -> None:
        self.inference = ScriptedInference()
        self._transport = InProcessFrameTransport()
        self.transport: FrameTransport = self._transport
        self._transport.connect(self.inference.infer)

    async def cut(self) -> None:
        self._transport.disconnect()

    async def mend(self) -> None:
        self._transport.connect(self.inference.infer)


class GrpcLink:
    """A sender and a receiver with a server, which may be stopped and started."""

    def __init__(
        self, encoding: FrameEncoding, *, credits_per_stream: int, timeout_s: float
    ) -> None:
        self.inference = ScriptedInference()
        self.clock = SystemClock()
        self._credits = credits_per_stream
        self._encoding = encoding
        self._timeout_s = timeout_s
        self._address = "127.0.0.1:0"

    async def start(self) -> None:
        await self._serve()
        self.sender = GrpcFrameTransport(
            SenderSettings(
                address=self._address,
                instance_id="camera-service-1",
                encoding=self._encoding,
                staleness_budget_s=0.5,
                frame_timeout_s=self._timeout_s,
            ),
            self.clock,
        )
        self.transport: FrameTransport = self.sender
        self.sender.start()
        await until(lambda: self.sender.trouble is None)

    async def cut(self) -> None:
        await self.server.stop()
        await until(lambda: self.sender.trouble is not None)

    async def mend(self) -> None:
        await self._serve()
        await until(lambda: self.sender.trouble is None)

    async def stop(self) -> None:
        await self.sender.stop()
        await self.server.stop()

    async def _serve(self) -> None:
        self.receiver = FrameReceiver(
            self.inference.infer, self.clock, credits_per_stream=self._credits
        )
        self.server = GrpcServer(self._address, self.receiver.register)
        await self.server.start()
        self._address = f"127.0.0.1:{self.server.port}"


@asynccontextmanager
async def grpc_link(
    encoding: FrameEncoding = FrameEncoding.RAW,
    *,
    credits_per_stream: int = 16,
    timeout_s: float = 20.0,
) -> AsyncIterator[GrpcLink]:
    link = GrpcLink(encoding, credits_per_stream=credits_per_stream, timeout_s=timeout_s)
    await link.start()
    try:
        yield link
    finally:
        await link.stop()


class TestInProcessTransport(FrameTransportContract):
    @pytest.fixture
    def link(self) -> FrameLink:
        return InProcessLink()


@pytest.mark.parametrize("encoding", FrameEncoding)
class TestGrpcTransport(FrameTransportContract):
    @pytest.fixture
    async def link(self, encoding: FrameEncoding) -> AsyncIterator[FrameLink]:
        async with grpc_link(encoding) as link:
            yield link


class Gate:
    """An inference that waits until it is let go on."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()

    async def __call__(self, frame: Frame) -> FrameOutcome:
        await self.opened.wait()
        return INFERRED


async def test_raw_pictures_arrive_pixel_for_pixel() -> None:
    async with grpc_link(FrameEncoding.RAW) as link:
        frame = make_frame(size=(1280, 720))
        frame.rgb[::7, ::3] = 250
        await link.transport.infer(frame)
        assert (link.inference.seen[0].frame.rgb == frame.rgb).all()


async def test_a_source_picture_that_cannot_be_had_is_made_from_the_small_one() -> None:
    async with grpc_link() as link:
        files: list[bytes] = []
        asked = asyncio.Event()

        async def snapshot_after_the_sender_has_gone(frame: Frame) -> FrameOutcome:
            await asked.wait()
            files.append(await asyncio.to_thread(encode_picture, frame.picture))
            return INFERRED

        link.inference.react = snapshot_after_the_sender_has_gone
        sending = asyncio.create_task(link.transport.infer(make_frame(size=(1280, 720))))
        await until(lambda: "cam_01" in link.inference.at_work)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        asked.set()
        await until(lambda: bool(files))
        assert Image.open(BytesIO(files[0])).size == (1280, 720)


async def test_of_one_camera_one_frame_is_in_flight() -> None:
    async with grpc_link() as link:
        link.inference.react = gate = Gate()
        first = asyncio.create_task(link.transport.infer(make_frame()))
        await until(lambda: "cam_01" in link.inference.at_work)
        assert await link.transport.infer(make_frame()) == FrameOutcome(DropReason.QUEUE_FULL)
        gate.opened.set()
        assert await first == INFERRED
        assert len(link.inference.seen) == 1


async def test_no_more_frames_are_sent_than_there_are_credits() -> None:
    async with grpc_link(credits_per_stream=2) as link:
        link.inference.react = gate = Gate()
        keys = ["cam_01", "cam_02", "cam_03"]
        frames = [make_frame(key, age_s=-30.0) for key in keys]
        sending = [asyncio.create_task(link.transport.infer(frame)) for frame in frames]
        await until(lambda: len(link.inference.at_work) == 2)
        late = await link.transport.infer(make_frame("cam_04"))
        assert late == FrameOutcome(DropReason.STALE)
        assert len(link.inference.seen) == 2
        gate.opened.set()
        assert await asyncio.gather(*sending) == [INFERRED] * 3


async def test_a_sender_that_takes_more_than_it_was_granted_is_hung_up_on() -> None:
    async with grpc_link(credits_per_stream=2) as link:
        link.inference.react = gate = Gate()
        async with open_channel(f"127.0.0.1:{link.server.port}") as channel:
            stub: rpc.InferenceStreamAsyncStub = rpc.InferenceStreamStub(channel)
            call = stub.Infer()
            await call.write(messages.InferRequest(hello=messages.Hello(instance_id="greedy")))
            first = await call.read()
            assert isinstance(first, messages.InferResponse)
            assert first.credits == 2
            for number in range(3):
                request = encode_frame(make_frame(f"cam_{number:02}"), FrameEncoding.JPEG)
                request.frame.remaining_ms = 60_000
                await call.write(request)
            assert not isinstance(await call.read(), messages.InferResponse)
        await until(lambda: len(link.inference.at_work) == 2)
        gate.opened.set()
        assert await link.transport.infer(make_frame("cam_09")) == INFERRED


async def test_a_frame_that_is_too_old_is_not_sent() -> None:
    async with grpc_link() as link:
        outcome = await link.transport.infer(make_frame(age_s=1.0))
        assert outcome == FrameOutcome(DropReason.STALE)
        assert link.inference.seen == []
        assert await link.transport.infer(make_frame(number=2)) == INFERRED


async def test_a_file_is_sent_however_old_it_is() -> None:
    async with grpc_link() as link:
        assert await link.transport.infer(make_frame(age_s=60.0, is_live=False)) == INFERRED


async def test_an_outcome_that_does_not_come_is_a_timeout() -> None:
    async with grpc_link(timeout_s=0.2) as link:
        link.inference.react = gate = Gate()
        outcome = await link.transport.infer(make_frame())
        assert outcome == FrameOutcome(DropReason.INFERENCE_TIMEOUT)
        again = await link.transport.infer(make_frame())
        assert again == FrameOutcome(DropReason.QUEUE_FULL)
        gate.opened.set()
        await until(lambda: not link.inference.at_work)
        await until(lambda: link.receiver.fates[None] == 1)
        assert await link.transport.infer(make_frame()) == INFERRED


async def test_a_former_holder_of_the_camera_is_refused() -> None:
    async with grpc_link() as link:
        assert await link.transport.infer(make_frame(fence=4)) == INFERRED
        assert await link.transport.infer(make_frame(fence=5)) == INFERRED
        refused = await link.transport.infer(make_frame(fence=4))
        assert refused == FrameOutcome(DropReason.SHUTDOWN)
        assert await link.transport.infer(make_frame("cam_02", fence=1)) == INFERRED
        assert link.receiver.fates == {None: 3, DropReason.SHUTDOWN: 1}


async def test_a_server_that_dies_with_a_frame_in_flight_is_told() -> None:
    async with grpc_link() as link:
        link.inference.react = gate = Gate()
        sending = asyncio.create_task(link.transport.infer(make_frame()))
        await until(lambda: "cam_01" in link.inference.at_work)
        await link.cut()
        with pytest.raises(DependencyUnavailable):
            await sending
        gate.opened.set()
        await link.mend()
        assert await link.transport.infer(make_frame(number=2)) == INFERRED
        assert link.sender.connections == 2


async def test_draining_finishes_what_is_in_flight() -> None:
    async with grpc_link() as link:
        link.inference.react = gate = Gate()
        sending = asyncio.create_task(link.transport.infer(make_frame()))
        await until(lambda: "cam_01" in link.inference.at_work)
        draining = asyncio.create_task(link.receiver.drain(20.0))
        await until(lambda: link.sender.is_draining)
        with pytest.raises(DependencyUnavailable):
            await link.transport.infer(make_frame("cam_02"))
        gate.opened.set()
        assert await sending == INFERRED
        await draining
        await link.cut()
        await link.mend()
        assert await link.transport.infer(make_frame("cam_02")) == INFERRED


async def test_the_sender_finishes_what_is_in_flight() -> None:
    async with grpc_link() as link:
        link.inference.react = gate = Gate()
        sending = asyncio.create_task(link.transport.infer(make_frame()))
        await until(lambda: "cam_01" in link.inference.at_work)
        stopping = asyncio.create_task(link.sender.stop())
        gate.opened.set()
        assert await sending == INFERRED
        await stopping
        await until(lambda: link.receiver.streams == 0)


async def test_an_inference_that_fails_fails_one_frame() -> None:
    async with grpc_link() as link:

        async def fail(frame: Frame) -> FrameOutcome:
            raise DependencyUnavailable("the database is away")

        link.inference.react = fail
        outcome = await link.transport.infer(make_frame())
        assert outcome == FrameOutcome(DropReason.INFERENCE_ERROR)
        link.inference.react = None
        assert await link.transport.infer(make_frame()) == INFERRED


async def test_a_source_picture_too_large_for_a_message_costs_no_stream() -> None:
    async with grpc_link() as link:
        files: list[bytes] = []

        async def take_snapshot(frame: Frame) -> FrameOutcome:
            files.append(await asyncio.to_thread(encode_picture, frame.picture))
            return INFERRED

        link.inference.react = take_snapshot
        huge = RemotePicture(640, 360, lambda: bytes(17 * 1024 * 1024))
        assert await link.transport.infer(replace(make_frame(), picture=huge)) == INFERRED
        assert Image.open(BytesIO(files[0])).size == (640, 360)
        assert link.sender.connections == 1


def never() -> bytes:
    raise TimeoutError


class FreezingProxy:
    """A network that may stop without a word."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "FreezingProxy":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def freeze(self) -> None:
        self._flowing.clear()

    def thaw(self) -> None:
        self._flowing.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._port)
        for ends in ((reader, there_writer), (there_reader, writer)):
            task = asyncio.create_task(self._pump(*ends))
            self._tasks.add(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()


async def test_a_network_that_stops_without_a_word_costs_a_timeout() -> None:
    async with grpc_link() as link, FreezingProxy(link.server.port) as proxy:
        settings = SenderSettings(
            address=proxy.address,
            instance_id="camera-service-2",
            encoding=FrameEncoding.RAW,
            staleness_budget_s=5.0,
            frame_timeout_s=0.3,
        )
        sender = GrpcFrameTransport(settings, link.clock)
        sender.start()
        await until(lambda: sender.trouble is None)
        assert await sender.infer(make_frame(number=1)) == INFERRED
        proxy.freeze()
        lost = await sender.infer(make_frame(number=2))
        assert lost == FrameOutcome(DropReason.INFERENCE_TIMEOUT)
        proxy.thaw()
        await until(lambda: [seen.frame.index for seen in link.inference.seen] == [1, 2])
        await until(lambda: link.receiver.fates[None] == 2)
        assert await sender.infer(make_frame(number=3)) == INFERRED
        await sender.stop()


FIELDS = st.fixed_dictionaries(
    {
        "camera_key": st.sampled_from(["cam_01", "", "../x", "CAM"]) | st.text(),
        "width": st.sampled_from([0, 64, 2**31]),
        "height": st.sampled_from([0, 36, 2**31]),
        "captured_at_us": st.integers(-(2**63), 2**63 - 1),
        "age_us": st.integers(0, 2**64 - 1),
    }
)


@given(
    fields=FIELDS,
    encoding=st.sampled_from([0, 1, 2, 77]),
    data=st.none() | st.binary(max_size=64),
    size=st.sampled_from([(640, 360), (0, 0), (2**32 - 1, 2**32 - 1)]),
)
def test_what_is_no_frame_is_refused(
    fields: dict[str, object], encoding: int, data: bytes | None, size: tuple[int, int]
) -> None:
    message = messages.Frame(**fields)  # type: ignore[arg-type]  # any values
    if data is not None:
        message.analysis.encoding = encoding  # type: ignore[assignment]  # any value
        message.analysis.width, message.analysis.height = size
        message.analysis.data = data
    with pytest.raises(UnreadableFrame):
        decode_frame(message, 0.0, never)


@given(st.data())
def test_a_damaged_frame_is_refused_or_read(data: st.DataObject) -> None:
    request = encode_frame(make_frame(size=(64, 36)), data.draw(st.sampled_from(FrameEncoding)))
    raw = bytearray(request.frame.SerializeToString())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    message = messages.Frame()
    try:
        message.ParseFromString(bytes(raw))
        frame = decode_frame(message, 0.0, never)
    except Exception as error:  # noqa: BLE001 - whatever else is raised fails the test
        assert type(error).__name__ in {"DecodeError", "UnreadableFrame"}  # noqa: PT017
    else:
        assert frame.rgb.shape[2] == 3
