"""A disk without room: refused before anything is half written, and well again with room."""

import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from sentinel_core.adapters.filesystem.object_store import FilesystemObjectStore
from sentinel_core.adapters.sql import SqlDatabase, open_database, upgrade_database
from sentinel_core.domain.errors import NotFound, StorageFull
from sentinel_core.ports.secrets import Secrets
from sentinel_core.testing.builders import make_audit_entry
from sentinel_core.testing.clock import ManualClock
from sentinel_core.testing.contracts.cameras import read_camera, stored_camera
from sentinel_core.testing.contracts.object_store import KEY, paths

DISK_KIB = 4096


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if mount is None:
        pytest.skip("needs the program mount")
    command = [mount, "-t", "tmpfs", "-o", f"size={DISK_KIB}k", "tmpfs", str(disk)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (fixed words)
    if mounted.returncode != 0:
        pytest.skip(f"needs the right to mount a small tmpfs: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)  # noqa: S603, S607  (fixed words)


def fill(disk: Path, *, leave_kib: int) -> Path:
    """Take all room of the disk but some."""
    ballast = disk / "ballast"
    free_kib = shutil.disk_usage(disk).free // 1024
    ballast.write_bytes(bytes((free_kib - leave_kib) * 1024))
    return ballast


@pytest.fixture
async def database(
    small_disk: Path, migrated_file: Path, clock: ManualClock, secrets: Secrets
) -> AsyncIterator[SqlDatabase]:
    """A migrated database on the small disk."""
    shutil.copy(migrated_file, small_disk / "sentinel.db")
    opened = open_database(
        f"sqlite+aiosqlite:///{small_disk / 'sentinel.db'}", clock=clock, secrets=secrets
    )
    yield opened
    await opened.close()


async def append_until_full(database: SqlDatabase) -> int:
    """Write an audit entry at a time; how many were committed."""
    for count in range(100_000):
        try:
            async with database.transaction() as unit:
                await unit.audit.append(make_audit_entry(after={"text": "x" * 2_000}))
        except StorageFull:
            return count
    raise AssertionError("the disk never became full")


async def test_full_disk_keeps_what_was_committed(database: SqlDatabase, small_disk: Path) -> None:
    camera = await stored_camera(database)
    ballast = fill(small_disk, leave_kib=256)
    committed = await append_until_full(database)
    assert committed > 0
    async with database.transaction() as unit:
        assert len(await unit.audit.list(limit=100_000)) == committed
    with pytest.raises(StorageFull):
        await stored_camera(database, key="cam_02", name="x" * 500_000)

    ballast.unlink()
    await stored_camera(database, key="cam_02")
    assert await read_camera(database, "cam_01") == camera
    async with database.transaction() as unit:
        assert len(await unit.audit.list(limit=100_000)) == committed
    await database.close()
    connection = sqlite3.connect(small_disk / "sentinel.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


async def test_migration_without_room_changes_nothing(small_disk: Path) -> None:
    url = f"sqlite+aiosqlite:///{small_disk / 'new.db'}"
    ballast = fill(small_disk, leave_kib=64)
    with pytest.raises(StorageFull):
        await upgrade_database(url)
    ballast.unlink()
    await upgrade_database(url)


async def test_object_without_room_leaves_nothing_behind(small_disk: Path) -> None:
    objects = FilesystemObjectStore(small_disk)
    await objects.put(KEY, b"small")
    ballast = fill(small_disk, leave_kib=64)
    with pytest.raises(StorageFull):
        await objects.put(KEY, bytes(1024 * 1024))
    assert await objects.get(KEY) == b"small"
    other = type(KEY)(KEY.bucket, "cam_01/anomalies/2.jpg")
    with pytest.raises(StorageFull):
        await objects.put(other, bytes(1024 * 1024))
    with pytest.raises(NotFound):
        await objects.get(other)
    assert await paths(objects, KEY.bucket) == [KEY.path]
    ballast.unlink()
    await objects.put(other, bytes(1024 * 1024))
