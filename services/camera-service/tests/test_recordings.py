"""Recordings on demand, from the request in the database to the movie in the object store."""

from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import av
import pytest

from sentinel_camera.testing.clips import picture_number
from sentinel_camera.testing.site import CameraSite
from sentinel_core.domain.cameras import PrivacyMask
from sentinel_core.domain.recordings import Recording, RecordingState
from sentinel_core.ports.object_store import ObjectKey

pytestmark = pytest.mark.asyncio(loop_scope="session")

MakeSite = Callable[..., CameraSite]


async def until_state(site: CameraSite, recording: Recording, *states: RecordingState) -> Recording:
    async def now() -> Recording:
        return await site.recording(recording)

    stored = await now()
    while stored.state not in states:
        await site.clock.sleep(0.05)
        stored = await now()
    return stored


async def until_bytes(site: CameraSite, recording: Recording, size_bytes: int) -> None:
    while (await site.recording(recording)).size_bytes < size_bytes:
        await site.clock.sleep(0.05)


async def movie_of(site: CameraSite, recording: Recording) -> list[int]:
    """Numbers of the pictures in the stored movie."""
    assert recording.object_key is not None
    data = await site.objects.get(ObjectKey.parse(recording.object_key))
    assert len(data) == recording.size_bytes
    with av.open(BytesIO(data), "r") as movie:
        return [
            picture_number(float(picture.to_ndarray()[:96].mean()))
            for picture in movie.decode(video=0)
        ]


async def test_a_recording_holds_what_came_until_it_was_stopped(
    site: CameraSite, clips: Path, tmp_path: Path
) -> None:
    camera = await site.add("cam_01", clips / "plain.mp4")
    recording = await site.record(camera)
    await until_bytes(site, recording, 10_000)
    await site.end_recording(recording)
    ready = await until_state(site, recording, RecordingState.READY)
    numbers = await movie_of(site, ready)
    assert len(numbers) >= 10
    assert all((after - before) % 64 in {1, 5} for before, after in pairwise(numbers))
    assert ready.from_pts_90k is not None
    assert ready.to_pts_90k is not None
    assert ready.to_pts_90k - ready.from_pts_90k == len(numbers) * 4_500
    assert ready.detail == "It was stopped."
    assert ready.epoch is not None
    await site.until(lambda: list((tmp_path / "recordings").iterdir()) == [])


async def test_a_recording_ends_by_itself(site: CameraSite, clips: Path) -> None:
    camera = await site.add("cam_01", clips / "plain.mp4")
    recording = await site.record(camera, max_s=1.5)
    ready = await until_state(site, recording, RecordingState.READY)
    assert ready.detail == "It has reached its longest time."
    assert await movie_of(site, ready)


async def test_a_recording_outlives_the_end_of_the_process(
    make_site: MakeSite, clips: Path
) -> None:
    async with make_site() as site:
        camera = await site.add("cam_01", clips / "plain.mp4")
        recording = await site.record(camera)
        await until_bytes(site, recording, 10_000)
    async with make_site() as site:
        await site.resume()
        kept = await until_state(site, recording, RecordingState.INTERRUPTED)
        assert "Sentinel ended" in (kept.detail or "")
        assert await movie_of(site, kept)


async def test_a_camera_without_pictures_leaves_an_empty_recording(
    site: CameraSite, tmp_path: Path
) -> None:
    camera = await site.add("cam_01", tmp_path / "nothing.mp4")
    recording = await site.record(camera)
    await site.until(lambda: (tmp_path / "recordings" / f"{recording.id}.part").exists())
    await site.end_recording(recording)
    failed = await until_state(site, recording, RecordingState.FAILED)
    assert failed.detail
    assert failed.object_key is None


async def test_other_masks_end_a_recording(site: CameraSite, clips: Path) -> None:
    camera = await site.add("cam_01", clips / "plain.mp4")
    recording = await site.record(camera)
    await until_bytes(site, recording, 5_000)
    await site.update(camera, privacy_masks=(PrivacyMask(((0, 0), (1, 0), (0, 1))),))
    ready = await until_state(site, recording, RecordingState.READY)
    assert ready.detail == "The camera was given other masks."


async def test_a_recording_that_became_too_large_ends(make_site: MakeSite, clips: Path) -> None:
    async with make_site(recording_max_mb=0.005) as site:
        camera = await site.add("cam_01", clips / "plain.mp4")
        recording = await site.record(camera)
        ready = await until_state(site, recording, RecordingState.READY)
        assert ready.detail == "It has reached its largest size."
