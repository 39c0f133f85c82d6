"""Processes: none outlives its parent, and a busy parent does not blame its readers."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sentinel_camera.supervision.nursery import Nursery
from sentinel_camera.testing.site import CameraSite
from sentinel_camera.worker.messages import ReadJob

pytestmark = pytest.mark.asyncio(loop_scope="session")

MakeSite = Callable[..., CameraSite]

PARENT = """
import asyncio, sys
from pathlib import Path
from sentinel_camera.testing.site import CameraSite

async def main():
    async with CameraSite(Path(sys.argv[1]), file_roots=[Path(sys.argv[2]).parent]) as site:
        await site.add("cam_01", sys.argv[2])
        await site.until_frames("cam_01", 1)
        print("reader", *site.service.process_ids, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def processes_below(pid: int) -> set[int]:
    """All descendants of a process that are alive."""
    found: set[int] = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            child = int(path.parent.name)
            found |= {child} | processes_below(child)
    return found


async def test_readers_die_with_their_parent(tmp_path: Path, clips: Path, site: CameraSite) -> None:
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT, str(tmp_path), str(clips / "plain.mp4")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        reader = await reader_of(parent)
        children = processes_below(parent.pid)
        assert reader in children
        os.kill(reader, signal.SIGSTOP)
    finally:
        parent.kill()
        await parent.wait()
    await site.until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))


async def reader_of(parent: asyncio.subprocess.Process) -> int:
    assert parent.stdout is not None
    line = b""
    async with asyncio.timeout(60):
        while not line.startswith(b"reader "):
            line = await parent.stdout.readline()
    return int(line.split()[1])


async def test_a_nursery_that_died_is_replaced(site: CameraSite, clips: Path) -> None:
    async def start() -> int:
        job = ReadJob(
            source_url=str(clips / "plain.mp4"),
            sample_fps=5.0,
            connect_timeout_s=5.0,
            stall_timeout_s=5.0,
            allow_private_addresses=True,
        )
        worker = await nursery.start_worker(job)
        await site.until(lambda: worker.pid is not None)
        assert worker.pid is not None
        return worker.pid

    nursery = Nursery()
    try:
        first = await start()
        assert nursery.pid is not None
        os.kill(nursery.pid, signal.SIGKILL)
        await site.until(lambda: nursery.pid is None)
        await site.until(lambda: not Path(f"/proc/{first}").exists())
        assert await start() != first
    finally:
        await nursery.stop()


async def test_a_busy_parent_does_not_blame_its_readers(make_site: MakeSite, clips: Path) -> None:
    async with make_site(stall_timeout_s=0.3) as site:
        await site.add("cam_01", clips / "plain.mp4")
        before = (await site.until_frames("cam_01", 2))[-1]
        (pid,) = site.service.process_ids
        # Longer than a silent reader would be given.
        deadline_s = site.clock.monotonic() + 2.6
        while site.clock.monotonic() < deadline_s:
            pass
        await site.until(lambda: site.frames[-1].pts_90k > before.pts_90k + 2 * 90_000)
        assert site.service.process_ids == [pid]
