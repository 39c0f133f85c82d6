"""What goes wrong with cameras: each fault is named, and the camera recovers."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from sentinel_camera.testing.site import CameraSite, copy_clip
from sentinel_core.domain.cameras import SourceReason, SourceState
from sentinel_core.domain.frames import DropReason
from sentinel_sim.faults.rtsp_server import RtspFaultServer
from sentinel_sim.faults.script import Fault

pytestmark = pytest.mark.asyncio(loop_scope="session")

MakeSite = Callable[..., CameraSite]


async def test_an_rtsp_camera_is_read(site: CameraSite, clips: Path) -> None:
    async with RtspFaultServer(clips / "plain.mp4") as server:
        await site.add("cam_01", server.url)
        frames = await site.until_frames("cam_01", 5)
        assert frames[0].pts_90k == 0
        assert frames[0].index == 0
        for frame in frames:
            assert frame.number == frame.index == frame.pts_90k // 4_500
        assert site.service.control.states()["cam_01"].fps == 20.0


async def test_an_rtsp_camera_with_b_frames_is_read(site: CameraSite, clips: Path) -> None:
    async with RtspFaultServer(clips / "reordered.mp4") as server:
        await site.add("cam_01", server.url)
        frames = await site.until_frames("cam_01", 8)
        start = frames[0].pts_90k
        assert frames[0].number == 0
        for frame in frames:
            assert frame.number == (frame.pts_90k - start) // 4_500


async def test_a_camera_with_a_fault_says_so_and_recovers(site: CameraSite, clips: Path) -> None:
    faults = {
        Fault.UNAUTHORISED: SourceReason.UNAUTHORISED,
        Fault.UNKNOWN_PATH: SourceReason.NO_VIDEO,
        Fault.NO_VIDEO: SourceReason.NO_VIDEO,
        Fault.FOREIGN_CODEC: SourceReason.UNSUPPORTED_CODEC,
        Fault.BABBLES: SourceReason.UNREACHABLE,
    }
    async with AsyncExitStack() as stack:
        servers = {}
        for fault in faults:
            server = RtspFaultServer(clips / "plain.mp4", fault)
            servers[fault] = await stack.enter_async_context(server)
            await site.add(fault.value, server.url)
        for fault, reason in faults.items():
            await site.until_offline(fault.value, reason)
            servers[fault].fault = Fault.NONE
        for fault in faults:
            await site.until_frames(fault.value, 1)
    published = await site.published()
    assert "secret" not in str(published)
    explained = {event.camera_id: event.reason for event in published if event.detail}
    assert explained.keys() == {fault.value for fault in faults}


async def test_a_host_that_never_answers_is_unreachable(make_site: MakeSite, clips: Path) -> None:
    async with (
        make_site(connect_timeout_s=0.3, stall_timeout_s=0.3) as site,
        RtspFaultServer(clips / "plain.mp4", Fault.NEVER_ANSWERS) as server,
    ):
        await site.add("cam_01", server.url)
        await site.until_offline("cam_01", SourceReason.UNREACHABLE)


async def test_an_address_that_cannot_be_read_says_why(site: CameraSite) -> None:
    addresses = {
        "rtsp://127.0.0.1:1/stream": SourceReason.REFUSED,
        "rtsp://no-such-host.invalid/stream": SourceReason.UNREACHABLE,
        "gopher://127.0.0.1/stream": SourceReason.UNSUPPORTED_SOURCE,
        "rtsp:///stream": SourceReason.UNSUPPORTED_SOURCE,
        "/etc/passwd": SourceReason.UNSUPPORTED_SOURCE,
    }
    for number, url in enumerate(addresses):
        await site.add(f"cam_{number}", url)
    for number, reason in enumerate(addresses.values()):
        await site.until_offline(f"cam_{number}", reason)
        assert site.service.control.states()[f"cam_{number}"].state is SourceState.OFFLINE


async def test_private_addresses_can_be_forbidden(make_site: MakeSite, clips: Path) -> None:
    async with (
        make_site(allow_private_addresses=False) as site,
        RtspFaultServer(clips / "plain.mp4") as server,
    ):
        await site.add("cam_01", server.url)
        await site.until_offline("cam_01", SourceReason.UNSUPPORTED_SOURCE)
        assert server.connections == 0


async def test_a_lost_connection_is_made_again_in_a_new_epoch(
    site: CameraSite, clips: Path
) -> None:
    async with RtspFaultServer(clips / "plain.mp4") as server:
        await site.add("cam_01", server.url)
        before = (await site.until_frames("cam_01", 3))[-1]
        server.drop_connections()
        await site.until_epoch_after("cam_01", before.epoch)
        after = site.frames[-1]
        assert after.epoch > before.epoch
        assert after.pts_90k > before.pts_90k
    assert site.counts("cam_01").is_balanced


async def test_a_stream_that_ends_is_opened_again(site: CameraSite, clips: Path) -> None:
    async with RtspFaultServer(clips / "plain.mp4") as server:
        server.stop_after = 8
        await site.add("cam_01", server.url)
        await site.until_offline("cam_01", SourceReason.ENDED)
        await site.until(lambda: len({frame.epoch for frame in site.frames}) > 1)


async def test_a_frozen_camera_is_stalled_and_comes_back(make_site: MakeSite, clips: Path) -> None:
    async with (
        make_site(stall_timeout_s=0.7) as site,
        RtspFaultServer(clips / "plain.mp4") as server,
    ):
        await site.add("cam_01", server.url)
        before = (await site.until_frames("cam_01", 2))[-1]
        server.fault = Fault.FROZEN
        await site.until_offline("cam_01", SourceReason.STALLED)
        server.fault = Fault.NONE
        await site.until_epoch_after("cam_01", before.epoch)
        # The media clock goes on by the time that passed: at least the stall itself.
        assert site.frames[-1].pts_90k - before.pts_90k > 0.5 * 90_000


async def test_a_stream_joined_between_keyframes_waits_for_one(
    site: CameraSite, clips: Path
) -> None:
    async with RtspFaultServer(clips / "plain.mp4", first_unit=4) as server:
        await site.add("cam_01", server.url)
        frames = await site.until_frames("cam_01", 1)
        assert frames[0].number % 10 == 0
        counts = site.counts("cam_01")
        assert counts.dropped.get(DropReason.BEFORE_KEYFRAME, 0) > 0
        assert counts.is_balanced


async def test_a_bad_file_is_unreadable(site: CameraSite, tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_bytes(b"no video at all" * 100)
    for name in ("missing", "empty", "text"):
        await site.add(name, tmp_path / f"{name}.mp4")
    for name in ("missing", "empty", "text"):
        await site.until_offline(name, SourceReason.UNREADABLE)


async def test_a_file_in_another_codec_says_which(site: CameraSite, clips: Path) -> None:
    await site.add("cam_01", clips / "mpeg4.mp4")
    await site.until_offline("cam_01", SourceReason.UNSUPPORTED_CODEC)
    assert "MPEG4" in (site.service.control.states()["cam_01"].detail or "")


async def test_a_truncated_file_plays_what_is_there(
    site: CameraSite, clips: Path, tmp_path: Path
) -> None:
    clip = copy_clip(clips / "plain.mp4", tmp_path)
    data = clip.read_bytes()
    clip.write_bytes(data[: len(data) * 3 // 5])
    await site.add("cam_01", clip)
    await site.until(lambda: len({frame.epoch for frame in site.frames}) > 1)
    numbers = {frame.number for frame in site.frames}
    assert 0 in numbers
    assert 59 not in numbers
    assert site.counts("cam_01").is_balanced


async def test_one_bad_camera_does_not_stop_another(
    site: CameraSite, clips: Path, tmp_path: Path
) -> None:
    await site.add("cam_01", tmp_path / "missing.mp4")
    await site.add("cam_02", "rtsp://127.0.0.1:1/stream")
    await site.add("cam_03", clips / "plain.mp4")
    await site.until_frames("cam_03", 5)
    assert site.reason("cam_01") is SourceReason.UNREADABLE
    assert site.reason("cam_02") is SourceReason.REFUSED


async def test_another_size_in_the_stream_is_followed(site: CameraSite, clips: Path) -> None:
    async with RtspFaultServer(clips / "plain.mp4") as server:
        await site.add("cam_01", server.url)
        before = (await site.until_frames("cam_01", 2))[-1]
        pieces: list[bytes] = []
        async with asyncio.timeout(30), site.service.live_video.watch("cam_01") as stream:
            server.play(clips / "large.mp4")
            async for piece in stream:
                pieces.append(piece)
                if len([piece for piece in pieces if piece[4:8] == b"ftyp"]) == 2:
                    break
        await site.until(lambda: site.frames[-1].size == (1280, 720))
        assert site.frames[-1].epoch == before.epoch
    assert site.counts("cam_01").is_balanced


async def test_a_clock_that_jumps_starts_a_new_epoch(site: CameraSite, clips: Path) -> None:
    async with RtspFaultServer(clips / "plain.mp4") as server:
        await site.add("cam_01", server.url)
        for jump_90k in (-3_600 * 90_000, 3_600 * 90_000):
            before = (await site.until_frames("cam_01", len(site.frames) + 2))[-1]
            server.jump_90k += jump_90k
            await site.until_epoch_after("cam_01", before.epoch)
            after = site.frames[-1]
            assert 0 < after.pts_90k - before.pts_90k < 60 * 90_000
        times = [frame.pts_90k for frame in site.frames]
        assert times == sorted(times)
        assert server.connections == 1


async def test_damaged_pictures_are_counted_and_pass(site: CameraSite, clips: Path) -> None:
    async with RtspFaultServer(clips / "plain.mp4") as server:
        await site.add("cam_01", server.url)
        await site.until_frames("cam_01", 2)
        server.fault = Fault.DAMAGED
        await site.until(lambda: site.counts("cam_01").dropped.get(DropReason.CORRUPT, 0) > 2)
        server.fault = Fault.NONE
        await site.until_frames("cam_01", len(site.frames) + 12)
    assert site.counts("cam_01").is_balanced
