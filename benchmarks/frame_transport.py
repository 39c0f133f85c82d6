"""Frames to inference over gRPC: both encodings, beside a bare stream of as many bytes."""

import asyncio
import os
import resource
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import av
import grpc
import numpy as np
from av.video.frame import VideoFrame
from grpc import aio
from report import Report, Table, argument_parser

from sentinel_camera.sampling.pictures import PictureScaler
from sentinel_core.adapters.grpc import GrpcServer, open_channel
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.runtime.assets import asset
from sentinel_vision.frames.frame import Frame
from sentinel_vision.frames.grpc.receiver import FrameReceiver
from sentinel_vision.frames.grpc.sender import GrpcFrameTransport, SenderSettings
from sentinel_vision.frames.grpc.wire import FrameEncoding, encode_frame
from sentinel_vision.frames.transport import INFERRED, FrameOutcome

CLIP = "data/demo/toll_morning.mp4"
SIZES = ((640, 360), (1280, 720), (1920, 1080))
CAMERAS = 8
FRAMES_PER_CAMERA = 40
SINGLE_FRAMES = 80
BARE = "/bench.Bare/Echo"
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a frame costs.

    Attributes:
        frames_per_s: With `CAMERAS` cameras, each with one frame in flight.
        p50_ms: One camera alone, from the call to the outcome; as `p95_ms`.
        sender_ms: Processor time; as `receiver_ms`.
    """

    frames_per_s: float
    p50_ms: float
    p95_ms: float
    sender_ms: float
    receiver_ms: float


def main() -> int:
    """Measure every size and encoding."""
    parser = argument_parser(__doc__.splitlines()[0])
    parser.add_argument("--serve", action="store_true", help="be the receiver (used by itself)")
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(_serve())
        return 0
    report = Report("frame_transport")
    asyncio.run(_measure(report))
    return report.finish(arguments.results, strict=arguments.strict)


async def _measure(report: Report) -> None:
    table = Table(
        f"{CAMERAS} cameras over one stream on the loopback, receiver in a process of its own",
        (
            "source",
            "encoding",
            "kB a frame",
            "Mbit/s at 5 fps",
            "frames/s",
            "of bare stream",
            "p50 ms",
            "p95 ms",
            "sender CPU ms",
            "receiver CPU ms",
        ),
    )
    report.tables.append(table)
    async with _receiver() as (address, pid):
        for size in SIZES:
            frame = _picture_of(size)
            for encoding in FrameEncoding:
                size_bytes = encode_frame(frame, encoding).ByteSize()
                bare = await _bare_frames_per_s(address, size_bytes)
                cost = await _cost(address, pid, frame, encoding)
                table.add(
                    f"{size[0]}x{size[1]}",
                    encoding.value,
                    size_bytes / 1e3,
                    size_bytes * 8 * 5 / 1e6,
                    cost.frames_per_s,
                    cost.frames_per_s / bare,
                    cost.p50_ms,
                    cost.p95_ms,
                    cost.sender_ms,
                    cost.receiver_ms,
                )


async def _cost(address: str, pid: int, frame: Frame, encoding: FrameEncoding) -> Cost:
    clock = SystemClock()
    settings = SenderSettings(
        address=address,
        instance_id="bench",
        encoding=encoding,
        staleness_budget_s=60.0,
        frame_timeout_s=60.0,
    )
    transport = GrpcFrameTransport(settings, clock)
    transport.start()
    while transport.trouble is not None:
        await clock.sleep(0.01)

    async def send(camera: str, count: int) -> list[float]:
        times_ms = []
        for _ in range(count):
            began_s = clock.monotonic()
            sent = replace(frame, camera_key=camera, arrived_monotonic_s=began_s)
            if await transport.infer(sent) != INFERRED:
                raise RuntimeError("a frame was dropped: the figures would mean nothing")
            times_ms.append((clock.monotonic() - began_s) * 1000)
        return times_ms

    await send("cam_00", 10)
    alone_ms = await send("cam_00", SINGLE_FRAMES)
    began_s, began_ours_s, began_theirs_s = clock.monotonic(), _own_cpu_s(), _cpu_s(pid)
    await asyncio.gather(*(send(f"cam_{n:02}", FRAMES_PER_CAMERA) for n in range(CAMERAS)))
    frames = CAMERAS * FRAMES_PER_CAMERA
    took_s = clock.monotonic() - began_s
    cost = Cost(
        frames_per_s=frames / took_s,
        p50_ms=float(np.percentile(alone_ms, 50)),
        p95_ms=float(np.percentile(alone_ms, 95)),
        sender_ms=(_own_cpu_s() - began_ours_s) * 1000 / frames,
        receiver_ms=(_cpu_s(pid) - began_theirs_s) * 1000 / frames,
    )
    await transport.stop()
    return cost


async def _bare_frames_per_s(address: str, size_bytes: int) -> float:
    """The same number of bytes over a stream that does nothing with them, as many in flight."""
    clock = SystemClock()
    payload = bytes(size_bytes)
    async with open_channel(address) as channel:
        call: aio.StreamStreamCall[bytes, bytes] = channel.stream_stream(BARE)()
        for _ in range(CAMERAS):
            await call.write(payload)
        frames = CAMERAS * FRAMES_PER_CAMERA
        began_s = clock.monotonic()
        for _ in range(frames):
            await call.read()
            await call.write(payload)
        took_s = clock.monotonic() - began_s
        call.cancel()
    return frames / took_s


@asynccontextmanager
async def _receiver() -> AsyncIterator[tuple[str, int]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "--serve", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    while not (line := await process.stdout.readline()).startswith(b"port "):
        pass
    try:
        yield f"127.0.0.1:{int(line.split()[1])}", process.pid
    finally:
        process.kill()
        await process.wait()


async def _serve() -> None:
    async def infer(frame: Frame) -> FrameOutcome:
        del frame
        return INFERRED

    receiver = FrameReceiver(infer, SystemClock(), credits_per_stream=32)
    server = GrpcServer("127.0.0.1:0", receiver.register, _register_bare)
    await server.start()
    print(f"port {server.port}", flush=True)
    await asyncio.Event().wait()


def _register_bare(server: aio.Server) -> None:
    async def echo(requests: AsyncIterator[bytes], context: object) -> AsyncIterator[bytes]:
        del context
        async for _ in requests:
            yield b""

    service, _, method = BARE.strip("/").partition("/")
    handler: grpc.RpcMethodHandler[bytes, bytes]
    handler = grpc.stream_stream_rpc_method_handler(echo)
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(service, {method: handler}),)
    )


def _picture_of(size: tuple[int, int]) -> Frame:
    """A frame of the demo, at another size."""
    decoded = _first_picture(asset(CLIP)).reformat(*size, format="yuv420p")
    scaler = PictureScaler()
    return Frame(
        camera_key="cam_00",
        stream_epoch="01JH7Z00000000000000000000",
        index=0,
        pts_90k=0,
        captured_at=datetime(2026, 1, 10, tzinfo=UTC),
        arrived_monotonic_s=0.0,
        is_live=True,
        rgb=np.array(scaler.scale(decoded)),
        picture=scaler.planes(decoded),
    )


def _first_picture(path: Path) -> VideoFrame:
    with av.open(str(path)) as container:
        return next(container.decode(video=0))


def _own_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


if __name__ == "__main__":
    sys.exit(main())
