"""What cameras saw when their zones were saved, kept so that a restart does not forget it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import structlog

from sentinel_core.contracts.topics import FRAMES_BUCKET
from sentinel_core.domain.cameras import Camera, redact_url
from sentinel_core.domain.errors import (
    DependencyUnavailable,
    InvalidInput,
    NotFound,
    StorageFull,
)
from sentinel_core.ports.object_store import ObjectKey, ObjectStore
from sentinel_inference.pipeline.camera_pipeline import CameraPipeline
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.picture import ViewReference

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Kept:
    zone_version: int
    key: ObjectKey
    reference: ViewReference | None


class ViewReferences:
    """The references of all cameras, in step with the object store.

    A reference belongs to a version of the zones and to a source: zones that are saved anew, and
    a camera that reads something else, get another one.
    """

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects
        self._kept: dict[str, _Kept] = {}

    async def keep(
        self, camera: Camera, pipeline: CameraPipeline, at: datetime
    ) -> Sequence[IncidentChange]:
        """Give the pipeline the stored reference, or store the one that it has taken.

        Where the store is away nothing happens. To be called again and again.
        """
        try:
            return await self._keep(camera, pipeline, at)
        except (DependencyUnavailable, StorageFull) as error:
            log.warning("view reference not kept", camera=camera.key, reason=error.message)
            return ()

    def forget(self, camera_key: str) -> None:
        """The camera was removed."""
        self._kept.pop(camera_key, None)

    async def _keep(
        self, camera: Camera, pipeline: CameraPipeline, at: datetime
    ) -> Sequence[IncidentChange]:
        version, key = pipeline.zone_version, reference_key(camera, pipeline.zone_version)
        kept = self._kept.get(camera.key)
        if kept is None or kept.key != key:
            stored = await self._load(key)
            self._kept[camera.key] = _Kept(version, key, stored)
            is_another_source = kept is not None and kept.zone_version == version
            changes = pipeline.renew_reference(at) if is_another_source else ()
            if stored is not None:
                pipeline.use_reference(stored)
            return changes
        taken = pipeline.reference
        if taken is not None and taken is not kept.reference:
            await self._objects.put(key, taken.to_bytes())
            self._kept[camera.key] = _Kept(version, key, taken)
        return ()

    async def _load(self, key: ObjectKey) -> ViewReference | None:
        try:
            return ViewReference.from_bytes(await self._objects.get(key))
        except NotFound:
            return None
        except InvalidInput:
            log.warning("view reference is broken, another is taken", key=str(key))
            return None


def reference_key(camera: Camera, zone_version: int) -> ObjectKey:
    """Where the reference is stored of what a camera sees, or saw, by a version of its zones."""
    seen = (redact_url(camera.source_url), *(mask.points for mask in camera.privacy_masks))
    digest = sha256(repr(seen).encode()).hexdigest()[:8]
    return ObjectKey(FRAMES_BUCKET, f"{camera.key}/reference/v{zone_version}-{digest}.npz")
