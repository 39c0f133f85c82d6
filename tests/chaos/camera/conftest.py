"""A site with the product's own patience, and the table of what was seen."""

import gc
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import av
import numpy as np
import pytest
import pytest_asyncio
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from resources import open_descriptors, workers_of
from scene import Outcome

from sentinel_camera.supervision.nursery import Nursery
from sentinel_camera.testing.clips import ClipSpec, write_clip
from sentinel_camera.testing.site import CameraSite

MakeSite = Callable[..., CameraSite]

_OUTCOMES = pytest.StashKey[list[Outcome]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long it takes and how much is known afterwards."""
    parser.addoption("--chaos-repeats", type=int, default=1, help="how often each trouble comes")
    parser.addoption("--chaos-reconnects", type=int, default=200, help="how often cameras hang up")
    parser.addoption("--chaos-cameras", type=int, default=100, help="how many vanish together")
    parser.addoption("--chaos-rows", type=Path, help="file for the table, as JSON")


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of clips."""
    folder = tmp_path_factory.mktemp("clips")
    write_clip(folder / "plain.mp4", ClipSpec(frames=60, gop=10))
    write_clip(folder / "reordered.mp4", ClipSpec(frames=60, gop=10, b_frames=2))
    write_clip(folder / "large.mp4", ClipSpec(frames=20, gop=10, width=640, height=360))
    write_clip(folder / "hevc.mp4", ClipSpec(frames=60, gop=10, codec="libx265"))
    write_noise(folder / "noise.mp4")
    write_clip(folder / "slow.mp4", ClipSpec(fps=2, frames=20, gop=2))
    return folder


def write_noise(path: Path) -> None:
    """A clip whose pictures need far more bytes than a slow camera gets through in time."""
    random = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=20, options={"preset": "ultrafast"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 320, 192, "yuv420p", 10
        for _ in range(20):
            planes = random.integers(0, 255, (288, 320), np.uint8)
            container.mux(stream.encode(VideoFrame.from_ndarray(planes, "yuv420p")))
        container.mux(stream.encode())


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def nursery() -> AsyncIterator[Nursery]:
    """Shared: loading the libraries takes longer than most tests."""
    nursery = Nursery()
    yield nursery
    await nursery.stop()


@pytest.fixture
def make_site(tmp_path: Path, clips: Path, nursery: Nursery) -> MakeSite:
    """A site that waits between tries as the product does, and is quick to call a camera silent."""

    def make(**changes: object) -> CameraSite:
        patience = {
            "backoff_min_s": 0.5,
            "backoff_max_s": 30.0,
            "stall_timeout_s": 1.5,
            "connect_timeout_s": 1.5,
        }
        return CameraSite(tmp_path, nursery, file_roots=[clips], **(patience | changes))

    return make


@pytest.fixture
def note_outcome(pytestconfig: pytest.Config) -> Callable[[Outcome], None]:
    """Put a row into the table at the end."""
    return pytestconfig.stash.setdefault(_OUTCOMES, []).append


@pytest.fixture(autouse=True)
def nothing_is_leaked(nursery: Nursery) -> Iterator[None]:
    """What a test began has ended with it."""
    before = open_descriptors()
    yield
    # Shared memory of ended sessions lies in cycles of references.
    gc.collect()
    assert workers_of(nursery) == []
    # The first process of a nursery brings some for good.
    assert open_descriptors() <= before + 8


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was seen."""
    outcomes = terminalreporter.config.stash.get(_OUTCOMES, [])
    if not outcomes:
        return
    if (rows_file := terminalreporter.config.getoption("--chaos-rows", None)) is not None:
        rows_file.write_text(json.dumps([asdict(outcome) for outcome in outcomes]))
    terminalreporter.section("what cameras did, and how the product took it")
    head = ("trouble", "shown", "n", "p50 s", "p95 s", "captured", "inferred", "looks", "note")
    rows = [
        (
            outcome.name,
            outcome.shown,
            str(len(outcome.recovery_s)),
            f"{outcome.quantile_s(0.5):.2f}",
            f"{outcome.quantile_s(0.95):.2f}",
            str(outcome.captured),
            str(outcome.inferred),
            str(outcome.looks),
            outcome.note,
        )
        for outcome in outcomes
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, tuple("-" * width for width in widths), *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        terminalreporter.write_line(f"| {' | '.join(cells)} |")
