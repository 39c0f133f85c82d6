from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from sentinel_camera.supervision.nursery import Nursery
from sentinel_camera.testing.clips import ClipSpec, write_clip
from sentinel_camera.testing.site import CameraSite


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of clips of 20 frames a second."""
    folder = tmp_path_factory.mktemp("clips")
    write_clip(folder / "short.mp4", ClipSpec(frames=12, gop=4))
    write_clip(folder / "plain.mp4", ClipSpec(frames=60, gop=10))
    write_clip(folder / "reordered.mp4", ClipSpec(frames=60, gop=10, b_frames=2))
    write_clip(folder / "large.mp4", ClipSpec(frames=20, gop=10, width=1280, height=720))
    write_clip(folder / "mpeg4.mp4", ClipSpec(codec="mpeg4", frames=20))
    return folder


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def nursery() -> AsyncIterator[Nursery]:
    """Shared: loading the libraries takes longer than most tests."""
    nursery = Nursery()
    yield nursery
    await nursery.stop()


@pytest.fixture
def make_site(tmp_path: Path, clips: Path, nursery: Nursery) -> Callable[..., CameraSite]:
    """A site with camera settings of its own."""

    def make(**settings: object) -> CameraSite:
        return CameraSite(tmp_path, nursery, file_roots=[clips, tmp_path], **settings)

    return make


@pytest_asyncio.fixture(loop_scope="session")
async def site(make_site: Callable[..., CameraSite]) -> AsyncIterator[CameraSite]:
    async with make_site() as site:
        yield site
