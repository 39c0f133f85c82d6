"""Memory of the embedded mode: with four cameras, for each further one, and of the demo (P8).

Proportional set size (PSS), summed over all processes of the product: memory that processes share
is shared out between them, so that the sum is what the machine really spends. `--demo` runs
`sentinel up --demo` as it is, and watches it while the newest minutes fill up: messages of the
bus, video kept for clips, frames on their way into the archive of raw detections.
"""

import argparse
import asyncio
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from report import REPOSITORY, Report, Table, Target, argument_parser
from start import free_port

from sentinel_core.adapters.system_clock import SystemClock

STEPS = (4, 8, 12)
DEMO_MINUTES = 6.0  # frames are archived every five
TARGET_CAMERAS = 4
TARGET_MB = 450.0
TARGET_CAMERA_MB = 60.0
GIVE_UP_S = 120.0
SETTLE_S = 8.0
STOP_S = 20.0
DEMO = REPOSITORY / "data" / "demo"
FIRST_CLIPS = ("toll_congestion", "toll_morning", "toll_night", "plaza_pedestrians")
FURTHER_CLIP = "toll_morning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """PSS in megabytes: of the process with the services, and of those that read cameras."""

    services: float
    readers: float
    processes: int

    @property
    def total(self) -> float:
        """All of it."""
        return self.services + self.readers


def main() -> int:
    """Measure the product with cameras that are added, or the demo."""
    parser = argument_parser(__doc__.splitlines()[0])
    parser.add_argument(
        "--cameras", type=int, nargs="+", default=STEPS, help="numbers of cameras, rising"
    )
    parser.add_argument("--demo", action="store_true", help="the demo city instead")
    parser.add_argument("--minutes", type=float, default=DEMO_MINUTES, help="of the demo")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.demo:
            report = asyncio.run(_watch_demo(Path(folder), arguments.minutes))
        else:
            report = asyncio.run(_add_cameras(Path(folder), arguments))
    return report.finish(arguments.results, strict=arguments.strict)


async def _add_cameras(data_dir: Path, arguments: argparse.Namespace) -> Report:
    clock, port, steps = SystemClock(), free_port(), sorted(set(arguments.cameras))
    measured: dict[int, Memory] = {}
    added = 0
    with _product(data_dir, port) as pid:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await _until_online(client, 0, clock)
            for wanted in steps:
                while added < wanted:
                    clip = FIRST_CLIPS[added] if added < len(FIRST_CLIPS) else FURTHER_CLIP
                    await _add(client, f"camera_{added}", DEMO / f"{clip}.mp4")
                    added += 1
                await _until_online(client, wanted, clock)
                # Pools and caches fill in the first seconds.
                await clock.sleep(SETTLE_S)
                measured[wanted] = _memory(pid)
    table = Table(
        "Memory of `sentinel up` (PSS, MB)", ("cameras", "processes", "services", "readers", "MB")
    )
    for cameras, memory in measured.items():
        table.add(cameras, memory.processes, memory.services, memory.readers, memory.total)
    report = Report("memory", tables=[table])
    first, last = steps[0], steps[-1]
    report.targets.append(_target(f"embedded mode, {first} cameras", first, measured[first].total))
    if last > first:
        further = (measured[last].total - measured[first].total) / (last - first)
        report.targets.append(
            Target("P8", "each further camera", further, "<=", TARGET_CAMERA_MB, "MB")
        )
    return report


async def _watch_demo(data_dir: Path, minutes: float) -> Report:
    clock, port = SystemClock(), free_port()
    columns = ("minute", "cameras", "processes", "services", "readers", "MB")
    table = Table("Memory of `sentinel up --demo` (PSS, MB)", columns)
    largest = 0.0
    with _product(data_dir, port, "--demo") as pid:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            cameras = await _all_online(client, clock)
            began_s = clock.monotonic()
            while clock.monotonic() - began_s < 60.0 * minutes:
                await clock.sleep(60.0 if table.rows else SETTLE_S)
                memory = _memory(pid)
                largest = max(largest, memory.total)
                minute = round((clock.monotonic() - began_s) / 60.0, 1)
                parts = (memory.processes, memory.services, memory.readers, memory.total)
                table.add(minute, cameras, *parts)
    report = Report("memory_demo", tables=[table])
    report.targets.append(_target(f"demo city, {cameras} cameras", cameras, largest))
    return report


def _target(name: str, cameras: int, megabytes: float) -> Target:
    allowed = TARGET_MB + TARGET_CAMERA_MB * max(0, cameras - TARGET_CAMERAS)
    return Target("P8", name, megabytes, "<=", allowed, "MB")


async def _add(client: httpx2.AsyncClient, key: str, clip: Path) -> None:
    camera = {"key": key, "name": "One more", "source_url": str(clip)}
    (await client.post("/api/cameras", json=camera)).raise_for_status()


async def _until_online(client: httpx2.AsyncClient, wanted: int, clock: SystemClock) -> None:
    deadline_s = clock.monotonic() + GIVE_UP_S
    while await _online(client) < wanted:
        if clock.monotonic() > deadline_s:
            raise TimeoutError(f"{wanted} cameras are not online within {GIVE_UP_S:g} s")
        await clock.sleep(0.2)


async def _all_online(client: httpx2.AsyncClient, clock: SystemClock) -> int:
    """How many cameras there are, once all of them show something."""
    await _until_online(client, 0, clock)
    cameras = len((await client.get("/api/cameras")).json())
    await _until_online(client, cameras, clock)
    return cameras


async def _online(client: httpx2.AsyncClient) -> int:
    try:
        answer = await client.get("/api/cameras")
    except httpx2.TransportError:
        return -1  # it does not answer yet
    answer.raise_for_status()
    return sum(camera["status"] in ("online", "alert") for camera in answer.json())


def _memory(pid: int) -> Memory:
    sizes = {one: size for one in _tree(pid) if (size := _pss_mb(one)) is not None}
    services = sizes.pop(pid)
    return Memory(services=services, readers=sum(sizes.values()), processes=1 + len(sizes))


def _pss_mb(pid: int) -> float | None:
    """None where the process has ended."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return sum(int(line.split()[1]) for line in text.splitlines() if line[:4] == "Pss:") / 1024


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            pids = children.read_text(encoding="ascii").split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in pids:
            yield from _tree(int(child))


@contextmanager
def _product(data_dir: Path, port: int, *flags: str) -> Iterator[int]:
    command = [sys.executable, "-m", "sentinel_allinone", "up", "--no-auth", *flags]
    process = subprocess.Popen(  # noqa: S603 - our own program with our own flags
        [*command, "--port", str(port), "--data-dir", str(data_dir)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(STOP_S)


if __name__ == "__main__":
    sys.exit(main())
