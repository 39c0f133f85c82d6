"""Evidence as inference-service leaves it, without an inference-service."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sentinel_core.domain.media_clock import format_utc
from sentinel_core.evidence.chain import Appended, append
from sentinel_core.evidence.keys import file_key
from sentinel_core.evidence.manifest import (
    SCHEMA,
    ClipFacts,
    Condition,
    EvidenceFile,
    FileRole,
    IncidentFacts,
    Manifest,
    MissingFile,
    Provenance,
    sha256_hex,
)
from sentinel_core.ports.object_store import ObjectKey, ObjectStore
from sentinel_core.testing.builders import EPOCH, NOON, at

_ENDINGS = {
    FileRole.SNAPSHOT: (".jpg", "image/jpeg"),
    FileRole.SNAPSHOT_BOXES: ("_boxes.jpg", "image/jpeg"),
    FileRole.CLIP: (".mp4", "video/mp4"),
}

FILES: Mapping[FileRole, bytes] = {
    FileRole.SNAPSHOT: b"\xff\xd8 the street",
    FileRole.SNAPSHOT_BOXES: b"\xff\xd8 the street, with boxes",
    FileRole.CLIP: bytes(range(256)) * 8,
}


async def store_evidence(
    store: ObjectStore,
    number: int = 1,
    *,
    camera_key: str = "cam_01",
    incident_id: UUID | None = None,
    files: Mapping[FileRole, bytes] = FILES,
) -> Appended:
    """Files and manifest of the `number`-th incident of a camera, a minute after the one before."""
    incident_id = incident_id or UUID(int=number)
    stored = []
    for role, data in files.items():
        ending, media_type = _ENDINGS[role]
        key = file_key(camera_key, incident_id, ending)
        await store.put(key, data)
        stored.append(_describe(role, key, media_type, data))

    def make(sequence: int, previous_sha256: str | None) -> Manifest:
        return make_manifest(
            camera_key=camera_key,
            incident_id=incident_id,
            minute=number,
            files=tuple(stored),
            place=(sequence, previous_sha256),
        )

    return await append(store, camera_key, make)


def make_manifest(
    *,
    camera_key: str = "cam_01",
    incident_id: UUID | None = None,
    minute: int = 1,
    files: tuple[EvidenceFile, ...] = (),
    place: tuple[int, str | None] = (1, None),
) -> Manifest:
    """A stopped vehicle; `place` is the number in the chain and the hash of the one before."""
    alarm_at = NOON + timedelta(minutes=minute)
    roles = {file.role for file in files}
    return Manifest(
        schema=SCHEMA,
        camera_key=camera_key,
        sequence=place[0],
        previous_sha256=place[1],
        written_at=format_utc(alarm_at + timedelta(seconds=12)),
        incident=IncidentFacts(
            id=str(incident_id or UUID(int=minute)),
            type="stopped_vehicle",
            key="track:7",
            priority="medium",
            severity=6.5,
            zone_id=None,
            zone_name="Fire lane",
            place=None,
            stream_epoch=EPOCH,
            start_pts_90k=0,
            alarm_pts_90k=900_000,
            started_at=format_utc(alarm_at - timedelta(seconds=10)),
            alarm_at=format_utc(alarm_at),
            ended_at=None,
            explain=(
                Condition(
                    condition="standing",
                    measured=11.2,
                    threshold=10.0,
                    unit="s",
                    since=format_utc(at(0)),
                ),
            ),
        ),
        files=files,
        missing=tuple(
            MissingFile(role=role, reason="No video of that time is kept of cam_01.")
            for role in FileRole
            if role not in roles
        ),
        clip=_clip() if FileRole.CLIP in roles else None,
        frames_inferred=0.98,
        provenance=Provenance(
            model_version="v0",
            model_sha256="ab" * 32,
            rule_version=2,
            zone_version=3,
            product_version="0.1.0",
        ),
    )


def _describe(role: FileRole, key: ObjectKey, media_type: str, data: bytes) -> EvidenceFile:
    return EvidenceFile(
        role=role,
        key=str(key),
        media_type=media_type,
        size_bytes=len(data),
        sha256=sha256_hex(data),
    )


def _clip() -> ClipFacts:
    return ClipFacts(
        codec="h264",
        width=1280,
        height=720,
        epoch=EPOCH,
        from_pts_90k=0,
        to_pts_90k=1_800_000,
        started_at=format_utc(NOON),
        coverage=1.0,
    )
