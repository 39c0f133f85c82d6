"""The embedded mode from a camera's packets to evidence that can be checked: all parts are real.

Only what the network sees is made up: a car that stands.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import av
import httpx2
import numpy as np
from numpy.typing import NDArray

from sentinel_allinone.bootstrap import EmbeddedSystem, embedded_system
from sentinel_allinone.testing import Sentinel
from sentinel_camera.testing.clips import ClipSpec, write_clip
from sentinel_core.domain.incidents import Incident
from sentinel_core.domain.zones import ZoneSet
from sentinel_core.ports.repositories import EventFilter
from sentinel_core.runtime.settings import ApiSettings, InferenceSettings, Settings
from sentinel_core.testing.builders import make_camera
from sentinel_inference.testing.station import NO_STOP, ScriptedDetector, cars
from sentinel_vision.detection.detections import Detections

PATIENCE_S = 60.0
PICTURE_90K = 4_500
QUICK = NO_STOP.model_copy(update={"rules": {"stopped_vehicle": {"on_s": 4.0}}})


@dataclass
class StandingCar(ScriptedDetector):
    """Sees the same car in each picture."""

    def detect(self, rgb: NDArray[np.uint8], source: tuple[int, int]) -> Detections:
        """See `Detector.detect`."""
        del rgb, source
        return cars((40.0, 30.0, 80.0, 60.0))


@asynccontextmanager
async def watched_street(folder: Path, *, after_s: float) -> AsyncIterator[EmbeddedSystem]:
    """A system with one camera whose picture is a no-stop zone, running."""
    videos = folder / "videos"
    videos.mkdir(exist_ok=True)
    clip = write_clip(videos / "street.mp4", ClipSpec(frames=1200, gop=10))
    settings = Settings(
        data_dir=folder,
        api=ApiSettings(auth=False),
        inference=InferenceSettings(clip_before_s=1.0, clip_after_s=after_s, threads=1),
    )
    async with embedded_system(settings, detector=StandingCar()) as system:
        async with system.database.transaction() as work:
            if not await work.cameras.list():
                camera = make_camera(key="cam_01", source_url=str(clip))
                await work.cameras.add(camera)
                await work.cameras.replace_zones(camera.id, ZoneSet(zones=(QUICK,)))
        async with system.running():
            yield system


async def incidents_of(system: EmbeddedSystem) -> list[Incident]:
    async with system.database.transaction() as work:
        return list(await work.incidents.list(EventFilter()))


async def until(system: EmbeddedSystem, condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():
            await system.clock.sleep(0.1)


async def complete_incident(system: EmbeddedSystem) -> Incident:
    async def is_complete() -> bool:
        return any(incident.evidence.complete for incident in await incidents_of(system))

    await until(system, is_complete)
    return next(found for found in await incidents_of(system) if found.evidence.complete)


def test_evidence_from_the_cameras_packets_to_the_check(tmp_path: Path, sentinel: Sentinel) -> None:
    incident_id = asyncio.run(_watch(tmp_path))
    verified = sentinel("evidence", "verify", "--json", "--data-dir", tmp_path)
    assert verified.code == 0, verified.err
    (report,) = json.loads(verified.out)
    assert (report["camera"], report["manifests"], report["files"]) == ("cam_01", 1, 3)
    (clip,) = tmp_path.rglob(f"{incident_id}.mp4")
    data = clip.read_bytes()
    clip.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert sentinel("evidence", "verify", "--data-dir", tmp_path).code == 1


async def _watch(folder: Path) -> str:
    async with watched_street(folder, after_s=1.0) as system:
        incident = await complete_incident(system)
        assert incident.evidence.has_clip
        transport = httpx2.ASGITransport(app=system.api.app)
        async with httpx2.AsyncClient(base_url="http://127.0.0.1", transport=transport) as api:
            url = f"/api/incidents/{incident.id}"
            evidence = (await api.get(f"{url}/evidence", params={"verify": "true"})).json()
            assert (evidence["verified"], evidence["missing"]) == (True, [])
            # The car stands since the very first picture: before that there is no video.
            assert evidence["clip"]["coverage"] > 0.5
            manifest = (await api.get(f"{url}/manifest")).json()
            movie = (await api.get(f"{url}/clip")).content
    with av.open(BytesIO(movie), "r") as container:
        pictures = sum(1 for _ in container.decode(video=0))
    facts = manifest["clip"]
    assert facts["from_pts_90k"] <= manifest["incident"]["start_pts_90k"]
    assert facts["to_pts_90k"] >= manifest["incident"]["alarm_pts_90k"] + 90_000
    assert pictures == (facts["to_pts_90k"] - facts["from_pts_90k"]) // PICTURE_90K
    return str(incident.id)


async def test_a_stop_in_the_middle_of_a_clip_leaves_what_there_is(tmp_path: Path) -> None:
    """Its end is 20 s away: the clip ends when the system does, while the cameras still run."""
    async with watched_street(tmp_path, after_s=20.0) as system:

        async def is_open() -> bool:
            return any(incident.evidence.has_pictures for incident in await incidents_of(system))

        await until(system, is_open)
    async with watched_street(tmp_path, after_s=20.0) as system:
        (incident, *_) = [found for found in await incidents_of(system) if found.evidence.complete]
        assert incident.evidence.has_clip
