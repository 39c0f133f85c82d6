"""What every `ObjectStore` promises."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from sentinel_core.domain.errors import Conflict, DependencyUnavailable, NotFound
from sentinel_core.ports.object_store import ObjectKey, ObjectStore

KEY = ObjectKey("sentinel-clips", "cam_01/anomalies/1.jpg")
MEBIBYTE = 1024 * 1024


async def paths(objects: ObjectStore, bucket: str, prefix: str = "") -> list[str]:
    """Sorted paths of what `list` finds."""
    return sorted([found.key.path async for found in objects.list(bucket, prefix)])


class ObjectStoreContract:
    """Needs fixture `objects`, an empty store."""

    @pytest.mark.parametrize("data", [b"", b"jpeg", bytes(range(256)) * 4096 * 5])
    async def test_object_comes_back(self, objects: ObjectStore, data: bytes) -> None:
        await objects.put(KEY, data)
        assert await objects.get(KEY) == data

    @pytest.mark.parametrize("size", [0, 5, 11 * MEBIBYTE])
    async def test_file_comes_back(self, objects: ObjectStore, tmp_path: Path, size: int) -> None:
        path = tmp_path / "movie.mp4"
        path.write_bytes(bytes(range(256)) * (size // 256) + bytes(size % 256))
        await objects.put_file(KEY, path)
        assert await objects.get(KEY) == path.read_bytes()

    async def test_file_that_is_not_there_leaves_nothing(
        self, objects: ObjectStore, tmp_path: Path
    ) -> None:
        with pytest.raises(DependencyUnavailable):
            await objects.put_file(KEY, tmp_path / "nothing.mp4")
        with pytest.raises(NotFound):
            await objects.head(KEY)

    async def test_range_is_a_part(self, objects: ObjectStore) -> None:
        await objects.put(KEY, b"0123456789")
        assert await objects.get_range(KEY, 3, 7) == b"3456"
        assert await objects.get_range(KEY, 0, 10) == b"0123456789"
        with pytest.raises(NotFound):
            await objects.get_range(ObjectKey(KEY.bucket, "nothing"), 0, 1)

    async def test_put_replaces(self, objects: ObjectStore) -> None:
        await objects.put(KEY, b"long and old")
        await objects.put(KEY, b"new")
        assert await objects.get(KEY) == b"new"

    async def test_put_if_absent_keeps_what_is_there(self, objects: ObjectStore) -> None:
        await objects.put(KEY, b"old", if_absent=True)
        with pytest.raises(Conflict):
            await objects.put(KEY, b"new", if_absent=True)
        assert await objects.get(KEY) == b"old"

    async def test_one_of_many_wins_put_if_absent(self, objects: ObjectStore) -> None:
        results = await asyncio.gather(
            *(objects.put(KEY, b"%d" % number, if_absent=True) for number in range(8)),
            return_exceptions=True,
        )
        assert [result for result in results if not isinstance(result, Conflict)] == [None]
        assert await objects.get(KEY) == b"%d" % results.index(None)

    async def test_missing_object_is_not_found(self, objects: ObjectStore) -> None:
        with pytest.raises(NotFound):
            await objects.get(KEY)
        with pytest.raises(NotFound):
            await objects.head(KEY)

    async def test_head_tells_size_and_age(self, objects: ObjectStore) -> None:
        await objects.put(KEY, b"12345")
        found = await objects.head(KEY)
        assert (found.key, found.size_bytes) == (KEY, 5)
        assert found.modified_at.utcoffset() == timedelta(0)

    async def test_deleted_object_is_gone(self, objects: ObjectStore) -> None:
        await objects.put(KEY, b"data")
        await objects.delete(KEY)
        with pytest.raises(NotFound):
            await objects.get(KEY)

    async def test_deleting_nothing_is_fine(self, objects: ObjectStore) -> None:
        await objects.delete(KEY)

    async def test_empty_bucket_lists_nothing(self, objects: ObjectStore) -> None:
        assert await paths(objects, "sentinel-frames") == []

    async def test_list_finds_all_of_a_bucket(self, objects: ObjectStore) -> None:
        for path in ("a/1", "a/b/2", "3"):
            await objects.put(ObjectKey("one", path), b"x")
        await objects.put(ObjectKey("two", "a/1"), b"x")
        assert await paths(objects, "one") == ["3", "a/1", "a/b/2"]

    async def test_prefix_means_whole_segments(self, objects: ObjectStore) -> None:
        for path in ("cam_1/x", "cam_1/y/z", "cam_10/x"):
            await objects.put(ObjectKey("one", path), b"x")
        assert await paths(objects, "one", "cam_1") == ["cam_1/x", "cam_1/y/z"]

    async def test_list_tells_sizes(self, objects: ObjectStore) -> None:
        await objects.put(KEY, b"12345")
        assert [found.size_bytes async for found in objects.list(KEY.bucket)] == [5]

    @pytest.mark.parametrize("path", ["with space.jpg", "päth/ö.jpg", "a+b=c@d~e.jpg"])
    async def test_unusual_paths_come_back(self, objects: ObjectStore, path: str) -> None:
        await objects.put(ObjectKey("one", path), b"data")
        assert await objects.get(ObjectKey("one", path)) == b"data"
        assert await paths(objects, "one") == [path]

    async def test_reader_sees_a_whole_object(self, objects: ObjectStore) -> None:
        versions = [bytes([letter]) * MEBIBYTE for letter in b"abc"]
        await objects.put(KEY, versions[0])

        async def write() -> None:
            for number in range(12):
                await objects.put(KEY, versions[number % 3])

        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(write())
            while not writer.done():
                assert await objects.get(KEY) in versions
