"""Recordings and clips over HTTP."""

from dataclasses import replace
from uuid import UUID, uuid4

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_api.byte_ranges import (
    MAX_PIECE_BYTES,
    ByteRange,
    RangeNotSatisfiable,
    parse_range,
)
from sentinel_api.testing import World
from sentinel_core.contracts.generated.camera_state_event import ClockAnchorMessage
from sentinel_core.domain.media_clock import format_utc
from sentinel_core.domain.recordings import RecordingState
from sentinel_core.ports.object_store import ObjectKey
from sentinel_core.testing.builders import NOON, make_camera_state_event

MOVIE = bytes(range(256)) * 40


async def started(world: World) -> str:
    await world.add_camera()
    answer = await world.client().post("/api/cameras/cam_01/recordings", json={"max_s": 30})
    assert answer.status_code == 201
    return str(answer.json()["id"])


async def ended(world: World, recording_id: str) -> None:
    """As camera-service leaves it."""
    key = ObjectKey("sentinel-clips", f"cam_01/recordings/{recording_id}.mp4")
    await world.ports.objects.put(key, MOVIE)
    async with world.ports.database.transaction() as work:
        recording = await work.recordings.get(UUID(recording_id))
        await work.recordings.save(
            replace(
                recording,
                state=RecordingState.READY,
                ended_at=recording.started_at,
                from_pts_90k=0,
                to_pts_90k=900_000,
                size_bytes=len(MOVIE),
                object_key=str(key),
            )
        )


async def video(world: World, recording_id: str, wanted: str | None = None) -> httpx2.Response:
    headers = {"Range": wanted} if wanted else {}
    return await world.client().get(f"/api/recordings/{recording_id}/video", headers=headers)


async def test_a_recording_is_started_seen_and_stopped(world: World) -> None:
    recording_id = await started(world)
    client = world.client()
    listed = (await client.get("/api/cameras/cam_01/recordings")).json()
    assert [(item["id"], item["state"], item["max_s"]) for item in listed] == [
        (recording_id, "recording", 30.0)
    ]
    assert listed[0]["requested_by"] == "local"
    assert listed[0]["has_video"] is False
    stopped = (await client.post(f"/api/recordings/{recording_id}/stop")).json()
    assert stopped["ended_at"] is not None
    assert (await client.post(f"/api/recordings/{recording_id}/stop")).json() == stopped


async def test_each_change_is_in_the_audit_log(world: World) -> None:
    recording_id = await started(world)
    client = world.client()
    await client.post(f"/api/recordings/{recording_id}/stop")
    await ended(world, recording_id)
    await client.delete(f"/api/recordings/{recording_id}")
    async with world.ports.database.transaction() as work:
        actions = [entry.action for entry in await work.audit.list()]
    assert actions[:3] == ["recording.remove", "recording.stop", "recording.start"]


async def test_a_video_is_read_whole_and_in_parts(world: World) -> None:
    recording_id = await started(world)
    await ended(world, recording_id)
    whole = await video(world, recording_id)
    assert (whole.status_code, whole.content) == (200, MOVIE)
    assert whole.headers["accept-ranges"] == "bytes"
    part = await video(world, recording_id, "bytes=100-199")
    assert (part.status_code, part.content) == (206, MOVIE[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(MOVIE)}"
    assert (await video(world, recording_id, "bytes=-10")).content == MOVIE[-10:]
    outside = await video(world, recording_id, f"bytes={len(MOVIE)}-")
    assert outside.status_code == 416
    assert outside.headers["content-range"] == f"bytes */{len(MOVIE)}"


async def test_a_deleted_recording_is_gone_with_its_video(world: World) -> None:
    recording_id = await started(world)
    client = world.client()
    assert (await client.delete(f"/api/recordings/{recording_id}")).status_code == 409
    await ended(world, recording_id)
    assert (await client.delete(f"/api/recordings/{recording_id}")).status_code == 204
    assert (await client.get(f"/api/recordings/{recording_id}")).status_code == 404
    assert [found async for found in world.ports.objects.list("sentinel-clips")] == []


async def test_a_disabled_camera_is_not_recorded(world: World) -> None:
    await world.add_camera(enabled=False)
    answer = await world.client().post("/api/cameras/cam_01/recordings", json={})
    assert answer.status_code == 409


async def test_nothing_begins_where_recordings_have_used_their_room(world: World) -> None:
    recording_id = await started(world)
    async with world.ports.database.transaction() as work:
        recording = await work.recordings.get(UUID(recording_id))
        await work.recordings.save(replace(recording, size_bytes=2**50))
    answer = await world.client().post("/api/cameras/cam_01/recordings", json={})
    assert (answer.status_code, answer.json()["code"]) == (507, "storage-full")


@pytest.mark.parametrize("max_s", [0, -1, 3601, "long", None])
async def test_a_length_that_makes_no_sense_is_refused(world: World, max_s: object) -> None:
    await world.add_camera()
    answer = await world.client().post("/api/cameras/cam_01/recordings", json={"max_s": max_s})
    assert answer.status_code == 422


async def test_unknown_ones_are_not_found(world: World) -> None:
    client = world.client()
    for method, path in (
        ("GET", ""),
        ("GET", "/video"),
        ("POST", "/stop"),
        ("DELETE", ""),
    ):
        answer = await client.request(method, f"/api/recordings/{uuid4()}{path}")
        assert answer.status_code == 404
    assert (await client.get("/api/cameras/nobody/recordings")).status_code == 404
    assert (await client.get(f"/api/recordings/{await started(world)}/video")).status_code == 404


async def test_the_newest_seconds_are_cut(world: World) -> None:
    await world.add_camera()
    client = world.client()
    assert (await client.get("/api/cameras/cam_01/clip")).status_code == 503
    world.control.put_online("cam_01")
    clock = ClockAnchorMessage(pts_90k=0, utc=format_utc(NOON))
    await world.publish(make_camera_state_event(clock=clock))
    clip = await client.get("/api/cameras/cam_01/clip", params={"seconds": 10})
    while clip.status_code == 503:
        clip = await client.get("/api/cameras/cam_01/clip", params={"seconds": 10})
    assert clip.status_code == 200
    assert clip.headers["content-type"] == "video/mp4"
    assert clip.headers["content-disposition"].startswith('attachment; filename="cam_01_')
    assert b"ftyp" in clip.content
    async with world.ports.database.transaction() as work:
        assert (await work.audit.list())[0].action == "camera.clip"


@given(start=st.integers(0, 10**7), length=st.integers(1, 10**7), size=st.integers(1, 10**7))
def test_a_range_is_what_of_it_is_there(start: int, length: int, size: int) -> None:
    header = f"bytes={start}-{start + length - 1}"
    if start >= size:
        with pytest.raises(RangeNotSatisfiable):
            parse_range(header, size)
        return
    end = min(size, start + length, start + MAX_PIECE_BYTES)
    assert parse_range(header, size) == ByteRange(start, end)


@given(header=st.text(max_size=30))
def test_any_other_header_is_ignored_or_inside(header: str) -> None:
    try:
        part = parse_range(header, 100)
    except RangeNotSatisfiable:
        return
    assert part is None or 0 <= part.start < part.end <= 100
