"""What every `DetectionArchive` promises."""

from datetime import date, datetime, timedelta

from sentinel_core.contracts.generated.detection_event import DetectionEvent
from sentinel_core.domain.media_clock import format_utc
from sentinel_core.ports.detection_archive import DetectionArchive, as_archived
from sentinel_core.testing.builders import (
    NOON,
    at,
    make_active_incident,
    make_detection_event,
    make_object,
)

FOREVER = (NOON - timedelta(days=1000), NOON + timedelta(days=1000))


class DetectionArchiveContract:
    """Needs a fixture `archive`, which is empty."""

    async def test_an_empty_archive_has_no_frames_and_no_days(
        self, archive: DetectionArchive
    ) -> None:
        assert await read_all(archive) == []
        assert list(await archive.days("cam_01")) == []

    async def test_frames_come_back_as_they_were_seen(self, archive: DetectionArchive) -> None:
        objects = [
            make_object(),
            make_object(class_="person", confidence=0.2513, bbox=[0.12345, -0.00012, 0.5, 1.0]),
            make_object(class_="truck", track_id=None),
        ]
        event = make_detection_event(0, detections=objects)
        await archive.append([event])
        assert await read_all(archive) == [event]

    async def test_frames_without_detections_come_back(self, archive: DetectionArchive) -> None:
        events = [
            make_detection_event(0, detections=[]),
            make_detection_event(1),
            make_detection_event(2, detections=[]),
        ]
        await archive.append(events)
        assert await read_all(archive) == events

    async def test_incidents_stay_outside(self, archive: DetectionArchive) -> None:
        event = make_detection_event(
            0,
            anomaly_type="congestion",
            incident_id=make_active_incident().id,
            incidents=[make_active_incident()],
            image_url="s3://sentinel-clips/cam_01/1.jpg",
            clip_url="s3://sentinel-clips/cam_01/1.mp4",
        )
        await archive.append([event])
        assert await read_all(archive) == [as_archived(event)]

    async def test_start_counts_and_end_does_not(self, archive: DetectionArchive) -> None:
        events = [make_detection_event(index) for index in range(10)]
        await archive.append(events)
        assert await read_all(archive, start=at(0.4), end=at(1.2)) == events[2:6]

    async def test_a_span_without_frames_is_empty(self, archive: DetectionArchive) -> None:
        await archive.append([make_detection_event(0)])
        assert await read_all(archive, start=at(60), end=at(120)) == []
        assert await read_all(archive, start=at(120), end=at(60)) == []

    async def test_other_cameras_stay_apart(self, archive: DetectionArchive) -> None:
        ours, theirs = make_detection_event(0), make_detection_event(0, camera_id="cam_010")
        await archive.append([theirs, ours])
        assert await read_all(archive) == [ours]
        assert await read_all(archive, "cam_010") == [theirs]
        assert await read_all(archive, "cam_0") == []

    async def test_what_is_appended_late_is_read_in_its_place(
        self, archive: DetectionArchive
    ) -> None:
        events = [make_detection_event(index) for index in range(9)]
        await archive.append(events[::3])
        await archive.append(events[1::3][::-1])
        await archive.append(events[2::3])
        assert await read_all(archive) == events

    async def test_frames_of_one_moment_come_by_the_media_clock(
        self, archive: DetectionArchive
    ) -> None:
        early, late = (
            make_detection_event(index, timestamp=format_utc(NOON)) for index in range(2)
        )
        await archive.append([late, early])
        assert await read_all(archive) == [early, late]

    async def test_a_frame_that_comes_twice_is_read_once(self, archive: DetectionArchive) -> None:
        events = [make_detection_event(index) for index in range(6)]
        await archive.append(events[:4])
        await archive.append(events[:4])
        await archive.append(events[2:])
        assert await read_all(archive) == events

    async def test_a_frame_that_two_models_saw_is_two_events(
        self, archive: DetectionArchive
    ) -> None:
        events = [make_detection_event(0, model_version=model) for model in ("v0", "v1")]
        await archive.append(events)
        found = await read_all(archive)
        assert sorted(event.model_version for event in found) == ["v0", "v1"]

    async def test_days_are_those_of_the_capture(self, archive: DetectionArchive) -> None:
        await archive.append([_on_day(2), _on_day(0), _on_day(1)])
        await archive.append([_on_day(0, camera_id="cam_02")])
        assert list(await archive.days("cam_01")) == [_date(0), _date(1), _date(2)]
        assert list(await archive.days("cam_02")) == [_date(0)]

    async def test_days_are_read_through_midnight(self, archive: DetectionArchive) -> None:
        midnight_s = 12 * 3600
        events = [make_detection_event(5 * midnight_s + offset) for offset in range(-3, 4)]
        await archive.append(events)
        assert await read_all(archive) == events
        assert len(await archive.days("cam_01")) == 2

    async def test_earlier_days_are_dropped(self, archive: DetectionArchive) -> None:
        kept = [_on_day(1), _on_day(2), _on_day(1, camera_id="cam_02")]
        await archive.append([_on_day(0), _on_day(0, camera_id="cam_02"), *kept])
        await archive.drop_before(_date(1))
        assert await read_all(archive) == kept[:2]
        assert await read_all(archive, "cam_02") == kept[2:]
        assert list(await archive.days("cam_01")) == [_date(1), _date(2)]

    async def test_appending_nothing_is_fine(self, archive: DetectionArchive) -> None:
        await archive.append([])
        assert await read_all(archive) == []

    async def test_groups_are_never_empty(self, archive: DetectionArchive) -> None:
        await archive.append([make_detection_event(index) for index in range(3000)])
        groups = [group async for group in archive.read("cam_01", *FOREVER)]
        assert min(len(group) for group in groups) > 0
        assert sum(len(group) for group in groups) == 3000


async def read_all(
    archive: DetectionArchive,
    camera_key: str = "cam_01",
    *,
    start: datetime = FOREVER[0],
    end: datetime = FOREVER[1],
) -> list[DetectionEvent]:
    """All that `read` yields, in its order."""
    return [event async for group in archive.read(camera_key, start, end) for event in group]


def _on_day(number: int, /, **changes: str) -> DetectionEvent:
    return make_detection_event(number * 24 * 3600 * 5, **changes)


def _date(number: int) -> date:
    return (NOON + timedelta(days=number)).date()
