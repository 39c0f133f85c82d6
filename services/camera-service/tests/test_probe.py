from collections.abc import Callable
from pathlib import Path

import pytest
import simplejpeg

from sentinel_camera.testing.clips import ClipSpec, write_clip
from sentinel_camera.testing.site import CameraSite
from sentinel_core.domain.cameras import SourceReason
from sentinel_core.domain.errors import InvalidInput, SourceFailed
from sentinel_sim.faults.rtsp_server import RtspFaultServer
from sentinel_sim.faults.script import Fault

pytestmark = pytest.mark.asyncio(loop_scope="session")

MakeSite = Callable[..., CameraSite]


async def test_a_file_is_described(site: CameraSite, clips: Path) -> None:
    report = await site.service.control.probe(str(clips / "plain.mp4"))
    assert (report.codec, report.width, report.height, report.fps) == ("h264", 160, 96, 20.0)
    assert report.keyframe_interval_s == pytest.approx(0.5)
    assert report.duration_s == pytest.approx(3.0, abs=0.1)
    assert not report.has_b_frames
    assert report.advice == ()
    assert simplejpeg.decode_jpeg(report.snapshot_jpeg).shape == (96, 160, 3)


async def test_advice_is_given(site: CameraSite, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "slow.mp4", ClipSpec(frames=120, gop=100, b_frames=2))
    report = await site.service.control.probe(clip.as_uri())
    assert report.has_b_frames
    assert report.keyframe_interval_s == pytest.approx(5.0)
    assert len(report.advice) == 2


async def test_a_camera_is_described(site: CameraSite, clips: Path) -> None:
    async with RtspFaultServer(clips / "plain.mp4") as server:
        report = await site.service.control.probe(server.url)
    assert (report.width, report.height, report.fps) == (160, 96, 20.0)
    assert report.keyframe_interval_s == pytest.approx(0.5)
    assert report.duration_s is None
    assert report.measured_fps == pytest.approx(20.0, rel=0.05)
    assert report.clock_rate == pytest.approx(1.0, abs=0.3)
    assert report.clock_jumps == 0
    assert report.bitrate_kbps


async def test_a_file_has_no_clock_of_its_own(site: CameraSite, clips: Path) -> None:
    report = await site.service.control.probe(str(clips / "plain.mp4"))
    assert (report.measured_fps, report.clock_rate) == (None, None)


async def test_a_camera_without_keyframes_is_told_so(make_site: MakeSite, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "long.mp4", ClipSpec(frames=400, gop=400))
    async with (
        make_site(probe_timeout_s=3.0) as site,
        RtspFaultServer(clip, first_unit=4) as server,
    ):
        with pytest.raises(SourceFailed) as caught:
            await site.service.control.probe(server.url)
    assert caught.value.reason is SourceReason.NO_VIDEO
    assert "keyframe" in caught.value.message


async def test_h265_is_described(site: CameraSite, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "hevc.mp4", ClipSpec(codec="libx265"))
    report = await site.service.control.probe(str(clip))
    assert report.codec == "hevc"
    assert any("H.265" in sentence for sentence in report.advice)


async def test_a_fault_is_named(site: CameraSite, clips: Path) -> None:
    async with RtspFaultServer(clips / "plain.mp4", Fault.UNAUTHORISED) as server:
        with pytest.raises(SourceFailed) as caught:
            await site.service.control.probe(server.url)
    assert caught.value.reason is SourceReason.UNAUTHORISED
    assert "secret" not in caught.value.message
    with pytest.raises(SourceFailed) as caught:
        await site.service.control.probe(str(clips / "mpeg4.mp4"))
    assert caught.value.reason is SourceReason.UNSUPPORTED_CODEC


async def test_a_silent_host_takes_no_longer_than_the_limit(
    make_site: MakeSite, clips: Path
) -> None:
    async with (
        make_site(probe_timeout_s=1.5, connect_timeout_s=60, stall_timeout_s=60) as site,
        RtspFaultServer(clips / "plain.mp4", Fault.NEVER_ANSWERS) as server,
    ):
        with pytest.raises(SourceFailed) as caught:
            await site.service.control.probe(server.url)
        assert caught.value.reason is SourceReason.UNREACHABLE
        await site.until(lambda: site.service.process_ids == [])


async def test_what_may_not_be_opened_is_refused(site: CameraSite) -> None:
    for source in ("/etc/passwd", "relative.mp4", "ftp://host/x", "rtsp://"):
        with pytest.raises(InvalidInput):
            await site.service.control.probe(source)
