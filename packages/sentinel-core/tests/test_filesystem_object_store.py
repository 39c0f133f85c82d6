"""Objects in a folder: the contract, and what a folder adds."""

from pathlib import Path

import pytest

from sentinel_core.adapters.filesystem.object_store import FilesystemObjectStore
from sentinel_core.domain.errors import DependencyUnavailable, InvalidInput
from sentinel_core.ports.object_store import ObjectKey, ObjectStore
from sentinel_core.testing.contracts.object_store import KEY, ObjectStoreContract


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return FilesystemObjectStore(tmp_path / "objects")


class TestFilesystemObjectStore(ObjectStoreContract): ...


async def test_object_is_a_file(objects: ObjectStore, tmp_path: Path) -> None:
    await objects.put(KEY, b"data")
    assert (tmp_path / "objects" / KEY.bucket / KEY.path).read_bytes() == b"data"


async def test_later_run_finds_the_objects(objects: ObjectStore, tmp_path: Path) -> None:
    await objects.put(KEY, b"data")
    assert await FilesystemObjectStore(tmp_path / "objects").get(KEY) == b"data"


@pytest.mark.parametrize("bucket", ["", "..", ".hidden", "a/b", "/etc"])
async def test_refuses_buckets_that_are_no_plain_names(objects: ObjectStore, bucket: str) -> None:
    with pytest.raises(InvalidInput):
        await objects.put(ObjectKey(bucket, "x"), b"data")


@pytest.mark.parametrize("path", ["../escaped", "a/../../escaped", "../../escaped"])
async def test_path_cannot_leave_its_bucket(
    objects: ObjectStore, tmp_path: Path, path: str
) -> None:
    (tmp_path / "escaped").write_bytes(b"secret")
    with pytest.raises(InvalidInput):
        await objects.put(ObjectKey("bucket", path), b"data")
    with pytest.raises(InvalidInput):
        await objects.get(ObjectKey("bucket", path))
    assert (tmp_path / "escaped").read_bytes() == b"secret"


async def test_root_that_cannot_be_a_folder_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("a file is in the way")
    with pytest.raises(DependencyUnavailable):
        await FilesystemObjectStore(tmp_path / "objects").put(KEY, b"data")


def test_url_of_a_key_can_be_read_back() -> None:
    assert str(KEY) == "s3://sentinel-clips/cam_01/anomalies/1.jpg"
    assert ObjectKey.parse(str(KEY)) == KEY


@pytest.mark.parametrize(
    "url", ["", "sentinel-clips/a", "s3://", "s3://bucket", "s3:///a", "file:///a"]
)
def test_refuses_what_is_no_object_url(url: str) -> None:
    with pytest.raises(ValueError, match="s3://"):
        ObjectKey.parse(url)
