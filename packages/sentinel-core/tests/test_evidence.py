"""Whatever is done to stored evidence is found, and nothing is found where nothing was done."""

import asyncio
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentinel_core.adapters.filesystem.object_store import FilesystemObjectStore
from sentinel_core.domain.errors import InvalidInput
from sentinel_core.evidence.chain import Head, find_end, note_head, read_head
from sentinel_core.evidence.export import SealedEvidence, read_evidence, zip_evidence
from sentinel_core.evidence.keys import head_key, manifest_key
from sentinel_core.evidence.manifest import FileRole, decode, encode, seal, sha256_hex
from sentinel_core.evidence.verification import (
    ChainReport,
    FaultKind,
    cameras_with_evidence,
    verify_camera,
    verify_manifest,
)
from sentinel_core.ports.object_store import ObjectKey
from sentinel_core.testing.evidence import FILES, make_manifest, store_evidence

CAMERA = "cam_01"


@pytest.fixture
def store(tmp_path: Path) -> FilesystemObjectStore:
    return FilesystemObjectStore(tmp_path)


async def kinds(store: FilesystemObjectStore) -> list[FaultKind]:
    return [fault.kind for fault in (await verify_camera(store, CAMERA)).faults]


async def store_chain(store: FilesystemObjectStore, count: int = 3) -> None:
    for number in range(1, count + 1):
        await store_evidence(store, number)


async def test_what_nobody_touched_is_sound(store: FilesystemObjectStore) -> None:
    await store_chain(store)
    report = await verify_camera(store, CAMERA)
    assert (report.faults, report.manifests, report.files) == ([], 3, 9)
    assert report.size_bytes == 3 * sum(map(len, FILES.values()))
    head = await read_head(store, CAMERA)
    assert head == Head(sequence=3, sha256=report.newest_sha256 or "")
    assert await cameras_with_evidence(store) == [CAMERA]


async def test_a_camera_without_evidence_is_sound(store: FilesystemObjectStore) -> None:
    report = await verify_camera(store, CAMERA)
    assert (report.is_sound, report.manifests, report.newest_sha256) == (True, 0, None)
    assert await cameras_with_evidence(store) == []


async def test_manifests_name_the_one_before(store: FilesystemObjectStore) -> None:
    await store_chain(store)
    texts = [await store.get(manifest_key(CAMERA, number)) for number in (1, 2, 3)]
    manifests = [decode(text) for text in texts]
    assert [manifest.sequence for manifest in manifests] == [1, 2, 3]
    assert [manifest.previous_sha256 for manifest in manifests] == [
        None,
        sha256_hex(texts[0]),
        sha256_hex(texts[1]),
    ]


async def test_a_removed_manifest_is_missed(store: FilesystemObjectStore) -> None:
    await store_chain(store)
    await store.delete(manifest_key(CAMERA, 2))
    assert await kinds(store) == [FaultKind.MANIFEST_MISSING]


async def test_removed_newest_manifests_are_missed(store: FilesystemObjectStore) -> None:
    await store_chain(store)
    await store.delete(manifest_key(CAMERA, 2))
    await store.delete(manifest_key(CAMERA, 3))
    assert await kinds(store) == [FaultKind.MANIFEST_MISSING] * 2


async def test_the_chain_goes_on_over_removed_manifests_without_hiding_it(
    store: FilesystemObjectStore,
) -> None:
    await store_chain(store)
    await store.delete(manifest_key(CAMERA, 3))
    appended = await store_evidence(store, 4)
    assert appended.manifest.sequence == 4
    assert await kinds(store) == [FaultKind.MANIFEST_MISSING]


async def test_exchanged_manifests_are_seen(store: FilesystemObjectStore) -> None:
    await store_chain(store)
    keys = manifest_key(CAMERA, 1), manifest_key(CAMERA, 2)
    first, second = [await store.get(key) for key in keys]
    await store.put(keys[0], second)
    await store.put(keys[1], first)
    found = await kinds(store)
    assert found.count(FaultKind.MANIFEST_MOVED) == 2
    assert FaultKind.CHAIN_BROKEN in found


async def test_a_manifest_that_was_written_anew_breaks_the_chain(
    store: FilesystemObjectStore,
) -> None:
    """Even one that is sound by itself."""
    await store_chain(store)
    forged = seal(make_manifest(minute=7, place=(2, (await find_first(store)))))
    await store.put(manifest_key(CAMERA, 2), encode(forged))
    assert await kinds(store) == [FaultKind.CHAIN_BROKEN]


async def find_first(store: FilesystemObjectStore) -> str:
    return sha256_hex(await store.get(manifest_key(CAMERA, 1)))


async def test_a_newest_manifest_that_was_written_anew_is_not_the_noted_one(
    store: FilesystemObjectStore,
) -> None:
    await store_chain(store, 2)
    forged = seal(make_manifest(minute=7, place=(2, await find_first(store))))
    await store.put(manifest_key(CAMERA, 2), encode(forged))
    assert await kinds(store) == [FaultKind.HEAD_BROKEN]


async def test_a_file_that_is_gone_is_missed(store: FilesystemObjectStore) -> None:
    appended = await store_evidence(store)
    clip = next(file for file in appended.manifest.files if file.role is FileRole.CLIP)
    await store.delete(ObjectKey.parse(clip.key))
    (fault,) = (await verify_camera(store, CAMERA)).faults
    assert (fault.kind, fault.key) == (FaultKind.FILE_MISSING, clip.key)
    assert fault.incident_id == appended.manifest.incident.id


async def test_a_note_that_lags_behind_is_no_fault(store: FilesystemObjectStore) -> None:
    """As after a crash between a manifest and its note."""
    first = await store_evidence(store, 1)
    await store_chain(store, 3)
    await note_head(store, CAMERA, Head(sequence=1, sha256=first.sha256))
    assert await kinds(store) == []
    assert (await store_evidence(store, 5)).manifest.sequence == 5
    assert await kinds(store) == []


async def test_a_lost_note_is_made_again(store: FilesystemObjectStore) -> None:
    await store_chain(store)
    await store.delete(head_key(CAMERA))
    assert (await find_end(store, CAMERA)).sequence == 3
    await store_evidence(store, 4)
    assert await kinds(store) == []


async def test_writers_side_by_side_make_one_chain(store: FilesystemObjectStore) -> None:
    await asyncio.gather(*(store_evidence(store, number) for number in range(1, 9)))
    report = await verify_camera(store, CAMERA)
    assert (report.faults, report.manifests) == ([], 8)
    assert (await find_end(store, CAMERA)).sequence == 8


async def test_cameras_have_chains_of_their_own(store: FilesystemObjectStore) -> None:
    await store_evidence(store, 1)
    other = await store_evidence(store, 2, camera_key="cam_02")
    assert other.manifest.sequence == 1
    assert await cameras_with_evidence(store) == ["cam_01", "cam_02"]


async def test_one_manifest_is_checked_by_itself(store: FilesystemObjectStore) -> None:
    await store_chain(store)
    assert (await verify_manifest(store, manifest_key(CAMERA, 2))).is_sound
    forged = seal(make_manifest(minute=7))
    await store.put(manifest_key(CAMERA, 1), encode(forged))
    (fault,) = (await verify_manifest(store, manifest_key(CAMERA, 2))).faults
    assert fault.kind is FaultKind.CHAIN_BROKEN
    with pytest.raises(InvalidInput):
        await verify_manifest(store, ObjectKey("sentinel-clips", "cam_01/evidence/head.json"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace(b"\n", b""),
        lambda text: text + b" ",
        lambda text: text.replace(b"track:7", b"track:8"),
        lambda text: text[:-20],
        lambda text: b"",
        lambda text: text.replace(b'"camera_key"', b'"camera"'),
        lambda text: b"[" * 100_000,
    ],
)
def test_a_manifest_has_one_spelling(spoil: Callable[[bytes], bytes]) -> None:
    text = encode(seal(make_manifest()))
    assert encode(decode(text)) == text
    with pytest.raises(InvalidInput):
        decode(spoil(text))


@pytest.fixture(scope="module")
def sound_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    asyncio.run(store_chain(FilesystemObjectStore(folder), 3))
    return folder


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_changed_byte_is_found(sound_folder: Path, data: st.DataObject) -> None:
    """In any file, any manifest, and the note of the newest one."""
    stored = sorted(path for path in sound_folder.rglob("*") if path.is_file())
    assert len(stored) == 13
    path = data.draw(st.sampled_from(stored))
    whole = path.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(1, 255))
    path.write_bytes(whole[:place] + bytes([whole[place] ^ other]) + whole[place + 1 :])
    try:
        assert not asyncio.run(_report(sound_folder)).is_sound
    finally:
        path.write_bytes(whole)
    assert asyncio.run(_report(sound_folder)).is_sound


async def _report(folder: Path) -> ChainReport:
    return await verify_camera(FilesystemObjectStore(folder), CAMERA)


async def zipped(store: FilesystemObjectStore, evidence: SealedEvidence) -> zipfile.ZipFile:
    pieces = [piece async for piece in zip_evidence(store, evidence)]
    return zipfile.ZipFile(BytesIO(b"".join(pieces)))


async def test_an_export_can_be_checked_with_sha256sum(
    store: FilesystemObjectStore, tmp_path: Path
) -> None:
    await store_chain(store, 2)
    evidence = await read_evidence(store, manifest_key(CAMERA, 2))
    assert evidence.zip_name == "cam_01_stopped_vehicle_20260110T120200Z_00000000.zip"
    archive = await zipped(store, evidence)
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == [
        "README.txt",
        "SHA256SUMS",
        "clip.mp4",
        "manifest.json",
        "snapshot.jpg",
        "snapshot_boxes.jpg",
    ]
    folder = tmp_path / "export"
    archive.extractall(folder)
    # The tool that the README names.
    tool = await asyncio.create_subprocess_exec(
        "sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS", cwd=folder
    )
    assert await tool.wait() == 0
    assert decode((folder / "manifest.json").read_bytes()) == evidence.manifest
    assert evidence.sha256 in (folder / "README.txt").read_text()


async def test_an_export_says_what_is_gone(store: FilesystemObjectStore) -> None:
    await store_evidence(store)
    evidence = await read_evidence(store, manifest_key(CAMERA, 1))
    clip = next(file for file in evidence.manifest.files if file.role is FileRole.CLIP)
    await store.delete(ObjectKey.parse(clip.key))
    archive = await zipped(store, evidence)
    assert "clip.mp4" not in archive.namelist()
    assert "clip.mp4 is GONE" in archive.read("README.txt").decode()


async def test_an_export_says_why_a_file_never_was(store: FilesystemObjectStore) -> None:
    pictures = {role: FILES[role] for role in (FileRole.SNAPSHOT, FileRole.SNAPSHOT_BOXES)}
    await store_evidence(store, files={**pictures})
    archive = await zipped(store, await read_evidence(store, manifest_key(CAMERA, 1)))
    assert "no clip: No video of that time" in archive.read("README.txt").decode()


async def test_a_large_file_is_exported_piece_by_piece(store: FilesystemObjectStore) -> None:
    large = bytes(range(256)) * 4096 * 5
    await store_evidence(store, files={FileRole.CLIP: large})
    evidence = await read_evidence(store, manifest_key(CAMERA, 1))
    pieces = [piece async for piece in zip_evidence(store, evidence)]
    assert max(map(len, pieces)) < 2 << 20
    assert zipfile.ZipFile(BytesIO(b"".join(pieces))).read("clip.mp4") == large
