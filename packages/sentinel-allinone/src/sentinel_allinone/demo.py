"""The demo city: cameras and zones that ship with the product."""

import json
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from pydantic import BaseModel

from sentinel_core.domain.cameras import Camera
from sentinel_core.domain.zones import ZoneSet
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.repositories import Cameras, Database
from sentinel_core.runtime.assets import asset


class DemoCamera(BaseModel):
    """An entry of `data/demo/cameras.json`."""

    key: str
    name: str
    clip: str
    latitude: float
    longitude: float
    default: bool = False


@dataclass(frozen=True, slots=True)
class DemoCity:
    """The folder `data/demo`."""

    folder: Path

    @classmethod
    def shipped(cls) -> "DemoCity":
        """The one of this installation. Raises NotFound where it was left out."""
        return cls(asset("data/demo"))

    def cameras(self) -> list[DemoCamera]:
        """Those that the demo starts with."""
        entries = json.loads((self.folder / "cameras.json").read_text(encoding="utf-8"))
        cameras = [DemoCamera.model_validate(entry) for entry in entries["cameras"]]
        return [camera for camera in cameras if camera.default]

    def zones(self, camera: DemoCamera) -> ZoneSet:
        """The zones drawn for a camera's clip; empty where none were."""
        path = self.folder / "zones" / f"{Path(camera.clip).stem}.json"
        return ZoneSet.model_validate_json(path.read_bytes()) if path.exists() else ZoneSet()

    async def add_to(self, database: Database, clock: Clock) -> int:
        """Add the cameras that are not there yet; returns how many were added."""
        added = 0
        for entry in self.cameras():
            async with database.transaction() as work:
                added += await self._add(entry, work.cameras, clock)
        return added

    async def _add(self, entry: DemoCamera, cameras: Cameras, clock: Clock) -> bool:
        now = clock.utc_now()
        camera = Camera(
            id=uuid4(),
            key=entry.key,
            name=entry.name,
            source_url=(self.folder / entry.clip).as_uri(),
            latitude=entry.latitude,
            longitude=entry.longitude,
            is_demo=True,
            created_at=now,
            updated_at=now,
        )
        if entry.key in {known.key for known in await cameras.list()}:
            return False
        await cameras.add(camera)
        zones = self.zones(entry)
        if zones.zones:
            await cameras.replace_zones(camera.id, zones.model_copy(update={"version": 0}))
        return True
