"""What keeps readers alive, ends them, and leaves nothing behind."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sentinel_camera.supervision.feed import CameraFeed
from sentinel_camera.supervision.nursery import Nursery
from sentinel_camera.testing.site import CameraSite
from sentinel_core.domain.cameras import SourceReason, SourceState
from sentinel_core.domain.errors import SourceFailed
from sentinel_sim.faults.rtsp_server import RtspFaultServer
from sentinel_sim.faults.script import Fault

pytestmark = pytest.mark.asyncio(loop_scope="session")

MakeSite = Callable[..., CameraSite]

RECONNECTS = 25


async def test_a_file_that_was_played_once_is_not_opened_again(
    site: CameraSite, clips: Path
) -> None:
    camera = await site.add("cam_01", clips / "plain.mp4", loops=False)
    await site.until_offline("cam_01", SourceReason.ENDED)
    await site.until(lambda: len(site.frames_of("cam_01")) == 60)
    # Meanwhile another camera has the time to be opened many times.
    await site.add("cam_02", clips / "short.mp4")
    await site.until(lambda: len({frame.epoch for frame in site.frames_of("cam_02")}) > 3)
    assert len(site.frames_of("cam_01")) == 60
    assert site.reason("cam_01") is SourceReason.ENDED
    await site.update(camera)
    await site.until(lambda: len(site.frames_of("cam_01")) == 120)
    assert len({frame.epoch for frame in site.frames_of("cam_01")}) == 2


def open_files(pid: int | None) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def children(pid: int | None) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


async def test_reconnects_leave_no_process_and_no_file_open(
    site: CameraSite, clips: Path, nursery: Nursery
) -> None:
    async with RtspFaultServer(clips / "plain.mp4") as server:
        server.stop_after = 3
        await site.add("cam_01", server.url)
        await site.until(lambda: server.connections > 3)
        before = open_files(os.getpid()), open_files(nursery.pid)
        start = server.connections
        await site.until(lambda: server.connections > start + RECONNECTS, patience_s=120)
        server.stop_after = None
        await site.until(lambda: site.service.control.states()["cam_01"].reason is None)
        after = open_files(os.getpid()), open_files(nursery.pid)
        assert len(children(nursery.pid)) == 1
    # A few more or less: connections of the moment.
    assert after[0] - before[0] < 6
    assert after[1] - before[1] < 4
    assert site.counts("cam_01").is_balanced


async def test_probes_leave_no_process_and_no_file_open(
    site: CameraSite, clips: Path, nursery: Nursery, tmp_path: Path
) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    before = None
    for _ in range(8):
        await site.service.control.probe(str(clips / "plain.mp4"))
        with pytest.raises(SourceFailed):
            await site.service.control.probe(str(tmp_path / "broken.mp4"))
        await site.until(lambda: children(nursery.pid) == [])
        now = open_files(os.getpid()), open_files(nursery.pid)
        before = before or now
        assert now == before


async def test_a_reader_that_broke_is_started_again(
    site: CameraSite, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks = iter([True, True])
    plain = CameraFeed.come_offline

    def come_offline(feed: CameraFeed, reason: SourceReason, detail: str) -> None:
        if next(breaks, False):
            raise RuntimeError("a mistake in this program")
        plain(feed, reason, detail)

    monkeypatch.setattr(CameraFeed, "come_offline", come_offline)
    async with RtspFaultServer(clips / "plain.mp4") as server:
        server.stop_after = 3
        await site.add("cam_01", server.url)
        await site.until(lambda: server.connections > 3)
        server.stop_after = None
        await site.until(
            lambda: site.service.control.states()["cam_01"].state is SourceState.ONLINE
        )


async def test_offline_is_shown_until_something_comes(site: CameraSite, clips: Path) -> None:
    async with RtspFaultServer(clips / "plain.mp4") as server:
        await site.add("cam_01", server.url)
        await site.until_frames("cam_01", 1)
        server.fault = Fault.FROZEN
        server.drop_connections()
        await site.until_offline("cam_01", SourceReason.ENDED)
        connections = server.connections
        await site.until(lambda: server.connections > connections)
        server.fault = Fault.NONE
        await site.until(lambda: site.reason("cam_01") is None)
    states = [(event.state, event.reason) for event in await site.published()]
    assert ("offline", "ended") in states


async def test_cameras_go_and_come_back_together(make_site: MakeSite, clips: Path) -> None:
    async with (
        make_site(connects_per_s=20.0) as site,
        RtspFaultServer(clips / "plain.mp4") as server,
    ):
        for number in range(8):
            await site.add(f"cam_{number}", server.url)
        await site.until(lambda: len({frame.camera_key for frame in site.frames}) == 8)
        server.drop_connections()
        seen = len(site.frames)
        async with asyncio.timeout(60):
            await site.until(
                lambda: (
                    len({frame.camera_key for frame in site.frames[seen:]}) == 8
                    and all(
                        state.reason is None for state in site.service.control.states().values()
                    )
                )
            )
        assert all(site.counts(f"cam_{number}").is_balanced for number in range(8))
