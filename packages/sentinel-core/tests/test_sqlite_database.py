"""What SQLite stores and how, beyond the contracts."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from sentinel_core.adapters.fernet_secrets import FernetSecrets, generate_key
from sentinel_core.adapters.sql import SqlDatabase, open_database
from sentinel_core.domain.errors import Conflict, InvalidInput
from sentinel_core.domain.media_clock import format_utc
from sentinel_core.ports.secrets import Secrets
from sentinel_core.testing.builders import (
    EPOCH,
    at,
    make_detection_event,
    make_object,
    make_session,
    make_user,
    make_zone_set,
)
from sentinel_core.testing.clock import ManualClock
from sentinel_core.testing.contracts.cameras import read_camera, stored_camera
from sentinel_core.testing.contracts.detections import store


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    return tmp_path / "sentinel.db"


def query(path: Path, statement: str) -> list[tuple[Any, ...]]:
    """What another program reads from the file."""
    connection = sqlite3.connect(path)
    rows = connection.execute(statement).fetchall()
    connection.close()
    return rows


async def test_camera_urls_are_not_readable_in_the_file(
    database: SqlDatabase, sqlite_file: Path
) -> None:
    await stored_camera(database, source_url="rtsp://admin:hunter2hunter2@192.0.2.7/1")
    await database.close()
    (stored,) = query(sqlite_file, "SELECT rtsp_url FROM cameras")
    assert "hunter2hunter2" not in stored[0]
    assert "192.0.2.7" not in stored[0]


async def test_another_secret_key_is_named(
    database: SqlDatabase, sqlite_url: str, clock: ManualClock
) -> None:
    camera = await stored_camera(database)
    stranger = open_database(sqlite_url, clock=clock, secrets=FernetSecrets(generate_key()))
    with pytest.raises(InvalidInput, match="another secret key"):
        await read_camera(stranger, camera.key)
    await stranger.close()


async def test_rows_outlive_the_process(
    database: SqlDatabase, sqlite_url: str, clock: ManualClock, secrets: Secrets
) -> None:
    camera = await stored_camera(database)
    await database.close()
    later = open_database(sqlite_url, clock=clock, secrets=secrets)
    assert await read_camera(later, camera.key) == camera
    await later.close()


async def test_file_is_in_write_ahead_mode(database: SqlDatabase, sqlite_file: Path) -> None:
    await database.ping()
    assert query(sqlite_file, "PRAGMA journal_mode") == [("wal",)]


async def test_references_are_enforced(database: SqlDatabase) -> None:
    with pytest.raises(Conflict):
        async with database.transaction() as unit:
            await unit.users.save_session(make_session(make_user()))


async def test_tracks_are_one_row_each(database: SqlDatabase, sqlite_file: Path) -> None:
    await stored_camera(database)
    two = [make_object(track_id=1), make_object(track_id=2, class_="bus")]
    voted = [make_object(track_id=2, class_="truck")]
    await store(database, *(make_detection_event(index, detections=two) for index in range(10)))
    await store(database, make_detection_event(10, detections=voted))
    assert query(
        sqlite_file,
        "SELECT camera_key, stream_epoch, track_id, class_name, first_pts_90k, last_pts_90k,"
        " first_seen, last_seen, n FROM tracks ORDER BY track_id",
    ) == [
        ("cam_01", EPOCH, 1, "car", 0, 162_000, _stored(0), _stored(1.8), 10),
        ("cam_01", EPOCH, 2, "truck", 0, 180_000, _stored(0), _stored(2.0), 11),
    ]


@pytest.mark.parametrize("batch", [7, 1_000])
async def test_minutes_count_detections_and_tracks(
    database: SqlDatabase, sqlite_file: Path, batch: int
) -> None:
    """Track 1 is there all the time, track 2 from second 50 to 70, one object is unconfirmed."""
    await stored_camera(database)
    events = []
    for index in range(90 * 5):
        objects = [make_object(track_id=1)]
        if 50 <= index / 5 < 70:
            objects.append(make_object(track_id=2, class_="bus"))
        if index == 0:
            objects.append(make_object(track_id=None))
        events.append(make_detection_event(index, detections=objects))
    for start in range(0, len(events), batch):
        await store(database, *events[start : start + batch])
    await store(database, *events)
    assert query(
        sqlite_file,
        "SELECT camera_key, minute, class_name, detections, tracks FROM minute_counts"
        " ORDER BY minute, class_name",
    ) == [
        ("cam_01", _stored(0), "bus", 50, 1),
        ("cam_01", _stored(0), "car", 301, 1),
        ("cam_01", _stored(60), "bus", 50, 1),
        ("cam_01", _stored(60), "car", 150, 1),
    ]


async def test_detections_outlive_their_camera(database: SqlDatabase, sqlite_file: Path) -> None:
    camera = await stored_camera(database)
    await store(database, make_detection_event())
    async with database.transaction() as unit:
        await unit.cameras.remove(camera.id)
    assert query(sqlite_file, "SELECT camera_id, track_id FROM detections") == [(None, 1)]


async def test_times_with_other_offsets_are_the_same_moments(
    database: SqlDatabase, sqlite_file: Path
) -> None:
    await stored_camera(database)
    await store(database, make_detection_event(timestamp="2026-01-10T14:00:00.250+02:00"))
    assert query(sqlite_file, "SELECT timestamp FROM detections") == [(_stored(0.25),)]
    assert format_utc(at(0.25)) == "2026-01-10T12:00:00.250Z"


async def test_naive_times_are_refused(database: SqlDatabase) -> None:
    with pytest.raises(InvalidInput, match="time zone"):
        await stored_camera(database, created_at=at(0).replace(tzinfo=None))


async def test_all_zone_versions_are_kept(database: SqlDatabase, sqlite_file: Path) -> None:
    camera = await stored_camera(database)
    for version in range(3):
        async with database.transaction() as unit:
            await unit.cameras.replace_zones(camera.id, make_zone_set(version=version))
    assert query(sqlite_file, "SELECT version FROM zone_sets ORDER BY 1") == [(1,), (2,), (3,)]


async def test_values_that_no_column_holds_are_refused(database: SqlDatabase) -> None:
    await stored_camera(database)
    with pytest.raises(InvalidInput):
        await store(database, make_detection_event(pts_90k=2**63))
    with pytest.raises(InvalidInput):
        await stored_camera(database, key="cam_02", name="\ud800")


async def test_errors_hold_no_values(database: SqlDatabase) -> None:
    """Neither do the causes, which end in logs."""
    user = make_user()
    async with database.transaction() as unit:
        await unit.users.add(user)
    with pytest.raises(Conflict) as refused:
        async with database.transaction() as unit:
            await unit.users.add(user)
    assert user.password_hash not in f"{refused.value!r} {refused.value.__cause__!r}"


def _stored(seconds: float) -> str:
    return at(seconds).strftime("%Y-%m-%d %H:%M:%S.%f")
