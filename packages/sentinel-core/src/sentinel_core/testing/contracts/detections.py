"""What every `Detections` repository promises."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import pytest

from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.identifiers import detection_id
from sentinel_core.domain.media_clock import parse_utc
from sentinel_core.ports.repositories import Database
from sentinel_core.testing.builders import (
    EPOCH,
    make_active_incident,
    make_detection_event,
    make_object,
)
from sentinel_core.testing.contracts.cameras import stored_camera


async def store(database: Database, *events: DetectionEvent) -> int:
    """Store a batch in a transaction of its own."""
    async with database.transaction() as unit:
        return await unit.detections.store(events)


async def recent(
    database: Database, camera_key: str = "cam_01", limit: int = 100
) -> Sequence[Mapping[str, object]]:
    """Newest kept detections."""
    async with database.transaction() as unit:
        return await unit.detections.recent(camera_key, limit)


async def kept_frames(database: Database) -> list[tuple[object, object]]:
    """Tick and track of all kept detections, oldest first."""
    rows = await recent(database, limit=10_000)
    return [(row["pts_90k"], row["track_id"]) for row in reversed(rows)]


def frames(*indices: int, **changes: object) -> list[DetectionEvent]:
    """The samples of these numbers, 5 a second."""
    return [make_detection_event(index, **changes) for index in indices]


class DetectionsContract:
    """Needs fixture `database`, empty and migrated."""

    async def test_detection_comes_back(self, database: Database) -> None:
        camera = await stored_camera(database)
        event = make_detection_event(1)
        assert await store(database, event) == 1
        (row,) = await recent(database)
        assert row == {
            "timestamp": parse_utc(event.timestamp),
            "id": detection_id(UUID(event.event_id), 0),
            "camera_key": camera.key,
            "class_name": "car",
            "confidence": 0.9,
            "is_anomaly": False,
            "image_path": None,
            "track_id": 1,
            "bbox": [0.1, 0.2, 0.3, 0.4],
            "event_id": UUID(event.event_id),
            "pts_90k": 18_000,
            "stream_epoch": EPOCH,
            "incident_id": None,
            "model_version": "v0",
        }

    async def test_newest_come_first_up_to_the_limit(self, database: Database) -> None:
        await stored_camera(database)
        await store(database, *frames(0, 5, 10))
        rows = await recent(database, limit=2)
        assert [row["pts_90k"] for row in rows] == [180_000, 90_000]

    async def test_cameras_do_not_mix(self, database: Database) -> None:
        await stored_camera(database)
        await stored_camera(database, key="cam_02")
        await store(database, make_detection_event(), make_detection_event(camera_id="cam_02"))
        assert len(await recent(database, "cam_01")) == 1
        assert len(await recent(database, "cam_02")) == 1

    async def test_unknown_camera_has_no_detections(self, database: Database) -> None:
        assert list(await recent(database, "cam_99")) == []

    async def test_repeated_event_stores_nothing(self, database: Database) -> None:
        await stored_camera(database)
        events = frames(0, 5)
        assert await store(database, *events) == 2
        assert await store(database, *events) == 0
        assert await store(database, events[1], *frames(10)) == 1
        assert len(await recent(database)) == 3

    async def test_event_twice_in_a_batch_counts_once(self, database: Database) -> None:
        await stored_camera(database)
        event = make_detection_event()
        assert await store(database, event, event) == 1
        assert len(await recent(database)) == 1

    async def test_event_without_detections_counts(self, database: Database) -> None:
        await stored_camera(database)
        event = make_detection_event(detections=[])
        assert await store(database, event) == 1
        assert await store(database, event) == 0

    async def test_empty_batch_is_fine(self, database: Database) -> None:
        assert await store(database) == 0

    async def test_events_of_unknown_cameras_are_skipped(self, database: Database) -> None:
        await stored_camera(database)
        known, unknown = make_detection_event(), make_detection_event(camera_id="cam_99")
        assert await store(database, unknown, known) == 1
        assert await store(database, unknown) == 0
        assert list(await recent(database, "cam_99")) == []

    @pytest.mark.parametrize(
        "broken",
        [
            {"event_id": "no uuid"},
            {"timestamp": "yesterday"},
            {"timestamp": "2026-01-10T12:00:00"},
            {"incidents": [make_active_incident(id="no uuid")]},
        ],
    )
    async def test_what_cannot_be_read_is_refused(
        self, database: Database, broken: dict[str, object]
    ) -> None:
        await stored_camera(database)
        with pytest.raises(InvalidInput):
            await store(database, make_detection_event(0), make_detection_event(1, **broken))
        assert list(await recent(database)) == []

    async def test_batch_of_many_is_stored_whole(self, database: Database) -> None:
        await stored_camera(database)
        objects = [make_object(track_id=number) for number in range(40)]
        events = frames(*range(500), detections=objects)
        assert await store(database, *events) == 500
        assert len(await recent(database, limit=10_000)) == 100 * 40


class KeptDetectionsContract:
    """Needs fixture `database`, empty and migrated."""

    async def test_keeps_the_first_of_each_track_and_second(self, database: Database) -> None:
        await stored_camera(database)
        both = [make_object(track_id=1), make_object(track_id=2)]
        late = frames(7, 8, 9, detections=both)
        await store(database, *frames(0, 1, 2, 3, 4, 5, 6), *late)
        assert sorted(await kept_frames(database)) == [(0, 1), (90_000, 1), (126_000, 2)]

    @pytest.mark.parametrize("batch", [1, 2, 3, 7, 60])
    async def test_choice_does_not_depend_on_batches(self, database: Database, batch: int) -> None:
        await stored_camera(database)
        events = [
            make_detection_event(
                index,
                detections=[
                    make_object(track_id=track) for track in (1, 2, 3) if index % track == 0
                ],
                incidents=[make_active_incident(track_ids=[2])] if 20 <= index < 27 else [],
            )
            for index in range(60)
        ]
        for start in range(0, len(events), batch):
            await store(database, *events[start : start + batch])
        expected = {(event.pts_90k, 2) for event in events[20:27:2]}
        for track in (1, 2, 3):
            seen = [event for event in events if event.pts_90k // 18_000 % track == 0]
            first = {event.pts_90k // 90_000: event.pts_90k for event in reversed(seen)}
            expected |= {(pts_90k, track) for pts_90k in first.values()}
        assert sorted(await kept_frames(database)) == sorted(expected)

    async def test_keeps_all_that_belong_to_an_incident(self, database: Database) -> None:
        await stored_camera(database)
        both = [make_object(track_id=1), make_object(track_id=2)]
        incident = make_active_incident(track_ids=[2])
        await store(database, *frames(0, 1, 2, detections=both, incidents=[incident]))
        assert sorted(await kept_frames(database)) == [(0, 1), (0, 2), (18_000, 2), (36_000, 2)]
        rows = {(row["pts_90k"], row["track_id"]): row for row in await recent(database)}
        assert rows[36_000, 2]["is_anomaly"] is True
        assert rows[36_000, 2]["incident_id"] == UUID(incident.id)
        assert (rows[0, 1]["is_anomaly"], rows[0, 1]["incident_id"]) == (False, None)

    async def test_picture_belongs_to_the_events_own_incident(self, database: Database) -> None:
        await stored_camera(database)
        own = make_active_incident(track_ids=[1])
        other = make_active_incident(id=str(UUID(int=7)), track_ids=[1, 2])
        event = make_detection_event(
            detections=[make_object(track_id=1), make_object(track_id=2)],
            incidents=[other, own],
            incident_id=own.id,
            image_url="s3://sentinel-clips/cam_01/anomalies/1.jpg",
        )
        await store(database, event)
        rows = {row["track_id"]: row for row in await recent(database)}
        assert (rows[1]["incident_id"], rows[1]["image_path"]) == (UUID(own.id), event.image_url)
        assert (rows[2]["incident_id"], rows[2]["image_path"]) == (UUID(int=7), None)

    async def test_unconfirmed_objects_are_not_kept(self, database: Database) -> None:
        await stored_camera(database)
        event = make_detection_event(detections=[make_object(track_id=None), make_object()])
        await store(database, event)
        (row,) = await recent(database)
        assert row["id"] == detection_id(UUID(event.event_id), 1)

    async def test_tracks_of_a_new_epoch_are_new(self, database: Database) -> None:
        await stored_camera(database)
        later = EPOCH[:-1] + "B"
        await store(database, make_detection_event(0), make_detection_event(1, stream_epoch=later))
        assert sorted(await kept_frames(database)) == [(0, 1), (18_000, 1)]

    async def test_incident_of_a_track_that_is_not_seen_is_fine(self, database: Database) -> None:
        await stored_camera(database)
        incident = make_active_incident(track_ids=[77])
        assert await store(database, make_detection_event(incidents=[incident])) == 1
