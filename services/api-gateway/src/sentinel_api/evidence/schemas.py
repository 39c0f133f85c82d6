"""Evidence on the wire."""

from typing import Self
from uuid import UUID

from sentinel_api.schemas import Answer
from sentinel_core.domain.incidents import Evidence
from sentinel_core.evidence.export import SealedEvidence
from sentinel_core.evidence.manifest import EvidenceFile, FileRole
from sentinel_core.evidence.verification import Fault, FaultKind


class EvidenceFileAnswer(Answer):
    """A file that is there; `url` is below this server, `sha256` what the manifest says."""

    role: FileRole
    url: str
    media_type: str
    size_bytes: int
    sha256: str


class MissingFileAnswer(Answer):
    """A file that could not be had, and why."""

    role: FileRole
    reason: str


class ClipAnswer(Answer):
    """What the clip shows.

    Attributes:
        coverage: Share of the time asked for in which it has pictures, 0..1.
    """

    codec: str
    width: int
    height: int
    from_pts_90k: int
    to_pts_90k: int
    started_at: str
    coverage: float


class ManifestAnswer(Answer):
    """The manifest's place in the camera's chain, and what the alarm was made with."""

    url: str
    sequence: int
    sha256: str
    previous_sha256: str | None
    written_at: str
    model_version: str
    model_sha256: str
    rule_version: int
    zone_version: int
    product_version: str
    frames_inferred: float | None


class EvidenceFault(Answer):
    """Something that is not as it was stored."""

    kind: FaultKind
    detail: str

    @classmethod
    def of(cls, fault: Fault) -> Self:
        """Without the place in the store."""
        return cls(kind=fault.kind, detail=fault.detail)


class EvidenceReport(Answer):
    """The evidence of an incident.

    Attributes:
        complete: The manifest is written; until then `files` is empty.
        clip: None where there is none; `missing` says why.
        manifest: None until it is written, and where it cannot be read any more.
        verified: Whether all of it is as it was stored; None where that was not asked for.
        faults: What is not.
    """

    incident_id: UUID
    complete: bool
    has_snapshot: bool
    has_clip: bool
    files: list[EvidenceFileAnswer]
    missing: list[MissingFileAnswer]
    clip: ClipAnswer | None
    manifest: ManifestAnswer | None
    verified: bool | None
    faults: list[EvidenceFault]

    @classmethod
    def of(cls, incident_id: UUID, evidence: Evidence, sealed: SealedEvidence | None) -> Self:
        """As the incident and the manifest say."""
        files = sealed.manifest.files if sealed else ()
        missing = sealed.manifest.missing if sealed else ()
        return cls(
            incident_id=incident_id,
            complete=evidence.complete,
            has_snapshot=evidence.has_snapshot,
            has_clip=evidence.has_clip,
            files=[_file(incident_id, file) for file in files],
            missing=[MissingFileAnswer(role=gone.role, reason=gone.reason) for gone in missing],
            clip=_clip(sealed) if sealed else None,
            manifest=_manifest(incident_id, sealed) if sealed else None,
            verified=None,
            faults=[],
        )


def _file(incident_id: UUID, file: EvidenceFile) -> EvidenceFileAnswer:
    tails = {
        FileRole.SNAPSHOT: "snapshot",
        FileRole.SNAPSHOT_BOXES: "snapshot?boxes=true",
        FileRole.CLIP: "clip",
    }
    return EvidenceFileAnswer(
        role=file.role,
        url=f"/api/incidents/{incident_id}/{tails[file.role]}",
        media_type=file.media_type,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
    )


def _clip(sealed: SealedEvidence) -> ClipAnswer | None:
    facts = sealed.manifest.clip
    if facts is None:
        return None
    return ClipAnswer(
        codec=facts.codec,
        width=facts.width,
        height=facts.height,
        from_pts_90k=facts.from_pts_90k,
        to_pts_90k=facts.to_pts_90k,
        started_at=facts.started_at,
        coverage=facts.coverage,
    )


def _manifest(incident_id: UUID, sealed: SealedEvidence) -> ManifestAnswer:
    manifest, made_with = sealed.manifest, sealed.manifest.provenance
    return ManifestAnswer(
        url=f"/api/incidents/{incident_id}/manifest",
        sequence=manifest.sequence,
        sha256=sealed.sha256,
        previous_sha256=manifest.previous_sha256,
        written_at=manifest.written_at,
        model_version=made_with.model_version,
        model_sha256=made_with.model_sha256,
        rule_version=made_with.rule_version,
        zone_version=made_with.zone_version,
        product_version=made_with.product_version,
        frames_inferred=manifest.frames_inferred,
    )
