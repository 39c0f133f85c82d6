"""Cameras behind HTTP that fall silent, are cut off, or want another password."""

import asyncio
from collections.abc import AsyncIterator, Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest
from scene import Outcome, Scene, accounted, go_through
from troubles import Cut, Trouble

from sentinel_camera.testing.clips import ClipSpec, write_clip
from sentinel_camera.testing.site import CameraSite
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.cameras import SourceReason
from sentinel_sim.faults.network_path import NetworkPath
from sentinel_sim.faults.rtsp_server import RtspFaultServer
from sentinel_sim.faults.web_server import WebAnswer, WebRequest, WebServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

MakeSite = Callable[..., CameraSite]

BACK_WITHIN_S = 10.0
FRAME_S = 0.05
LISTED_SEGMENTS = 5
HLS_LENGTH_S = 120
CUTS = (
    Trouble(name="MJPEG: TCP reset", cut=Cut.RESET, reason=SourceReason.ENDED),
    Trouble(name="MJPEG: nothing listens", cut=Cut.VANISH, reason=SourceReason.REFUSED),
    Trouble(name="MJPEG: half-open connection", cut=Cut.SWALLOW, reason=SourceReason.STALLED),
)


class MjpegCamera:
    """Sends the pictures of a clip in a circle; `flowing` stops and starts it."""

    def __init__(self, clip: Path) -> None:
        self._pictures = jpegs(clip)
        self._clock = SystemClock()
        self.flowing = asyncio.Event()
        self.flowing.set()

    async def __call__(self, request: WebRequest) -> WebAnswer:
        kind = "multipart/x-mixed-replace; boundary=frame"
        return WebAnswer(content_type=kind, stream=self._endless())

    async def _endless(self) -> AsyncIterator[bytes]:
        while True:
            for picture in self._pictures:
                await self.flowing.wait()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}"
                yield f"{head}\r\n\r\n".encode() + picture + b"\r\n"
                await self._clock.sleep(FRAME_S)


class HlsCamera:
    """Publishes the segments of a clip as time goes on; stands still where `stop` was called."""

    def __init__(self, playlist: Path) -> None:
        lines = playlist.read_text().splitlines()
        self._folder = playlist.parent
        self._segments = [
            (float(head.removeprefix("#EXTINF:").rstrip(",")), name)
            for head, name in pairwise(lines)
            if head.startswith("#EXTINF:")
        ]
        self._clock = SystemClock()
        self._passed_s = 0.0
        self._going_since_s: float | None = self._clock.monotonic()

    def stop(self) -> None:
        self._passed_s = self._now_s()
        self._going_since_s = None

    def go_on(self) -> None:
        self._going_since_s = self._clock.monotonic()

    async def __call__(self, request: WebRequest) -> WebAnswer:
        if request.path.endswith(".m3u8"):
            return WebAnswer(self._playlist().encode(), "application/vnd.apple.mpegurl")
        return WebAnswer((self._folder / request.path[1:]).read_bytes(), "video/mp2t")

    def _playlist(self) -> str:
        count = next(
            (
                number
                for number in range(1, len(self._segments))
                if sum(length_s for length_s, _ in self._segments[:number]) > self._now_s()
            ),
            len(self._segments),
        )
        first = max(0, count - LISTED_SEGMENTS)
        entries = [f"#EXTINF:{length_s},\n{name}" for length_s, name in self._segments[first:count]]
        head = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:{first}\n"
        return head + "\n".join(entries) + "\n"

    def _now_s(self) -> float:
        if self._going_since_s is None:
            return self._passed_s
        return self._passed_s + self._clock.monotonic() - self._going_since_s


def jpegs(clip: Path) -> list[bytes]:
    with av.open(str(clip), "r") as container:
        frames = [frame.reformat(format="yuvj420p") for frame in container.decode(video=0)]
    encoder = av.CodecContext.create("mjpeg", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height = frames[0].width, frames[0].height
    encoder.pix_fmt, encoder.time_base = "yuvj420p", Fraction(1, 20)
    return [bytes(packet) for frame in frames for packet in encoder.encode(frame)]


@pytest.mark.parametrize("trouble", CUTS, ids=lambda trouble: trouble.name)
async def test_an_mjpeg_camera_that_is_cut_off_comes_back(
    make_site: MakeSite, clips: Path, trouble: Trouble, note_outcome: Callable[[Outcome], None]
) -> None:
    camera = MjpegCamera(clips / "plain.mp4")
    async with (
        WebServer(camera) as server,
        make_site() as site,
        NetworkPath(server.url("/video.mjpg")) as path,
        accounted(site) as accounting,
    ):
        scene = Scene(site, RtspFaultServer(clips / "plain.mp4"), path, clips)
        await site.add("cam_01", path.url)
        await scene.until_frames_after("cam_01", 3)
        shown, back_s = await go_through(scene, trouble, "cam_01")
        counts = site.counts("cam_01")
        outcome = Outcome(
            trouble.name, shown, [back_s], counts.captured, counts.inferred, accounting.looks
        )
    note_outcome(outcome)
    assert back_s < BACK_WITHIN_S


async def test_an_mjpeg_camera_that_freezes_is_stalled_and_comes_back(
    make_site: MakeSite, clips: Path
) -> None:
    camera = MjpegCamera(clips / "plain.mp4")
    async with WebServer(camera) as server, make_site() as site, accounted(site):
        await site.add("cam_01", server.url("/video.mjpg"))
        before = (await site.until_frames("cam_01", 3))[-1]
        camera.flowing.clear()
        await site.until_offline("cam_01", SourceReason.STALLED)
        camera.flowing.set()
        await site.until_epoch_after("cam_01", before.epoch)


async def test_a_playlist_that_stands_still_is_stalled_and_goes_on(
    make_site: MakeSite, tmp_path: Path
) -> None:
    """The server answers all the time, with nothing new."""
    spec = ClipSpec(frames=20 * HLS_LENGTH_S, gop=10)
    camera = HlsCamera(write_clip(tmp_path / "live.m3u8", spec))
    async with WebServer(camera) as server, make_site() as site, accounted(site):
        await site.add("cam_01", server.url("/live.m3u8"))
        before = (await site.until_frames("cam_01", 3))[-1]
        camera.stop()
        await site.until_offline("cam_01", SourceReason.STALLED)
        camera.go_on()
        await site.until_epoch_after("cam_01", before.epoch)


async def test_a_password_that_becomes_right_lets_it_in(make_site: MakeSite, clips: Path) -> None:
    camera = MjpegCamera(clips / "plain.mp4")
    async with (
        WebServer(camera, password="new") as server,
        make_site() as site,
        accounted(site),
    ):
        await site.add("cam_01", server.url("/video.mjpg", user="operator:secret"))
        await site.until_offline("cam_01", SourceReason.UNAUTHORISED)
        server.password = "secret"
        await site.until_frames("cam_01", 3)
