"""A camera that does not see its zones says that its rules are suspended."""

from typing import Literal

import httpx2
import pytest

from sentinel_api.testing import World
from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.domain.media_clock import format_utc
from sentinel_core.testing.builders import at, make_incident_event


def tamper(
    transition: Literal["opened", "ended"], fault: str, *, alarm_s: float = 20.0
) -> IncidentEvent:
    return make_incident_event(
        transition,
        type="camera_tamper",
        key=fault,
        zone_id=None,
        zone_name=None,
        start_pts_90k=round(alarm_s * 1000),
        alarm_at=format_utc(at(alarm_s)),
        priority="high",
    )


async def test_a_moved_camera_says_so_until_it_is_back(
    world: World, api: httpx2.AsyncClient
) -> None:
    await world.add_camera()
    await world.add_camera(key="cam_02", name="Plaza")
    event = tamper("opened", "moved")
    await world.store(event)
    expected = {
        "since": event.alarm_at,
        "reason": "moved",
        "incident_id": event.incident_id,
    }
    assert (await api.get("/api/cameras/cam_01")).json()["rules_suspended"] == expected
    cameras = (await api.get("/api/cameras")).json()
    assert [camera["rules_suspended"] for camera in cameras] == [expected, None]
    await world.store(tamper("ended", "moved"))
    assert (await api.get("/api/cameras/cam_01")).json()["rules_suspended"] is None


async def test_of_several_faults_the_first_counts(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()
    await world.store(
        tamper("opened", "frozen", alarm_s=50.0), tamper("opened", "covered", alarm_s=30.0)
    )
    suspended = (await api.get("/api/cameras/cam_01")).json()["rules_suspended"]
    assert suspended["reason"] == "covered"


@pytest.mark.parametrize("event", [tamper("opened", "lost"), make_incident_event()])
async def test_other_incidents_suspend_nothing(
    world: World, api: httpx2.AsyncClient, event: IncidentEvent
) -> None:
    await world.add_camera()
    await world.store(event)
    assert (await api.get("/api/cameras/cam_01")).json()["rules_suspended"] is None


async def test_an_answer_to_a_change_says_it_too(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()
    await world.store(tamper("opened", "blinded"))
    camera = (await api.get("/api/cameras/cam_01")).json()
    body = {"revision": camera["revision"], "name": "Toll"}
    changed = (await api.patch("/api/cameras/cam_01", json=body)).json()
    assert changed["rules_suspended"]["reason"] == "blinded"
    stale = await api.patch("/api/cameras/cam_01", json=body)
    assert stale.status_code == 409
    assert stale.json()["current"]["rules_suspended"]["reason"] == "blinded"
