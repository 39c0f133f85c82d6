"""File cameras: real time, loops, what the service offers about them."""

import asyncio
import os
import signal
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import av
import pytest
import simplejpeg

from sentinel_camera.sampling.pictures import PictureScaler
from sentinel_camera.testing.clips import picture_number
from sentinel_camera.testing.site import CameraSite, copy_clip
from sentinel_core.domain.cameras import SourceReason, SourceState
from sentinel_core.domain.errors import DependencyUnavailable, NotFound
from sentinel_core.domain.frames import DropReason
from sentinel_core.domain.media_clock import parse_utc
from sentinel_vision.frames.frame import Frame
from sentinel_vision.frames.transport import INFERRED, FrameOutcome
from sentinel_vision.testing.transport import planes

pytestmark = pytest.mark.asyncio(loop_scope="session")

MakeSite = Callable[..., CameraSite]

FRAME_90K = 4_500


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def shared_memory_names() -> list[str]:
    return sorted(path.name for path in Path("/dev/shm").iterdir())  # noqa: S108 - only looked at


async def test_the_media_clock_goes_on_over_loops(site: CameraSite, clips: Path) -> None:
    await site.add("cam_01", clips / "short.mp4")
    await site.until(lambda: len({frame.epoch for frame in site.frames}) > 3)
    for frame in site.frames:
        number, rest = divmod(frame.pts_90k, FRAME_90K)
        assert rest == 0
        assert frame.number == frame.index == number % 12
    times = [frame.pts_90k for frame in site.frames]
    assert times[0] == 0
    assert times == sorted(set(times))
    epochs = [frame.epoch for frame in site.frames]
    assert epochs == sorted(epochs)


async def test_each_epoch_is_published_with_its_anchor(site: CameraSite, clips: Path) -> None:
    await site.add("cam_01", clips / "short.mp4")
    await site.until(lambda: len({frame.epoch for frame in site.frames}) > 1)
    frames = [site.frames[0], site.frames[-1]]
    events = [event for event in await site.published() if event.clock is not None]
    anchors = {event.epoch: event.clock for event in events}
    for frame in frames:
        clock = anchors[frame.epoch]
        assert clock is not None
        assert clock.pts_90k == frame.pts_90k - FRAME_90K * frame.index
    first, second = (anchors[frame.epoch] for frame in frames)
    assert first is not None
    assert second is not None
    passed_s = (parse_utc(second.utc) - parse_utc(first.utc)).total_seconds()
    # The loop begins when its first frame is due; late by what the machine was busy.
    assert passed_s == pytest.approx(0.6, abs=0.5)


async def test_a_camera_comes_online_and_says_so(site: CameraSite, clips: Path) -> None:
    await site.add("cam_01", clips / "plain.mp4")
    await site.until_frames("cam_01", 1)
    state = site.service.control.states()["cam_01"]
    assert (state.state, state.reason, state.fps) == (SourceState.ONLINE, None, 20.0)
    await site.until(lambda: len(site.frames) > 2)
    shown = [(event.state, event.reason) for event in await site.published()]
    assert shown[0] == ("connecting", "starting")
    assert shown[-1] == ("online", None)


async def test_live_video_carries_the_packets_and_their_clock(
    site: CameraSite, clips: Path
) -> None:
    await site.add("cam_01", clips / "short.mp4")
    await site.until_frames("cam_01", 2)
    pieces: list[bytes] = []
    async with asyncio.timeout(30), site.service.live_video.watch("cam_01") as stream:
        async for piece in stream:
            pieces.append(piece)
            if len(pieces) == 25:
                break
    assert pieces[0][4:8] == b"ftyp"
    assert all(piece[4:8] == b"moof" for piece in pieces[1:]), "one init segment for all loops"
    with av.open(BytesIO(b"".join(pieces)), "r") as container:
        pictures = list(container.decode(video=0))
    assert len(pictures) == 24
    seen = {frame.pts_90k: frame.number for frame in site.frames}
    shown = {
        picture.pts: picture_number(float(PictureScaler().planes(picture).y.mean()))
        for picture in pictures
        if picture.pts is not None and picture.pts in seen
    }
    assert len(shown) > 5
    assert all(seen[pts_90k] == number for pts_90k, number in shown.items())


async def test_a_killed_reader_is_replaced_and_all_frames_are_accounted_for(
    site: CameraSite, clips: Path
) -> None:
    balanced: list[bool] = []

    async def check(frame: Frame) -> FrameOutcome:
        balanced.append(site.counts(frame.camera_key).is_balanced)
        return INFERRED

    site.infer = check
    await site.add("cam_01", clips / "plain.mp4")
    before = (await site.until_frames("cam_01", 3))[-1]
    (pid,) = site.service.process_ids
    os.kill(pid, signal.SIGKILL)
    await site.until_epoch_after("cam_01", before.epoch)
    after = site.frames[-1]
    assert after.pts_90k > before.pts_90k
    assert site.counts("cam_01").is_balanced
    assert all(balanced)
    crashed = [event for event in await site.published() if event.reason == "crashed"]
    assert crashed[0].state == "offline"


async def test_a_hung_reader_is_killed_and_others_go_on(make_site: MakeSite, clips: Path) -> None:
    async with make_site(stall_timeout_s=0.5) as site:
        await site.add("cam_01", clips / "plain.mp4")
        await site.until_frames("cam_01", 1)
        (pid,) = site.service.process_ids
        await site.add("cam_02", clips / "plain.mp4")
        await site.until_frames("cam_02", 1)
        os.kill(pid, signal.SIGSTOP)
        others = len(site.frames_of("cam_02"))
        await site.until_offline("cam_01", SourceReason.STALLED)
        assert len(site.frames_of("cam_02")) > others + 5
        mine = len(site.frames_of("cam_01"))
        await site.until_frames("cam_01", mine + 1)
        assert not is_running(pid)


async def test_slow_inference_costs_frames_and_not_the_camera(
    site: CameraSite, clips: Path
) -> None:
    go_on = asyncio.Event()

    async def wait(frame: Frame) -> FrameOutcome:
        await go_on.wait()
        return INFERRED

    site.infer = wait
    await site.add("cam_01", clips / "plain.mp4")
    await site.until(lambda: bool(site.service.control.frame_counts()))
    await site.until(lambda: site.counts("cam_01").dropped.get(DropReason.QUEUE_FULL, 0) > 3)
    assert site.counts("cam_01").in_flight == 2
    go_on.set()
    frames = await site.until_frames("cam_01", 3)
    assert frames[1].index > frames[0].index + 3, "the newest waits, older ones go"
    assert site.counts("cam_01").is_balanced


async def test_every_picture_is_intact_in_shared_memory(site: CameraSite, clips: Path) -> None:
    async def compare(frame: Frame) -> FrameOutcome:
        assert planes(frame).y.std() < 1
        assert frame.rgb.std() < 1
        assert not frame.rgb.flags.writeable
        return INFERRED

    site.infer = compare
    await site.add("cam_01", clips / "large.mp4")
    frames = await site.until_frames("cam_01", 8)
    assert frames[0].size == (1280, 720)
    assert DropReason.INFERENCE_ERROR not in site.counts("cam_01").dropped


async def test_a_file_that_changes_its_size_gets_new_memory(
    site: CameraSite, clips: Path, tmp_path: Path
) -> None:
    clip = copy_clip(clips / "short.mp4", tmp_path)
    await site.add("cam_01", clip)
    await site.until_frames("cam_01", 1)
    bigger = copy_clip(clips / "large.mp4", tmp_path)
    bigger.replace(clip)
    await site.until(lambda: site.frames[-1].size == (1280, 720))


async def test_the_snapshot_is_the_newest_picture(site: CameraSite, clips: Path) -> None:
    await site.add("cam_01", clips / "plain.mp4")
    await site.until_frames("cam_01", 3)
    pixels = simplejpeg.decode_jpeg(await site.service.control.snapshot("cam_01"))
    assert pixels.shape == (96, 160, 3)


async def test_a_camera_without_a_picture_has_no_snapshot(site: CameraSite, tmp_path: Path) -> None:
    await site.add("cam_01", tmp_path / "missing.mp4")
    await site.until_offline("cam_01", SourceReason.UNREADABLE)
    with pytest.raises(DependencyUnavailable):
        await site.service.control.snapshot("cam_01")
    with pytest.raises(NotFound):
        await site.service.control.snapshot("cam_99")
    with pytest.raises(NotFound):
        async with site.service.live_video.watch("cam_99"):
            pass


async def test_configuration_is_followed(site: CameraSite, clips: Path) -> None:
    camera = await site.add("cam_01", clips / "plain.mp4")
    before = (await site.until_frames("cam_01", 2))[-1]
    camera = await site.update(camera, source_url=str(clips / "large.mp4"))
    await site.until(lambda: site.frames[-1].size == (1280, 720))
    assert site.frames[-1].pts_90k > before.pts_90k, "the clock goes on with another source"
    camera = await site.update(camera, enabled=False)
    await site.until_offline("cam_01", SourceReason.DISABLED)
    assert site.service.process_ids == []
    async with site.service.live_video.watch("cam_01") as stream:
        await site.remove(camera)
        await site.until(lambda: "cam_01" not in site.service.control.states())
        async with asyncio.timeout(30):
            assert [piece async for piece in stream] == []


async def test_stopping_leaves_nothing_behind(tmp_path: Path, clips: Path) -> None:
    memory = shared_memory_names()
    async with CameraSite(tmp_path, file_roots=[clips]) as site:
        await site.add("cam_01", clips / "plain.mp4")
        await site.add("cam_02", clips / "large.mp4")
        await site.until_frames("cam_01", 1)
        await site.until_frames("cam_02", 1)
        pids = site.service.process_ids
    assert len(pids) == 2
    assert [pid for pid in pids if is_running(pid)] == []
    assert shared_memory_names() == memory
    await site.service.stop()
