from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import pytest

from sentinel_core.adapters.filesystem.object_store import FilesystemObjectStore
from sentinel_core.adapters.parquet.detection_archive import ParquetDetectionArchive
from sentinel_core.contracts.topics import FRAMES_BUCKET
from sentinel_core.domain.errors import DependencyUnavailable, InvalidInput
from sentinel_core.ports.object_store import ObjectKey
from sentinel_core.testing.builders import at, make_detection_event, make_object
from sentinel_core.testing.contracts.detection_archive import DetectionArchiveContract, read_all


@dataclass
class ListeningStore(FilesystemObjectStore):
    """Remembers what was read."""

    root: Path
    reads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.root)

    async def get(self, key: ObjectKey) -> bytes:
        self.reads.append(key.path)
        return await super().get(key)


@pytest.fixture
def objects(tmp_path: Path) -> ListeningStore:
    return ListeningStore(tmp_path)


@pytest.fixture
def archive(objects: ListeningStore) -> ParquetDetectionArchive:
    return ParquetDetectionArchive(objects)


def files(root: Path) -> list[Path]:
    return sorted((root / FRAMES_BUCKET).rglob("*.parquet"))


class TestParquetDetectionArchive(DetectionArchiveContract):
    pass


async def test_files_are_named_by_camera_day_and_time(
    archive: ParquetDetectionArchive, tmp_path: Path
) -> None:
    await archive.append([make_detection_event(index) for index in range(1, 8)])
    (path,) = files(tmp_path)
    folder = path.parent.relative_to(tmp_path)
    assert folder == Path("sentinel-frames/cam_01/detections/2026-01-10")
    assert path.name.startswith("120000200-120001400-")


async def test_the_same_frames_make_the_same_file(
    archive: ParquetDetectionArchive, tmp_path: Path
) -> None:
    events = [make_detection_event(index) for index in range(4)]
    await archive.append(events)
    await archive.append(events[::-1])
    assert len(files(tmp_path)) == 1


async def test_only_files_of_the_span_are_opened(
    archive: ParquetDetectionArchive, objects: ListeningStore
) -> None:
    for minute in range(4):
        await archive.append([make_detection_event(minute * 300 + index) for index in range(10)])
    await read_all(archive, start=at(60), end=at(121))
    assert [path.rpartition("/")[2][:9] for path in objects.reads] == ["120100000", "120200000"]


@pytest.mark.parametrize("rotten", [b"", b"PAR1 no parquet at all PAR1", b"x" * 40])
async def test_a_spoilt_file_is_named(
    archive: ParquetDetectionArchive, tmp_path: Path, rotten: bytes
) -> None:
    await archive.append([make_detection_event(0)])
    (path,) = files(tmp_path)
    path.write_bytes(rotten)
    with pytest.raises(DependencyUnavailable, match=path.name):
        await read_all(archive)


async def test_a_file_that_lost_its_middle_is_named(
    archive: ParquetDetectionArchive, tmp_path: Path
) -> None:
    await archive.append([make_detection_event(index) for index in range(50)])
    (path,) = files(tmp_path)
    content = bytearray(path.read_bytes())
    content[4:200] = bytes(196)
    path.write_bytes(content)
    with pytest.raises(DependencyUnavailable, match=path.name):
        await read_all(archive)


async def test_what_others_keep_in_the_bucket_is_left_alone(
    archive: ParquetDetectionArchive, objects: ListeningStore
) -> None:
    others = ["cam_01/2026-01-10/1.jpg", "cam_01/detections/notes.txt", "a/detections/b/c.parquet"]
    for path in others:
        await objects.put(ObjectKey(FRAMES_BUCKET, path), b"x")
    await archive.append([make_detection_event(0)])
    await archive.drop_before(date(2027, 1, 1))
    left = [found.key.path async for found in objects.list(FRAMES_BUCKET)]
    assert sorted(left) == sorted(others)
    assert await read_all(archive) == []


async def test_a_number_beyond_64_bits_is_refused(
    archive: ParquetDetectionArchive, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput):
        await archive.append([make_detection_event(0, pts_90k=2**70)])
    assert files(tmp_path) == []


async def test_duckdb_counts_what_was_seen(
    archive: ParquetDetectionArchive, tmp_path: Path
) -> None:
    truck = make_object(class_="truck", track_id=None, bbox=[0.5, 0.25, 0.125, 0.0625])
    events = [
        make_detection_event(index, detections=[make_object(), truck] if index % 2 else [])
        for index in range(20)
    ]
    await archive.append(events[:12])
    await archive.append(events[12:])
    rows = query(
        tmp_path,
        "select count(distinct frame_id), count(class), count(track_id), "
        'sum(w * h) filter ("class" = $$truck$$), min("timestamp"), max("timestamp") from found',
    )
    assert rows == [(20, 20, 10, 10 * 0.125 * 0.0625, at(0), at(3.8))]


def query(root: Path, text: str) -> Sequence[tuple[object, ...]]:
    with duckdb.connect() as database:
        database.execute("set timezone = 'UTC'")
        database.execute(f"create view found as from read_parquet('{root}/**/*.parquet')")
        rows: Sequence[tuple[object, ...]] = database.execute(text).fetchall()
    return rows
