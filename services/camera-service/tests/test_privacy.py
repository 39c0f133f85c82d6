"""What a mask covers leaves the reading process in no form.

Two sources that differ under the mask alone, and are coded without loss, have to give the same
bytes everywhere: packets, sampled pictures, snapshots.
"""

import asyncio
from collections.abc import AsyncIterator
from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import av
import msgspec
import numpy as np
import pytest
import simplejpeg
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from sentinel_camera.masking.raster import covered_cells
from sentinel_camera.sampling.pictures import PictureScaler
from sentinel_camera.sources.opened import of_container
from sentinel_camera.testing.clips import ClipSpec, write_clip
from sentinel_camera.testing.site import CameraSite
from sentinel_camera.worker.channel import Channel, socket_pair
from sentinel_camera.worker.messages import Dropped, FromWorker, ReadJob, ToWorker
from sentinel_camera.worker.outbox import Outbox
from sentinel_camera.worker.picture_output import PictureOutput
from sentinel_camera.worker.source_run import SourceRun
from sentinel_camera.worker.video_output import UnitCounter, VideoOutputs
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.cameras import LiveViewMode, PrivacyMask, SourceReason
from sentinel_core.domain.errors import DependencyUnavailable, NotFound
from sentinel_core.domain.frames import DropReason
from sentinel_vision.frames.frame import Frame, Picture
from sentinel_vision.frames.transport import INFERRED, FrameOutcome

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTH, HEIGHT, FRAMES = 160, 96, 40
MASK = PrivacyMask(((0.3, 0.2), (0.8, 0.35), (0.55, 0.9), (0.2, 0.7)))
SECRET = covered_cells([MASK.points], WIDTH, HEIGHT)


@pytest.fixture(scope="session")
def secrets(clips: Path) -> tuple[Path, Path]:
    """Two clips, equal but for what moves under the mask."""
    return write_secret(clips / "secret_1.mkv", 1), write_secret(clips / "secret_2.mkv", 2)


def write_secret(path: Path, seed: int) -> Path:
    street, secret = np.random.default_rng(0), np.random.default_rng(seed)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=20)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"qp": "0", "preset": "ultrafast"}
        for number in range(FRAMES):
            frame = VideoFrame(WIDTH, HEIGHT, "yuv420p")
            for index, plane in enumerate(frame.planes):
                size = 1 if index else 2
                shape = (HEIGHT * size // 2, WIDTH * size // 2)
                samples = street.integers(30, 220, shape, np.uint8)
                hidden = SECRET.repeat(size, 0).repeat(size, 1)
                samples[hidden] = secret.integers(30, 220, int(hidden.sum()), np.uint8)
                rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
                rows[:, : plane.width] = samples
            frame.pts, frame.time_base = number, Fraction(1, 20)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


class Watched:
    """What leaves one camera: coded units by decode time, sampled pictures by capture time."""

    def __init__(self) -> None:
        self.units: dict[int, bytes] = {}
        self.sampled: dict[int, bytes] = {}
        self.init = b""
        self.probed = b""

    async def follow(self, stream: AsyncIterator[bytes], units: int) -> None:
        """Watch until so many units were seen."""
        while len(self.units) < units:
            piece = await anext(stream)
            if piece[4:8] == b"ftyp":
                self.init = piece
                continue
            decode_time = piece.index(b"tfdt") + 8
            data = piece[piece.index(b"mdat") + 4 :]
            self.units[int.from_bytes(piece[decode_time : decode_time + 8])] = data

    def note(self, frame: Frame) -> None:
        """A sampled picture came to inference."""
        y, u, v = planes_of(frame)
        self.sampled[frame.pts_90k] = b"".join(map(bytes, (frame.rgb, y, u, v)))


def planes_of(frame: Frame) -> tuple[NDArray[np.uint8], ...]:
    assert isinstance(frame.picture, Picture)
    return frame.picture.y, frame.picture.u, frame.picture.v


async def test_the_secret_changes_nothing_that_leaves(
    site: CameraSite, secrets: tuple[Path, Path]
) -> None:
    watched = {"cam_01": Watched(), "cam_02": Watched()}

    async def note(frame: Frame) -> FrameOutcome:
        watched[frame.camera_key].note(frame)
        return INFERRED

    site.infer = note
    for (key, seen), clip in zip(watched.items(), secrets, strict=True):
        await site.add(key, clip, privacy_masks=(MASK,))
        await site.until_frames(key, 1)
        async with asyncio.timeout(60), site.service.live_video.watch(key) as stream:
            await seen.follow(stream, 30)
        await site.until_frames(key, 20)
        seen.probed = (await site.service.control.probe(str(clip))).snapshot_jpeg
        assert site.counts(key).is_balanced
    one, other = watched.values()
    assert one.init == other.init
    for first, second in ((one.units, other.units), (one.sampled, other.sampled)):
        common = first.keys() & second.keys()
        assert len(common) >= 10
        assert all(first[time] == second[time] for time in common)
    assert one.probed == other.probed


async def test_without_a_mask_the_secret_is_seen(secrets: tuple[Path, Path]) -> None:
    """The test above can fail."""
    first = [next(av.open(str(clip)).decode(video=0)).to_ndarray() for clip in secrets]
    assert (first[0] != first[1]).any()


async def test_every_masked_sample_is_black(site: CameraSite, secrets: tuple[Path, Path]) -> None:
    masked: list[bool] = []

    async def look(frame: Frame) -> FrameOutcome:
        hidden = SECRET.repeat(2, 0).repeat(2, 1)
        y, u, v = planes_of(frame)
        masked.append(bool((y[hidden] == 16).all() and (y[~hidden] > 16).all()))
        masked.append(bool((u[SECRET] == 128).all() and (v[SECRET] == 128).all()))
        return INFERRED

    site.infer = look
    await site.add("cam_01", secrets[0], privacy_masks=(MASK,))
    await site.until_frames("cam_01", 5)
    assert all(masked)
    jpeg = await site.service.control.snapshot("cam_01")
    inner = simplejpeg.decode_jpeg(jpeg)[48:64, 72:88]
    assert inner.max() <= 2


@pytest.mark.parametrize("masks", [(MASK,), ()])
async def test_the_encoded_stream_can_be_played(
    site: CameraSite, secrets: tuple[Path, Path], masks: tuple[PrivacyMask, ...]
) -> None:
    await site.add("cam_01", secrets[0], privacy_masks=masks, live_view=LiveViewMode.TRANSCODED)
    await site.until_frames("cam_01", 1)
    async with asyncio.timeout(60), site.service.live_video.watch("cam_01") as stream:
        pieces = [await anext(stream) for _ in range(26)]
    with av.open(BytesIO(b"".join(pieces)), "r") as container:
        pictures = list(container.decode(video=0))
    assert len(pictures) == 25
    times = [picture.time or 0.0 for picture in pictures]
    assert [after - before for before, after in pairwise(times)] == pytest.approx([0.05] * 24)
    for picture in pictures:
        luma = picture.to_ndarray()[:HEIGHT]
        # Within the mask, away from what its border's blocks are mixed with.
        assert (luma[48:64, 72:88].max() < 24) == bool(masks)


async def test_a_new_mask_leaves_nothing_of_what_was_seen_before(
    site: CameraSite, secrets: tuple[Path, Path]
) -> None:
    camera = await site.add("cam_01", secrets[0])
    await site.until_frames("cam_01", 3)
    await site.service.control.snapshot("cam_01")
    before = site.frames[0]
    span = {"from_pts_90k": before.pts_90k, "to_pts_90k": before.pts_90k + 9_000}
    await site.service.control.cut_clip("cam_01", epoch=before.epoch, **span)
    async with site.service.live_video.watch("cam_01") as late:
        # The new source shows nothing, so that everything old would be seen.
        nothing = str(secrets[0].parent / "nothing.mkv")
        await site.update(camera, privacy_masks=(MASK,), source_url=nothing)
        await site.until_offline("cam_01", SourceReason.UNREADABLE)
        with pytest.raises(DependencyUnavailable):
            await site.service.control.snapshot("cam_01")
        with pytest.raises(NotFound):
            await site.service.control.cut_clip("cam_01", epoch=before.epoch, **span)
        async with site.service.live_video.watch("cam_01") as new:
            for stream in (late, new):
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(anext(stream), 0.2)
    assert site.counts("cam_01").is_balanced


async def test_no_picture_is_inferred_unmasked_after_the_first_masked_one(
    site: CameraSite, secrets: tuple[Path, Path]
) -> None:
    hidden = SECRET.repeat(2, 0).repeat(2, 1)
    masked: list[bool] = []

    async def look(frame: Frame) -> FrameOutcome:
        y, _, _ = planes_of(frame)
        is_masked = bool((y[hidden] == 16).all())
        await site.clock.sleep(0.0 if is_masked else 0.5)
        masked.append(is_masked)
        return INFERRED

    site.infer = look
    camera = await site.add("cam_01", secrets[0])
    await site.until(lambda: len(masked) > 1)
    await site.update(camera, privacy_masks=(MASK,))
    await site.until(lambda: masked[-3:] == [True] * 3)
    assert masked == sorted(masked)
    assert site.counts("cam_01").is_balanced


async def test_a_picture_that_cannot_be_masked_is_held_back(clips: Path) -> None:
    class Unable(PictureScaler):
        def to_420(self, frame: VideoFrame) -> VideoFrame:
            raise ValueError("no such conversion")

    clip = write_clip(clips / "wide.mp4", ClipSpec(frames=5, pix_fmt="yuv444p"))
    ours, theirs = socket_pair()
    worker = Channel(ours, msgspec.msgpack.Decoder(ToWorker))
    parent = Channel(theirs, msgspec.msgpack.Decoder(FromWorker))
    outbox = Outbox(worker, SystemClock())
    job = ReadJob(
        source_url=str(clip),
        sample_fps=20.0,
        connect_timeout_s=1.0,
        stall_timeout_s=1.0,
        allow_private_addresses=True,
        masks=(MASK.points,),
    )
    scaler = Unable()
    with av.open(str(clip)) as container:
        opened = of_container(container)
        video = VideoOutputs(job, outbox, UnitCounter(), scaler).of(opened)
        pictures = PictureOutput(job, outbox, scaler)
        SourceRun(opened, video, pictures, is_live=False).read(None, SystemClock())
    said = []
    while (received := parent.receive()) is not None:
        said.append(received[0])
    worker.close()
    parent.close()
    assert said == [Dropped(DropReason.PRIVACY_HOLD)] * 5
