"""From the bus into the database: nothing twice, nothing skipped."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from functools import partial

import msgspec
import pytest

from sentinel_api.testing import World, eventually
from sentinel_core.contracts.generated.incident_event import EvidenceKeys
from sentinel_core.contracts.topics import DETECTIONS, DETECTIONS_DLQ, INCIDENTS
from sentinel_core.domain.errors import DependencyUnavailable, SentinelError, StorageFull
from sentinel_core.ports.event_bus import TopicPartition
from sentinel_core.testing.builders import (
    make_camera_state_event,
    make_detection_event,
    make_incident_event,
)
from sentinel_core.testing.clock import ManualClock

MakeWorld = Callable[..., Awaitable[World]]


async def stats(world: World) -> dict[str, int]:
    return dict((await world.client().get("/api/stats")).json()["events"])


async def letters(world: World) -> list[dict[str, object]]:
    async with world.bus.subscribe([DETECTIONS_DLQ], start={}) as subscription:
        found = await subscription.poll(max_messages=100, timeout_s=0.05)
    return [msgspec.json.decode(message.value) for message in found]


def keys(**changes: str) -> EvidenceKeys:
    """Evidence that somebody else wants read."""
    none = EvidenceKeys(snapshot=None, snapshot_boxes=None, clip=None, complete=True)
    return msgspec.structs.replace(none, **changes)


async def test_detections_are_stored_once(world: World) -> None:
    await world.add_camera()
    events = [make_detection_event(index) for index in range(20)]
    await world.store(*events)
    await world.store(*events[:7])
    assert await stats(world) == {
        "detections_stored": 20,
        "incidents_stored": 0,
        "dlq": 0,
        "lag": 0,
    }
    async with world.database.transaction() as work:
        assert await work.detections.recent("cam_01")


async def test_offsets_are_those_of_the_rows(world: World) -> None:
    await world.add_camera()
    await world.store(make_incident_event(), make_detection_event(), make_camera_state_event())
    async with world.database.transaction() as work:
        offsets = await work.offsets.load("persister")
    assert offsets[TopicPartition(INCIDENTS, 0)] == 1
    assert offsets[TopicPartition(DETECTIONS, 0)] == 1


@pytest.mark.parametrize(
    ("topic", "value", "reason"),
    [
        (DETECTIONS, b"\xff\xfe not JSON", "JSON"),
        (DETECTIONS, b'{"schema_version": 2}', "schema_version"),
        (DETECTIONS, b'{"x":' * 100_000, "nested"),
        (INCIDENTS, b'"text"', "object"),
        (INCIDENTS, b"", "truncated"),
    ],
)
async def test_message_that_breaks_the_schema_is_put_aside(
    world: World, topic: str, value: bytes, reason: str
) -> None:
    await world.add_camera()
    await world.publish_bytes(topic, "cam_01", value)
    await world.store(make_incident_event(), make_detection_event())
    (letter,) = await letters(world)
    assert base64.b64decode(str(letter["value_base64"])) == value
    assert (letter["topic"], letter["key"], letter["offset"]) == (topic, "cam_01", 0)
    assert reason in str(letter["reason"])
    assert (await stats(world))["dlq"] == 1
    assert (await stats(world))["incidents_stored"] == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"incident_id": "no uuid"},
        {"timestamp": "yesterday"},
        {"timestamp": "0001-01-01T00:00:00+23:59"},
        {"type": "earthquake"},
        {"camera_id": "../../etc"},
        {"reason": "boredom"},
        {"zone_id": "nowhere"},
        {"start_pts_90k": 2**80},
        {"evidence": keys(clip="s3://sentinel-clips/cam_02/anomalies/1.mp4")},
        {"evidence": keys(clip="s3://sentinel-clips/cam_01/anomalies/../../../secret.key")},
        {"evidence": keys(manifest="s3://../cam_01/evidence/00000001.json")},
        {"evidence": keys(snapshot="s3://sentinel-frames/cam_01/anomalies/1.jpg")},
        {"evidence": keys(snapshot_boxes="/etc/passwd")},
    ],
)
async def test_values_that_no_row_can_hold_are_put_aside(
    world: World, changes: dict[str, object]
) -> None:
    await world.add_camera()
    broken = msgspec.structs.replace(make_incident_event(), **changes)
    await world.publish_bytes(INCIDENTS, "cam_01", msgspec.json.encode(broken))
    await world.store(make_incident_event("ended"), make_detection_event())
    assert len(await letters(world)) == 1
    figures = await stats(world)
    assert (figures["incidents_stored"], figures["detections_stored"]) == (1, 1)


@pytest.mark.parametrize(
    "fault", [DependencyUnavailable("the database is away"), StorageFull("no room left")]
)
async def test_nothing_is_skipped_while_the_database_is_away(
    world: World, fault: SentinelError
) -> None:
    await world.add_camera()
    world.database.fault = fault
    await world.publish(*(make_detection_event(index) for index in range(5)))
    await world.publish(make_incident_event())
    await eventually(lambda: world.database.faults >= 2)
    ready = await world.client().get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["services"]["api-gateway"]["persister"] == fault.message
    figures = await stats(world)
    assert figures["detections_stored"] == 0
    assert figures["lag"] > 0
    world.database.fault = None
    await world.store(make_detection_event(5))
    assert (await stats(world))["detections_stored"] == 6
    assert (await stats(world))["incidents_stored"] == 1
    assert (await world.client().get("/readyz")).status_code == 200


async def test_events_of_a_camera_that_is_gone_stop_nobody(world: World) -> None:
    await world.add_camera()
    await world.store(make_detection_event(camera_id="removed"), make_detection_event())
    figures = await stats(world)
    assert (figures["detections_stored"], figures["dlq"]) == (1, 0)


async def test_stop_does_not_wait_for_a_database_that_is_away(make_world: MakeWorld) -> None:
    clock = ManualClock()
    world = await make_world(clock=clock)
    await world.add_camera()
    await world.service.start()
    world.database.fault = DependencyUnavailable("the database is away")
    await world.publish(make_detection_event())
    await eventually(lambda: world.database.faults)
    async with asyncio.timeout(5):
        await world.service.stop()
    world.database.fault = None
    async with world.database.transaction() as work:
        assert not await work.detections.recent("cam_01")


async def test_pauses_grow_while_the_database_is_away(make_world: MakeWorld) -> None:
    clock = ManualClock()
    world = await make_world(clock=clock)
    await world.add_camera()
    await world.service.start()
    world.database.fault = DependencyUnavailable("the database is away")
    await world.publish(make_detection_event())
    for tries, pause_s in enumerate((0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0), start=1):
        await eventually(partial(has_failed, world, tries))
        await clock.wait_for_sleepers(2)  # the persister and the ticker of the live feed
        await clock.advance(pause_s * 0.5)
        assert world.database.faults == tries
        await clock.advance(pause_s * 0.6)


def has_failed(world: World, tries: int) -> bool:
    return world.database.faults == tries
