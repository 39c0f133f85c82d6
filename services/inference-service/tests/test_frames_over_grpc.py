"""Frames from another process: incidents open, and their snapshots show the source's picture."""

from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from sentinel_core.adapters.grpc import GrpcServer
from sentinel_core.domain.frames import DropReason
from sentinel_core.ports.object_store import ObjectKey
from sentinel_inference.testing.station import HEIGHT, WIDTH, Station, cars
from sentinel_vision.frames.frame import Frame, Picture
from sentinel_vision.frames.grpc.receiver import FrameReceiver
from sentinel_vision.frames.grpc.sender import GrpcFrameTransport, SenderSettings
from sentinel_vision.frames.grpc.wire import FrameEncoding
from sentinel_vision.frames.transport import INFERRED, FrameOutcome
from sentinel_vision.testing.transport import until

PARKED = (100.0, 100.0, 180.0, 150.0)


@pytest.fixture
async def transport(station: Station) -> AsyncIterator[GrpcFrameTransport]:
    """To the station, over a real server."""
    receiver = FrameReceiver(station.service.infer, station.clock, credits_per_stream=8)
    server = GrpcServer("127.0.0.1:0", receiver.register)
    await server.start()
    settings = SenderSettings(
        address=f"127.0.0.1:{server.port}",
        instance_id="camera-service-1",
        encoding=FrameEncoding.JPEG,
        staleness_budget_s=0.5,
        frame_timeout_s=30.0,
    )
    transport = GrpcFrameTransport(settings, station.clock)
    transport.start()
    await until(lambda: transport.trouble is None)
    yield transport
    await transport.stop()
    await server.stop()


def large(frame: Frame) -> Frame:
    """The frame as a source of twice the size gives it: chequered in single pixels."""
    rows, columns = np.indices((2 * HEIGHT, 2 * WIDTH))
    chroma = np.full((HEIGHT, WIDTH), 128, dtype=np.uint8)
    luma = (40 + 160 * ((rows + columns) % 2)).astype(np.uint8)
    return replace(frame, picture=Picture(luma, chroma, chroma, full_range=True))


async def test_a_snapshot_shows_the_picture_that_stayed_with_the_camera(
    station: Station, transport: GrpcFrameTransport
) -> None:
    for _ in range(40):
        station.detector.script.append(cars(PARKED))
        assert await transport.infer(large(station.frame())) == INFERRED
    await station.service.stop()
    (event, *_) = await station.incident_events()
    assert event.transition == "opened"
    assert event.evidence.snapshot is not None
    stored = await station.objects.get(ObjectKey.parse(event.evidence.snapshot))
    picture = Image.open(BytesIO(stored))
    assert picture.size == (2 * WIDTH, 2 * HEIGHT)
    assert np.asarray(picture).std() > 60, "enlarged from the small picture, it would be flat"


async def test_inference_judges_the_age_of_a_frame_by_its_own_clock(
    station: Station, transport: GrpcFrameTransport
) -> None:
    assert await transport.infer(station.frame(age_s=0.4)) == INFERRED
    assert await transport.infer(station.frame(age_s=0.6)) == FrameOutcome(DropReason.STALE)
    assert len(await station.detection_events()) == 1
