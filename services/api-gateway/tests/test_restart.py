"""The same data directory, started again: the in-process bus starts empty, the database does not."""

from collections.abc import Awaitable, Callable

import pytest

from sentinel_api.testing import World
from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.testing.builders import (
    make_camera_state_event,
    make_detection_event,
    make_incident_event,
)

MakeWorld = Callable[..., Awaitable[World]]


async def test_first_messages_of_a_new_run_are_not_skipped(make_world: MakeWorld) -> None:
    first = await make_world()
    await first.service.start()
    await first.add_camera()
    await first.store(*(make_detection_event(index) for index in range(30)))
    await first.end()

    second = await make_world()
    # More than the first run stored, and all of it before the persister subscribes.
    await second.publish(*(make_detection_event(index) for index in range(100, 150)))
    await second.service.start()
    await second.store(make_detection_event(150))
    figures = (await second.client().get("/api/stats")).json()["events"]
    assert figures["detections_stored"] == 51


async def test_what_was_published_before_the_end_is_stored(make_world: MakeWorld) -> None:
    first = await make_world()
    await first.service.start()
    await first.add_camera()
    await first.publish(*(make_detection_event(index) for index in range(200)))
    await first.publish(make_incident_event())
    await first.service.stop()
    await first.service.stop()
    second = await make_world()
    incidents = (await second.client().get("/api/incidents")).json()["items"]
    assert [incident["id"] for incident in incidents] == [make_incident_event().incident_id]


async def test_statuses_of_an_earlier_run_are_forgotten(make_world: MakeWorld) -> None:
    first = await make_world()
    await first.service.start()
    await first.add_camera()
    await first.store(make_camera_state_event())
    await first.end()
    second = await make_world()
    await second.service.start()
    await second.store()
    async with second.database.transaction() as work:
        assert (await work.cameras.get("cam_01")).status == "offline"


async def test_alert_is_known_after_a_restart(make_world: MakeWorld) -> None:
    first = await make_world()
    await first.service.start()
    await first.add_camera()
    await first.store(make_camera_state_event(), make_incident_event())
    await first.end()
    second = await make_world()
    await second.service.start()
    second.control.put_online("cam_01")
    await second.store(make_camera_state_event())
    assert (await second.client().get("/api/cameras/cam_01")).json()["status"] == "alert"


async def test_start_without_a_database_says_so(make_world: MakeWorld) -> None:
    world = await make_world()
    world.database.fault = DependencyUnavailable("the database is away")
    with pytest.raises(DependencyUnavailable):
        await world.service.start()
