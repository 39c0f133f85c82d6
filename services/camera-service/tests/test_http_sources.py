"""Cameras behind HTTP: HLS, MJPEG and plain streams, and where they must not lead."""

import asyncio
from collections.abc import AsyncIterator, Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from sentinel_camera.testing.clips import ClipSpec, write_clip
from sentinel_camera.testing.site import CameraSite
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.cameras import SourceReason
from sentinel_sim.faults.rtsp_server import RtspFaultServer
from sentinel_sim.faults.web_server import NOT_FOUND, WebAnswer, WebRequest, WebServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

MakeSite = Callable[..., CameraSite]

PLAYLIST_TYPE = "application/vnd.apple.mpegurl"


class FolderSite:
    """Serves the files of a folder; an HLS playlist shows `visible` pieces, and then grows."""

    def __init__(self, folder: Path, *, visible: int | None = None) -> None:
        self.folder = folder
        self.visible = visible

    async def __call__(self, request: WebRequest) -> WebAnswer:
        path = self.folder / request.path.lstrip("/")
        if not path.is_file():
            return NOT_FOUND
        if path.suffix == ".m3u8":
            return WebAnswer(self._playlist(path.read_text()).encode(), PLAYLIST_TYPE)
        return WebAnswer(path.read_bytes(), "video/mp2t")

    def _playlist(self, text: str) -> str:
        if self.visible is None or "#EXTINF" not in text:
            return text
        head, *pieces = text.replace("#EXT-X-ENDLIST\n", "").split("#EXTINF")
        shown = pieces[: self.visible]
        self.visible += 1
        return "#EXTINF".join([head, *shown])


@pytest.fixture(scope="module")
def streams(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("streams")
    spec = ClipSpec(frames=120, gop=10)
    write_clip(folder / "plain.m3u8", spec)
    write_clip(folder / "plain.ts", spec)
    write_clip(folder / "hevc.m3u8", ClipSpec(frames=60, gop=10, codec="libx265"))
    (folder / "master.m3u8").write_text(
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9000000,RESOLUTION=3840x2160\nhuge.m3u8\n"
        '#EXT-X-STREAM-INF:BANDWIDTH=90000,RESOLUTION=160x96,CODECS="avc1"\nplain.m3u8\n'
    )
    (folder / "evil.m3u8").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
    )
    (folder / "locked.m3u8").write_text(
        '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="key"\n#EXTINF:1,\nplain0.ts\n'
    )
    return folder


@pytest.mark.parametrize("name", ["plain.m3u8", "master.m3u8", "hevc.m3u8"])
async def test_an_hls_recording_is_played_in_real_time(
    site: CameraSite, streams: Path, name: str
) -> None:
    async with WebServer(FolderSite(streams)) as server:
        await site.add("cam_01", server.url(f"/{name}"))
        frames = await site.until_frames("cam_01", 12)
    start = frames[0].pts_90k
    for frame in frames:
        assert frame.number == frame.index
        assert frame.pts_90k - start == pytest.approx(frame.index * 4_500, abs=1)
    assert site.counts("cam_01").is_balanced


async def test_a_live_hls_stream_starts_at_its_newest_piece(
    site: CameraSite, streams: Path
) -> None:
    async with WebServer(FolderSite(streams, visible=4)) as server:
        await site.add("cam_01", server.url("/plain.m3u8"))
        frames = await site.until_frames("cam_01", 25)
        # Pieces of half a second, one more with each look: it began with the fifth.
        assert frames[0].number == 40
        assert len({frame.epoch for frame in frames}) == 1
        await site.until_offline("cam_01", SourceReason.STALLED)


async def test_an_mjpeg_camera_is_read_and_shown(site: CameraSite, streams: Path) -> None:
    pictures = jpegs(streams / "plain.ts")

    async def answer(request: WebRequest) -> WebAnswer:
        boundary = "multipart/x-mixed-replace; boundary=frame"
        return WebAnswer(content_type=boundary, stream=endless_jpegs(pictures))

    async with WebServer(answer, password="secret") as server:
        await site.add("cam_01", server.url("/video.mjpg", user="operator:secret"))
        frames = await site.until_frames("cam_01", 10)
        async with asyncio.timeout(30), site.service.live_video.watch("cam_01") as stream:
            piece = await anext(stream)
    assert piece[4:8] == b"ftyp"
    assert b"avc1" in piece
    times = [frame.pts_90k for frame in frames]
    assert times == sorted(times)
    assert "secret" not in str(await site.published())


async def test_a_transport_stream_is_read(site: CameraSite, streams: Path) -> None:
    async with WebServer(FolderSite(streams)) as server:
        await site.add("cam_01", server.url("/plain.ts"))
        frames = await site.until_frames("cam_01", 12)
    assert [frame.number for frame in frames] == [frame.index for frame in frames]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/missing.m3u8", SourceReason.NO_VIDEO),
        ("/evil.m3u8", SourceReason.UNSUPPORTED_SOURCE),
        ("/locked.m3u8", SourceReason.UNSUPPORTED_SOURCE),
        ("/to-a-file", SourceReason.REFUSED),
        ("/page", SourceReason.UNREACHABLE),
    ],
)
async def test_what_cannot_be_read_says_why(
    site: CameraSite, streams: Path, path: str, reason: SourceReason
) -> None:
    folder = FolderSite(streams)

    async def answer(request: WebRequest) -> WebAnswer:
        if request.path == "/to-a-file":
            return WebAnswer(status=302, headers=("Location: file:///etc/passwd",))
        if request.path == "/page":
            return WebAnswer(b"<html>Sign in</html>", "text/html")
        return await folder(request)

    async with WebServer(answer) as server:
        await site.add("cam_01", server.url(path))
        await site.until_offline("cam_01", reason)


async def test_a_wrong_password_is_told(site: CameraSite, streams: Path) -> None:
    async with WebServer(FolderSite(streams), password="secret") as server:
        await site.add("cam_01", server.url("/plain.m3u8", user="operator:wrong"))
        await site.until_offline("cam_01", SourceReason.UNAUTHORISED)
        await site.add("cam_02", server.url("/plain.m3u8"))
        await site.until_offline("cam_02", SourceReason.UNAUTHORISED)


async def test_a_password_does_not_go_to_another_host(site: CameraSite, streams: Path) -> None:
    seen: list[dict[str, str]] = []

    async def note(request: WebRequest) -> WebAnswer:
        seen.append(request.headers)
        return WebAnswer(status=401, headers=('WWW-Authenticate: Basic realm="camera"',))

    async with WebServer(note) as other:

        async def answer(request: WebRequest) -> WebAnswer:
            return WebAnswer(status=302, headers=(f"Location: {other.url('/x.m3u8')}",))

        async with WebServer(answer) as server:
            await site.add("cam_01", server.url("/x.m3u8", user="operator:secret"))
            await site.until_offline("cam_01", SourceReason.UNAUTHORISED)
    assert seen
    assert not any("authorization" in headers for headers in seen)


async def test_private_addresses_can_be_forbidden(make_site: MakeSite, streams: Path) -> None:
    async with (
        make_site(allow_private_addresses=False) as site,
        WebServer(FolderSite(streams)) as server,
    ):
        await site.add("cam_01", server.url("/plain.m3u8"))
        await site.until_offline("cam_01", SourceReason.UNSUPPORTED_SOURCE)
        assert server.requests == []


async def test_a_server_that_falls_silent_is_stalled(make_site: MakeSite, streams: Path) -> None:
    data = (streams / "plain.ts").read_bytes()

    async def half() -> AsyncIterator[bytes]:
        yield data[: len(data) // 2]
        await asyncio.Event().wait()

    async def answer(request: WebRequest) -> WebAnswer:
        return WebAnswer(content_type="video/mp2t", stream=half())

    async with make_site(stall_timeout_s=0.7) as site, WebServer(answer) as server:
        await site.add("cam_01", server.url("/live.ts"))
        await site.until_frames("cam_01", 2)
        await site.until_offline("cam_01", SourceReason.STALLED)


async def test_a_camera_is_still_no_web_server(site: CameraSite, clips: Path) -> None:
    async with RtspFaultServer(clips / "plain.mp4") as server:
        await site.add("cam_01", f"http://127.0.0.1:{server.port}/stream.m3u8")
        await site.until(lambda: site.reason("cam_01") in NOT_HTTP)


NOT_HTTP = {SourceReason.UNREACHABLE, SourceReason.STALLED}


def jpegs(clip: Path) -> list[bytes]:
    with av.open(str(clip), "r") as container:
        encoder = av.CodecContext.create("mjpeg", "w")
        assert isinstance(encoder, av.VideoCodecContext)
        encoder.width, encoder.height, encoder.pix_fmt = 160, 96, "yuvj420p"
        encoder.time_base = Fraction(1, 20)
        pictures = [frame.reformat(format="yuvj420p") for frame in container.decode(video=0)]
        return [bytes(packet) for picture in pictures for packet in encoder.encode(picture)]


async def endless_jpegs(pictures: list[bytes]) -> AsyncIterator[bytes]:
    clock = SystemClock()
    while True:
        for picture in pictures:
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
            yield head.encode() + picture + b"\r\n"
            await clock.sleep(0.05)
