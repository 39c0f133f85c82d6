"""Memory of the embedded mode with four cameras of the demo, and of each further one (P8).

Proportional set size (PSS), summed over all processes of the product: memory that processes share
is shared out between them, so that the sum is what the machine really spends.
"""

import asyncio
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from report import REPOSITORY, Report, Table, Target, argument_parser
from start import free_port

from sentinel_core.adapters.system_clock import SystemClock

STEPS = (4, 8, 12)
TARGET_MB = 450.0
TARGET_CAMERA_MB = 60.0
GIVE_UP_S = 120.0
SETTLE_S = 8.0
STOP_S = 20.0
DEMO = REPOSITORY / "data" / "demo"
FIRST_CLIPS = ("toll_congestion", "toll_morning", "toll_night", "plaza_pedestrians")
FURTHER_CLIP = "toll_morning"


def main() -> int:
    """Measure with 4, 8 and 12 cameras."""
    arguments = argument_parser(__doc__.splitlines()[0]).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measured = asyncio.run(_measure(Path(folder)))
    table = Table("Memory of `sentinel up` (PSS, MB)", ("cameras", "processes", "MB"))
    for cameras, (processes, megabytes) in measured.items():
        table.add(cameras, processes, megabytes)
    first, last = measured[STEPS[0]][1], measured[STEPS[-1]][1]
    further = (last - first) / (STEPS[-1] - STEPS[0])
    report = Report("memory", tables=[table])
    report.targets += [
        Target("P8", "embedded mode, four cameras", first, "<=", TARGET_MB, "MB"),
        Target("P8", "each further camera", further, "<=", TARGET_CAMERA_MB, "MB"),
    ]
    return report.finish(arguments.results, strict=arguments.strict)


async def _measure(data_dir: Path) -> dict[int, tuple[int, float]]:
    clock = SystemClock()
    port = free_port()
    measured: dict[int, tuple[int, float]] = {}
    added = 0
    with _product(data_dir, port) as pid:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await _until_online(client, 0, clock)
            for wanted in STEPS:
                while added < wanted:
                    clip = FIRST_CLIPS[added] if added < len(FIRST_CLIPS) else FURTHER_CLIP
                    await _add(client, f"camera_{added}", DEMO / f"{clip}.mp4")
                    added += 1
                await _until_online(client, wanted, clock)
                # Pools and caches fill in the first seconds.
                await clock.sleep(SETTLE_S)
                measured[wanted] = _memory(pid)
    return measured


async def _add(client: httpx2.AsyncClient, key: str, clip: Path) -> None:
    camera = {"key": key, "name": "One more", "source_url": str(clip)}
    (await client.post("/api/cameras", json=camera)).raise_for_status()


async def _until_online(client: httpx2.AsyncClient, wanted: int, clock: SystemClock) -> None:
    deadline_s = clock.monotonic() + GIVE_UP_S
    while await _online(client) < wanted:
        if clock.monotonic() > deadline_s:
            raise TimeoutError(f"{wanted} cameras are not online within {GIVE_UP_S:g} s")
        await clock.sleep(0.2)


async def _online(client: httpx2.AsyncClient) -> int:
    try:
        answer = await client.get("/api/cameras")
    except httpx2.TransportError:
        return -1  # it does not answer yet
    answer.raise_for_status()
    return sum(camera["status"] in ("online", "alert") for camera in answer.json())


def _memory(pid: int) -> tuple[int, float]:
    """Processes, and megabytes of all of them."""
    total_kb, processes = 0, 0
    for one in _tree(pid):
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii")
        except (FileNotFoundError, ProcessLookupError):
            continue
        processes += 1
        total_kb += sum(int(line.split()[1]) for line in text.splitlines() if line[:4] == "Pss:")
    return processes, total_kb / 1024


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
def _product(data_dir: Path, port: int) -> Iterator[int]:
    command = [sys.executable, "-m", "sentinel_allinone", "up", "--no-auth"]
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
