"""Checks evidence: each file against its manifest, each manifest, and the chain they make."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum

from sentinel_core.contracts.topics import CLIPS_BUCKET
from sentinel_core.domain.errors import InvalidInput, NotFound
from sentinel_core.evidence.chain import Head, list_places, read_head
from sentinel_core.evidence.keys import (
    UNFINISHED_PREFIX,
    head_key,
    manifest_key,
    place_in_chain,
)
from sentinel_core.evidence.manifest import EvidenceFile, Manifest, decode, sha256_hex
from sentinel_core.ports.object_store import ObjectKey, ObjectStore

PIECE_BYTES = 1 << 20


class FaultKind(StrEnum):
    """What is wrong."""

    FILE_CHANGED = "file_changed"
    FILE_MISSING = "file_missing"
    MANIFEST_CHANGED = "manifest_changed"
    MANIFEST_MISSING = "manifest_missing"
    MANIFEST_MOVED = "manifest_moved"
    CHAIN_BROKEN = "chain_broken"
    HEAD_BROKEN = "head_broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong; `key` says where, `detail` what, in a sentence."""

    kind: FaultKind
    key: str
    detail: str
    incident_id: str | None = None


@dataclass(slots=True, kw_only=True)
class ChainReport:
    """What was found of a camera.

    Attributes:
        newest_sha256: Of the newest manifest. Who keeps it elsewhere can tell later whether the
            whole chain was written anew.
    """

    camera_key: str
    manifests: int = 0
    files: int = 0
    size_bytes: int = 0
    newest_sha256: str | None = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Nothing is wrong."""
        return not self.faults


async def cameras_with_evidence(store: ObjectStore) -> list[str]:
    """Keys of the cameras that have a manifest or a note of one, sorted."""
    found: set[str] = set()
    async for info in store.list(CLIPS_BUCKET):
        place = place_in_chain(info.key)
        camera_key, _, rest = info.key.path.partition("/")
        if place is not None or rest == "evidence/head.json":
            found.add(camera_key)
    return sorted(found)


async def count_unfinished(store: ObjectStore) -> int:
    """How many incidents' evidence is being put together, or waits for the next start."""
    return len([found async for found in store.list(CLIPS_BUCKET, UNFINISHED_PREFIX)])


async def verify_camera(store: ObjectStore, camera_key: str) -> ChainReport:
    """Check all evidence of a camera.

    Evidence may be added meanwhile; what was there at the beginning is checked.

    Raises:
        DependencyUnavailable: The store is away.
    """
    report = ChainReport(camera_key=camera_key)
    # The note first: what is written from here on can only be newer.
    head = await _check_head(store, report)
    places = await list_places(store, camera_key)
    check = _ChainCheck(store, report)
    for sequence in range(1, max([*places, head.sequence if head else 0]) + 1):
        await check.step(sequence, head)
    report.newest_sha256 = check.before
    return report


async def verify_manifest(store: ObjectStore, key: ObjectKey) -> ChainReport:
    """Check one manifest, its files, and that it follows the one before it.

    Raises:
        InvalidInput: `key` is no manifest's place.
        DependencyUnavailable: The store is away.
    """
    place = place_in_chain(key)
    if place is None:
        raise InvalidInput(f"{key} is no place of a manifest")
    camera_key, sequence = place
    report = ChainReport(camera_key=camera_key)
    check = _ChainCheck(store, report)
    if sequence > 1:
        check.before = await _hash_of_manifest(store, manifest_key(camera_key, sequence - 1))
        check.is_before_known = check.before is not None
    await check.step(sequence, None)
    report.newest_sha256 = check.before
    return report


class _ChainCheck:
    """Goes along a chain. `before` is the hash of the manifest looked at last."""

    def __init__(self, store: ObjectStore, report: ChainReport) -> None:
        self._store = store
        self._report = report
        self.before: str | None = None
        self.is_before_known = True

    async def step(self, sequence: int, head: Head | None) -> None:
        """Look at the next place."""
        key = manifest_key(self._report.camera_key, sequence)
        try:
            data = await self._store.get(key)
        except NotFound:
            self._fault(FaultKind.MANIFEST_MISSING, key, f"manifest {sequence} is gone")
            self.before, self.is_before_known = None, False
            return
        self._report.manifests += 1
        self._check_note(key, data, sequence, head)
        try:
            manifest = decode(data)
        except InvalidInput as error:
            self._fault(FaultKind.MANIFEST_CHANGED, key, error.message)
            # Said once: the next manifest names the hash of what this one was.
            self.before, self.is_before_known = None, False
            return
        self._check_place(key, manifest, sequence)
        self.before, self.is_before_known = sha256_hex(data), True
        for file in manifest.files:
            await self._check_file(file, manifest.incident.id)

    def _check_note(self, key: ObjectKey, data: bytes, sequence: int, head: Head | None) -> None:
        if head is not None and head.sequence == sequence and head.sha256 != sha256_hex(data):
            self._fault(
                FaultKind.HEAD_BROKEN, key, "the newest manifest is not the one that was noted"
            )

    def _check_place(self, key: ObjectKey, manifest: Manifest, sequence: int) -> None:
        incident_id = manifest.incident.id
        if (manifest.camera_key, manifest.sequence) != (self._report.camera_key, sequence):
            self._fault(
                FaultKind.MANIFEST_MOVED,
                key,
                f"it was number {manifest.sequence} of {manifest.camera_key}",
                incident_id,
            )
        if self.is_before_known and manifest.previous_sha256 != self.before:
            self._fault(
                FaultKind.CHAIN_BROKEN,
                key,
                f"manifest {sequence - 1} is not the one that it followed",
                incident_id,
            )

    async def _check_file(self, file: EvidenceFile, incident_id: str) -> None:
        try:
            key = ObjectKey.parse(file.key)
            size_bytes, sha256 = await _hash_file(self._store, key)
        except (NotFound, InvalidInput, ValueError):
            self._report.faults.append(_file_fault(FaultKind.FILE_MISSING, file, incident_id))
            return
        self._report.files += 1
        self._report.size_bytes += size_bytes
        if (size_bytes, sha256) != (file.size_bytes, file.sha256):
            self._report.faults.append(_file_fault(FaultKind.FILE_CHANGED, file, incident_id))

    def _fault(
        self, kind: FaultKind, key: ObjectKey, detail: str, incident_id: str | None = None
    ) -> None:
        self._report.faults.append(
            Fault(kind=kind, key=str(key), detail=detail, incident_id=incident_id)
        )


async def read_pieces(store: ObjectStore, key: ObjectKey, size_bytes: int) -> AsyncIterator[bytes]:
    """An object, piece by piece."""
    for start in range(0, size_bytes, PIECE_BYTES):
        yield await store.get_range(key, start, min(size_bytes, start + PIECE_BYTES))


async def _hash_file(store: ObjectStore, key: ObjectKey) -> tuple[int, str]:
    size_bytes = (await store.head(key)).size_bytes
    digest = hashlib.sha256()
    async for piece in read_pieces(store, key, size_bytes):
        digest.update(piece)
    return size_bytes, digest.hexdigest()


async def _hash_of_manifest(store: ObjectStore, key: ObjectKey) -> str | None:
    try:
        return sha256_hex(await store.get(key))
    except NotFound:
        return None


async def _check_head(store: ObjectStore, report: ChainReport) -> Head | None:
    key = str(head_key(report.camera_key))
    try:
        head = await read_head(store, report.camera_key)
    except InvalidInput as error:
        report.faults.append(Fault(kind=FaultKind.HEAD_BROKEN, key=key, detail=error.message))
        return None
    return head


def _file_fault(kind: FaultKind, file: EvidenceFile, incident_id: str) -> Fault:
    what = file.role.replace("_", " ")
    detail = f"the {what} is gone" if kind is FaultKind.FILE_MISSING else f"the {what} was changed"
    return Fault(kind=kind, key=file.key, detail=detail, incident_id=incident_id)
