"""Each picture that was due is told about once, whatever became of it."""

import os

import msgspec
import numpy as np
from av.video.frame import VideoFrame
from hypothesis import given, settings
from hypothesis import strategies as st

from sentinel_camera.sampling.pictures import PictureScaler
from sentinel_camera.sampling.sampler import MediaSampler
from sentinel_camera.worker.channel import Channel, socket_pair
from sentinel_camera.worker.messages import (
    Dropped,
    FromWorker,
    ReadJob,
    Released,
    Sampled,
    SetRate,
    SlotsReady,
    ToWorker,
)
from sentinel_camera.worker.outbox import Outbox
from sentinel_camera.worker.picture_output import PictureOutput
from sentinel_camera.worker.video_output import ShownPicture
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.frames import DropReason

flaws = st.sampled_from([None, None, None, DropReason.CORRUPT, DropReason.PRIVACY_HOLD])
pictures = st.lists(
    st.tuples(st.integers(900, 20_000), flaws, st.booleans(), st.none() | st.integers(2, 30)),
    max_size=60,
)


def job(*, motion_gating: bool) -> ReadJob:
    return ReadJob(
        source_url="rtsp://camera/1",
        sample_fps=10.0,
        connect_timeout_s=1.0,
        stall_timeout_s=1.0,
        allow_private_addresses=True,
        motion_gating=motion_gating,
    )


def picture(luma: int) -> VideoFrame:
    frame = VideoFrame(64, 48, "yuv420p")
    for plane in frame.planes:
        plane.update(np.full(plane.buffer_size, 128, np.uint8).tobytes())
    rows = np.frombuffer(memoryview(frame.planes[0]), np.uint8)
    rows[: len(rows) // 2] = luma
    return frame


@given(pictures, st.booleans())
@settings(max_examples=40, deadline=None)
def test_what_was_due_is_accounted_for(
    steps: list[tuple[int, DropReason | None, bool, int | None]], motion_gating: bool
) -> None:
    ours, theirs = socket_pair()
    worker = Channel(ours, msgspec.msgpack.Decoder(ToWorker))
    parent = Channel(theirs, msgspec.msgpack.Decoder(FromWorker))
    outbox = Outbox(worker, SystemClock())
    output = PictureOutput(job(motion_gating=motion_gating), outbox, PictureScaler())
    model, now, due, told = MediaSampler(10.0), 0, 0, 0
    for number, (step, flaw, gives_back, fps) in enumerate(steps):
        now += step
        if fps is not None:
            parent.send(SetRate(float(fps)))
            outbox.poll()
            model.set_rate(float(fps))
        due += model.is_due(now)
        shown = None if flaw is DropReason.PRIVACY_HOLD else picture(16 + 40 * (number % 3))
        output.take(ShownPicture(number, now, 1.0, shown, flaw))
        while (received := parent.receive()) is not None:
            message, descriptor = received
            if descriptor is not None:
                os.close(descriptor)
            told += isinstance(message, Sampled | Dropped)
            assert isinstance(message, Sampled | Dropped | SlotsReady)
            if isinstance(message, Sampled):
                assert flaw is None
                if gives_back:
                    parent.send(Released(message.generation, message.slot))
        assert told == due
    worker.close()
    parent.close()
