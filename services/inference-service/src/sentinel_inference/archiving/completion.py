"""Puts the evidence of one incident together, step by step.

Each step can be done again: pictures, clip, manifest. What a step needs of those before it is in
the draft, so that another process goes on where this one ended.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version

from msgspec import structs

from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.domain.errors import Conflict, NotFound
from sentinel_core.domain.media_clock import format_utc
from sentinel_core.evidence.chain import Appended, append, newest_manifests, read_place
from sentinel_core.evidence.manifest import (
    SCHEMA,
    Condition,
    EvidenceFile,
    FileRole,
    IncidentFacts,
    Manifest,
    MissingFile,
    Provenance,
    sha256_hex,
)
from sentinel_core.ports.camera_control import ClipCut
from sentinel_core.ports.object_store import ObjectKey, ObjectStore
from sentinel_inference.archiving.clips import NoClip, clip_facts
from sentinel_inference.archiving.drafts import Draft, DraftShelf
from sentinel_inference.archiving.snapshots import Snapshot

JPEG = "image/jpeg"
MP4 = "video/mp4"
LOOK_BACK = 200
"""So many manifests of a camera are asked whether one is of this incident already."""

NOT_STORED = "Sentinel ended before it was stored."
NOT_KEPT = "Cameras keep too little video for a clip (cameras.clip_seconds)."


@dataclass(frozen=True, slots=True)
class FileOnTheWay:
    """A file that is to be stored."""

    role: FileRole
    key: ObjectKey
    media_type: str
    data: bytes

    @property
    def facts(self) -> EvidenceFile:
        """What the manifest says of it."""
        return EvidenceFile(
            role=self.role,
            key=str(self.key),
            media_type=self.media_type,
            size_bytes=len(self.data),
            sha256=sha256_hex(self.data),
        )


class EvidenceWriter:
    """The steps, on the object store."""

    def __init__(self, store: ObjectStore, shelf: DraftShelf) -> None:
        self._store = store
        self._shelf = shelf

    async def store_pictures(self, draft: Draft, snapshot: Snapshot) -> None:
        """Both pictures of the alarm."""
        keys = draft.opened.evidence
        files = [
            FileOnTheWay(role, ObjectKey.parse(key), JPEG, data)
            for role, key, data in (
                (FileRole.SNAPSHOT, keys.snapshot, snapshot.plain),
                (FileRole.SNAPSHOT_BOXES, keys.snapshot_boxes, snapshot.boxed),
            )
            if key is not None
        ]
        await self._store_files(draft, files)

    async def store_clip(self, draft: Draft, cut: ClipCut | NoClip) -> None:
        """The clip, or why there is none."""
        key = draft.opened.evidence.clip
        if isinstance(cut, NoClip) or key is None:
            draft.no_clip = cut.reason if isinstance(cut, NoClip) else NOT_KEPT
            await self._shelf.put(draft)
            return
        draft.clip, draft.no_clip = clip_facts(cut), None
        await self._store_files(
            draft, [FileOnTheWay(FileRole.CLIP, ObjectKey.parse(key), MP4, cut.mp4)]
        )

    async def has_clip(self, draft: Draft) -> bool:
        """Whether an earlier run stored it whole, so that it need not be cut again."""
        return draft.clip is not None and FileRole.CLIP in await self._stored_roles(draft)

    async def write_manifest(self, draft: Draft, now: datetime, ended_at: str | None) -> Appended:
        """The manifest, at the end of the camera's chain; the one that is there already, if so."""
        written = await self._find_manifest(draft)
        if written is not None:
            return written
        stored = await self._stored_roles(draft)
        make = _manifest_maker(draft, stored, format_utc(now), ended_at)
        appended = await append(self._store, draft.camera_key, make)
        draft.manifest = appended.manifest.sequence
        await self._shelf.put(draft)
        return appended

    async def _store_files(self, draft: Draft, files: list[FileOnTheWay]) -> None:
        """Note first what the files are, then store them: so no half-known file is there.

        What is stored stays: another process may have named it in a manifest already, as while a
        new version takes over from an old one.
        """
        _describe(draft, [file.facts for file in files])
        await self._shelf.put(draft)
        for file in files:
            try:
                await self._store.put(file.key, file.data, if_absent=True)
            except Conflict:
                stored = replace(file, data=await self._store.get(file.key))
                if stored.data != file.data:
                    _describe(draft, [stored.facts])
                    await self._shelf.put(draft)

    async def _stored_roles(self, draft: Draft) -> set[FileRole]:
        """Which of the draft's files are there, as they were noted."""
        return {file.role for file in draft.files if await self._is_stored(file)}

    async def _is_stored(self, file: EvidenceFile) -> bool:
        try:
            data = await self._store.get(ObjectKey.parse(file.key))
        except NotFound:
            return False
        return sha256_hex(data) == file.sha256

    async def _find_manifest(self, draft: Draft) -> Appended | None:
        if draft.manifest is not None:
            return await read_place(self._store, draft.camera_key, draft.manifest)
        async for found in newest_manifests(self._store, draft.camera_key, LOOK_BACK):
            if found.manifest.incident.id == draft.opened.incident_id:
                return found
            if found.manifest.written_at < draft.began_at:
                return None
        return None


def _describe(draft: Draft, files: list[EvidenceFile]) -> None:
    roles = {file.role for file in files}
    draft.files = [known for known in draft.files if known.role not in roles] + files


def _manifest_maker(
    draft: Draft, stored: set[FileRole], written_at: str, ended_at: str | None
) -> Callable[[int, str | None], Manifest]:
    opened = draft.opened

    def make(sequence: int, previous_sha256: str | None) -> Manifest:
        return Manifest(
            schema=SCHEMA,
            camera_key=draft.camera_key,
            sequence=sequence,
            previous_sha256=previous_sha256,
            written_at=written_at,
            incident=_incident_facts(opened, ended_at),
            files=tuple(file for file in draft.files if file.role in stored),
            missing=tuple(_missing(draft, role) for role in FileRole if role not in stored),
            clip=draft.clip if FileRole.CLIP in stored else None,
            frames_inferred=draft.frames_inferred,
            provenance=Provenance(
                model_version=opened.model_version,
                model_sha256=draft.model_sha256,
                rule_version=opened.rule_version,
                zone_version=opened.zone_version,
                product_version=version("sentinel-inference"),
            ),
        )

    return make


def _missing(draft: Draft, role: FileRole) -> MissingFile:
    reason = draft.no_clip if role is FileRole.CLIP else None
    return MissingFile(role=role, reason=reason or NOT_STORED)


def _incident_facts(opened: IncidentEvent, ended_at: str | None) -> IncidentFacts:
    return IncidentFacts(
        id=opened.incident_id,
        type=opened.type,
        key=opened.key,
        priority=opened.priority,
        severity=opened.severity,
        zone_id=opened.zone_id,
        zone_name=opened.zone_name,
        place=opened.place or None,
        stream_epoch=opened.stream_epoch,
        start_pts_90k=opened.start_pts_90k,
        alarm_pts_90k=opened.pts_90k,
        started_at=opened.started_at,
        alarm_at=opened.alarm_at,
        ended_at=ended_at,
        explain=tuple(Condition(**structs.asdict(entry)) for entry in opened.explain),
    )
