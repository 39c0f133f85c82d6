"""The evidence of an incident as one ZIP file, made while it is sent."""

import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from sentinel_core.domain.errors import NotFound
from sentinel_core.evidence.manifest import EvidenceFile, Manifest, decode, sha256_hex
from sentinel_core.evidence.verification import read_pieces
from sentinel_core.ports.object_store import ObjectKey, ObjectStore

ZIP = "application/zip"
_FIRST_ZIP_YEAR = 1980

_README = """Evidence of the incident {incident}
camera {camera}, {type}, alarm at {alarm_at} (UTC)

{listing}
manifest.json is manifest {sequence} of this camera. It says what the files are, when they were
made and with which model, rules and zones, what of the video is covered, and why the alarm was
raised. SHA-256 of this manifest's file:

  {manifest_sha256}

To check that the files are those of the manifest, in this folder:

  sha256sum -c SHA256SUMS

SHA256SUMS holds the same hashes as manifest.json (files[].sha256). The manifest names the SHA-256
of the manifest before it of the same camera (previous_sha256):

  {previous}

and the manifest after it names the SHA-256 of this one. Who has the whole store checks the whole
chain with `sentinel evidence verify {camera}`.
"""


@dataclass(frozen=True, slots=True)
class SealedEvidence:
    """A manifest as it is stored, read and checked."""

    key: ObjectKey
    manifest: Manifest
    data: bytes

    @property
    def sha256(self) -> str:
        """Of its file."""
        return sha256_hex(self.data)

    @property
    def zip_name(self) -> str:
        """What the ZIP is called."""
        moment = self.manifest.incident.alarm_at.partition(".")[0].replace("-", "")
        stamp = moment.replace(":", "")
        incident = self.manifest.incident
        return f"{self.manifest.camera_key}_{incident.type}_{stamp}Z_{incident.id[:8]}.zip"


async def read_evidence(store: ObjectStore, key: ObjectKey) -> SealedEvidence:
    """The manifest at `key`.

    Raises:
        NotFound: There is none.
        InvalidInput: It is not as it was written.
    """
    data = await store.get(key)
    return SealedEvidence(key, decode(data), data)


async def zip_evidence(store: ObjectStore, evidence: SealedEvidence) -> AsyncIterator[bytes]:
    """The ZIP, piece by piece: its files as they are stored, the manifest, SHA256SUMS, README.txt.

    What the manifest names and the store has no more is left out, and README.txt says so. Never
    more than a piece of a file is in memory.
    """
    sizes = {file.key: await _size_of(store, file) for file in evidence.manifest.files}
    pipe = _Pipe()
    moment = _zip_time(evidence.manifest.incident.alarm_at)
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for name, data in _texts(evidence, sizes):
            archive.writestr(zipfile.ZipInfo(name, moment), data)
            yield pipe.take()
        for file in evidence.manifest.files:
            size_bytes = sizes[file.key]
            if size_bytes is None:
                continue
            info = zipfile.ZipInfo(name_in_zip(file), moment)
            with archive.open(info, "w") as entry:
                async for piece in read_pieces(store, ObjectKey.parse(file.key), size_bytes):
                    entry.write(piece)
                    yield pipe.take()
    yield pipe.take()


def name_in_zip(file: EvidenceFile) -> str:
    """`snapshot.jpg`, `snapshot_boxes.jpg`, `clip.mp4`."""
    return f"{file.role}{PurePosixPath(file.key).suffix}"


def _texts(evidence: SealedEvidence, sizes: dict[str, int | None]) -> tuple[tuple[str, bytes], ...]:
    there = [file for file in evidence.manifest.files if sizes[file.key] is not None]
    sums = "".join(f"{file.sha256}  {name_in_zip(file)}\n" for file in there)
    sums += f"{evidence.sha256}  manifest.json\n"
    return (
        ("README.txt", _readme(evidence, sizes).encode()),
        ("SHA256SUMS", sums.encode()),
        ("manifest.json", evidence.data),
    )


def _readme(evidence: SealedEvidence, sizes: dict[str, int | None]) -> str:
    manifest = evidence.manifest
    lines = [_describe(file, sizes[file.key]) for file in manifest.files]
    lines += [f"  no {gone.role.replace('_', ' ')}: {gone.reason}" for gone in manifest.missing]
    return _README.format(
        incident=manifest.incident.id,
        camera=manifest.camera_key,
        type=manifest.incident.type.replace("_", " "),
        alarm_at=manifest.incident.alarm_at,
        listing="".join(f"{line}\n" for line in lines),
        sequence=manifest.sequence,
        manifest_sha256=evidence.sha256,
        previous=manifest.previous_sha256 or "(none: this is the camera's first)",
    )


def _describe(file: EvidenceFile, size_bytes: int | None) -> str:
    if size_bytes is None:
        return f"  {name_in_zip(file)} is GONE from the store; it had {file.size_bytes} bytes"
    return f"  {name_in_zip(file)}  {file.media_type}, {size_bytes} bytes"


async def _size_of(store: ObjectStore, file: EvidenceFile) -> int | None:
    try:
        return (await store.head(ObjectKey.parse(file.key))).size_bytes
    except NotFound:
        return None


def _zip_time(text: str) -> tuple[int, int, int, int, int, int]:
    moment = datetime.fromisoformat(text).astimezone(UTC)
    year = max(_FIRST_ZIP_YEAR, moment.year)
    return (year, moment.month, moment.day, moment.hour, moment.minute, moment.second)


class _Pipe:
    """A file that cannot be sought in, which forgets what was taken out of it."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Keep it until it is taken."""
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def close(self) -> None:
        """Nothing is held."""

    def take(self) -> bytes:
        """All that was written since."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken
