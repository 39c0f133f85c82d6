"""`sentinel evidence`, on a store and a database that a system left."""

import asyncio
import json
import zipfile
from pathlib import Path
from uuid import UUID

import pytest

from sentinel_allinone.bootstrap import embedded_system
from sentinel_allinone.testing import Sentinel
from sentinel_core.adapters.filesystem.object_store import FilesystemObjectStore
from sentinel_core.contracts.generated.incident_event import EvidenceKeys
from sentinel_core.evidence.keys import draft_key, manifest_key
from sentinel_core.evidence.manifest import FileRole
from sentinel_core.runtime.settings import Settings
from sentinel_core.testing.builders import make_incident_event
from sentinel_core.testing.evidence import FILES, store_evidence

INCIDENT = make_incident_event().incident_id


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Two cameras with evidence; the second manifest of one is of `INCIDENT`."""
    asyncio.run(_fill(tmp_path / "data"))
    return tmp_path / "data"


async def _fill(data_dir: Path) -> None:
    store = FilesystemObjectStore(data_dir / "objects")
    await store_evidence(store, 1)
    await store_evidence(store, 2, incident_id=UUID(INCIDENT))
    await store_evidence(store, 3)
    await store_evidence(store, 4, camera_key="cam_02")


def clip_of(data_dir: Path) -> Path:
    return data_dir / "objects" / "sentinel-clips" / "cam_01" / "anomalies" / f"{INCIDENT}.mp4"


def test_sound_evidence_is_told_by_camera(sentinel: Sentinel, data_dir: Path) -> None:
    shown = sentinel("evidence", "verify", "--data-dir", data_dir)
    assert (shown.code, shown.err) == (0, "")
    assert "cam_01: 3 manifests, 9 files" in shown.out
    assert "cam_02: 1 manifests, 3 files" in shown.out
    as_json = sentinel("evidence", "verify", "cam_02", "--json", "--data-dir", data_dir)
    (report,) = json.loads(as_json.out)
    assert (report["camera"], report["sound"], report["faults"]) == ("cam_02", True, [])
    assert len(report["newest_sha256"]) == 64


def test_what_is_not_complete_yet_is_mentioned(sentinel: Sentinel, data_dir: Path) -> None:
    draft = data_dir / "objects" / "sentinel-clips" / draft_key("cam_01", UUID(int=9)).path
    draft.parent.mkdir(parents=True)
    draft.write_text("{}")
    shown = sentinel("evidence", "verify", "--data-dir", data_dir)
    assert (shown.code, "of 1 incidents is being put together" in shown.err) == (0, True)


def test_a_changed_file_is_named_and_the_command_fails(sentinel: Sentinel, data_dir: Path) -> None:
    clip_of(data_dir).write_bytes(FILES[FileRole.CLIP][:-1] + b"?")
    shown = sentinel("evidence", "verify", "--data-dir", data_dir)
    assert shown.code == 1
    assert (
        f"the clip was changed (s3://sentinel-clips/cam_01/anomalies/{INCIDENT}.mp4)" in shown.err
    )
    assert "cam_02: 1 manifests" in shown.out
    as_json = sentinel("evidence", "verify", "--json", "--data-dir", data_dir)
    assert as_json.code == 1
    (fault,) = json.loads(as_json.out)[0]["faults"]
    assert (fault["kind"], fault["incident_id"]) == ("file_changed", INCIDENT)


def test_a_removed_manifest_is_named(sentinel: Sentinel, data_dir: Path) -> None:
    (data_dir / "objects" / "sentinel-clips" / manifest_key("cam_01", 2).path).unlink()
    shown = sentinel("evidence", "verify", "cam_01", "--data-dir", data_dir)
    assert (shown.code, "manifest 2 is gone" in shown.err) == (1, True)


def test_a_camera_that_has_none_is_not_taken_for_sound(
    sentinel: Sentinel, data_dir: Path, tmp_path: Path
) -> None:
    assert sentinel("evidence", "verify", "cam_10", "--data-dir", data_dir).code == 1
    nothing = sentinel("evidence", "verify", "--data-dir", tmp_path / "nothing")
    assert (nothing.code, "no object store" in nothing.err) == (1, True)


def test_an_incident_is_exported(sentinel: Sentinel, data_dir: Path, tmp_path: Path) -> None:
    asyncio.run(_store_incident(data_dir))
    file = tmp_path / "x.zip"
    done = sentinel("evidence", "export", INCIDENT, "--out", file, "--data-dir", data_dir)
    assert done.code == 0, done.err
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert archive.read("clip.mp4") == FILES[FileRole.CLIP]
    other = sentinel(
        "evidence", "export", UUID(int=9), "--out", tmp_path / "y.zip", "--data-dir", data_dir
    )
    assert other.code == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "x.zip"]


async def _store_incident(data_dir: Path) -> None:
    keys = EvidenceKeys(
        snapshot=None,
        snapshot_boxes=None,
        clip=f"s3://sentinel-clips/cam_01/anomalies/{INCIDENT}.mp4",
        manifest=str(manifest_key("cam_01", 2)),
        complete=True,
    )
    async with (
        embedded_system(Settings(data_dir=data_dir)) as system,
        system.database.transaction() as work,
    ):
        await work.incidents.apply(make_incident_event("evidence_complete", evidence=keys))
