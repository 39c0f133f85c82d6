"""The manifest: what the evidence of one incident consists of, and what it was made with.

A manifest has one spelling: `encode` writes it, and `decode` takes no other. It names its own
SHA-256 (over the text in which that is empty), so that a changed byte is seen without any other
file; and that of the camera's manifest before it, so that none can be taken out or put elsewhere.
"""

import hashlib
from enum import StrEnum
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.media_clock import parse_utc
from sentinel_core.evidence.keys import parse_key

SCHEMA: Literal["sentinel.evidence/1"] = "sentinel.evidence/1"


class FileRole(StrEnum):
    """What a file of the evidence is."""

    SNAPSHOT = "snapshot"
    SNAPSHOT_BOXES = "snapshot_boxes"
    CLIP = "clip"


class EvidenceFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that is there; `key` is its `s3://bucket/path`."""

    role: FileRole
    key: str
    media_type: str
    size_bytes: int
    sha256: str


class MissingFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that could not be had, and why, in a sentence."""

    role: FileRole
    reason: str


class Condition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One condition of the rule, as it was at the alarm."""

    condition: str
    measured: float
    threshold: float
    unit: str
    since: str


class IncidentFacts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The incident at its alarm. Times are ISO 8601 in UTC.

    Attributes:
        ended_at: None where it still went on when the manifest was written.
    """

    id: str
    type: str
    key: str
    priority: str
    severity: float
    zone_id: str | None
    zone_name: str | None
    place: str | None
    stream_epoch: str
    start_pts_90k: int
    alarm_pts_90k: int
    started_at: str
    alarm_at: str
    ended_at: str | None
    explain: tuple[Condition, ...]


class ClipFacts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the clip shows.

    Attributes:
        epoch: Stream epoch of its first picture.
        from_pts_90k: Media time of its first picture.
        to_pts_90k: End of its last picture.
        started_at: When its first picture was captured.
        coverage: Share of the time asked for in which it has pictures, 0..1.
    """

    codec: str
    width: int
    height: int
    epoch: str
    from_pts_90k: int
    to_pts_90k: int
    started_at: str
    coverage: float


class Provenance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the alarm was made with."""

    model_version: str
    model_sha256: str
    rule_version: int
    zone_version: int
    product_version: str


class Manifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The evidence of one incident.

    Attributes:
        sequence: Its number in the camera's chain, from 1 on.
        previous_sha256: Of the file of the camera's manifest before it; None for the first.
        frames_inferred: Share of the sampled frames in the clip's time that were inferred, 0..1;
            None where nobody counted them.
        sha256: Of this text with nothing here.
    """

    schema: Literal["sentinel.evidence/1"]
    camera_key: str
    sequence: int
    previous_sha256: str | None
    written_at: str
    incident: IncidentFacts
    files: tuple[EvidenceFile, ...]
    missing: tuple[MissingFile, ...]
    clip: ClipFacts | None
    frames_inferred: float | None
    provenance: Provenance
    sha256: str = ""


_decoder = msgspec.json.Decoder(Manifest)


def sha256_hex(data: bytes) -> str:
    """As everywhere in manifests."""
    return hashlib.sha256(data).hexdigest()


def seal(manifest: Manifest) -> Manifest:
    """The manifest with its own hash."""
    bare = structs.replace(manifest, sha256="")
    return structs.replace(bare, sha256=sha256_hex(encode(bare)))


def encode(manifest: Manifest) -> bytes:
    """Its one spelling: UTF-8, two spaces, a line break at the end."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def decode(data: bytes) -> Manifest:
    """The inverse of `encode`.

    Raises:
        InvalidInput: It is no manifest, not as it was written, or names files elsewhere.
    """
    try:
        manifest = _decoder.decode(data)
        _check(manifest)
    except (ValueError, OverflowError, RecursionError) as error:
        raise InvalidInput(f"it is no manifest: {error}") from error
    if encode(manifest) != data:
        raise InvalidInput("it is not spelled as it was written")
    if seal(manifest) != manifest:
        raise InvalidInput("its content does not have the SHA-256 that it names")
    return manifest


def _check(manifest: Manifest) -> None:
    """Whoever can write the store can seal what he likes: it must not lead anybody elsewhere."""
    UUID(manifest.incident.id)
    IncidentType(manifest.incident.type)
    parse_utc(manifest.incident.alarm_at)
    for file in manifest.files:
        parse_key(file.key, manifest.camera_key)
