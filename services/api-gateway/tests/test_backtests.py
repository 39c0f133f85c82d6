"""Back-tests over HTTP: started, asked for, cancelled, bounded."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest

from sentinel_api.backtests.schemas import BacktestState, StartBacktest
from sentinel_api.backtests.service import BacktestDesk
from sentinel_api.testing import World
from sentinel_core.adapters.memory.detection_archive import MemoryDetectionArchive
from sentinel_core.contracts.generated.detection_event import DetectionEvent, FrameSize
from sentinel_core.domain.errors import Conflict
from sentinel_core.domain.media_clock import format_utc
from sentinel_core.domain.users import Role
from sentinel_core.testing.builders import (
    at,
    make_detection_event,
    make_flow_event,
    make_object,
    make_zone_flow,
    make_zone_set,
)
from sentinel_vision.flow.shapes import zone_shape

PATH = "/api/backtest"
FPS = 5


def standing_car(seconds: int) -> list[DetectionEvent]:
    """A car that stands in the left lane."""
    car = make_object(bbox=[0.2, 0.4, 0.1, 0.1])
    return [
        make_detection_event(index, detections=[car], frame=FrameSize(width=640, height=360))
        for index in range(seconds * FPS)
    ]


def body(**changes: Any) -> dict[str, Any]:
    return {
        "camera": "cam_01",
        "start": format_utc(at(0)),
        "end": format_utc(at(60)),
        "rule": "stopped_vehicle",
        **changes,
    }


async def camera_with_lane(world: World) -> None:
    camera = await world.add_camera()
    async with world.database.transaction() as work:
        await work.cameras.replace_zones(camera.id, make_zone_set())


async def finished(api: httpx2.AsyncClient, started: dict[str, Any]) -> dict[str, Any]:
    async with asyncio.timeout(20.0):
        while True:
            found: dict[str, Any] = (await api.get(f"{PATH}/{started['id']}")).json()
            if found["state"] != "running":
                return found
            await asyncio.to_thread(lambda: None)


async def test_a_sweep_tells_the_alarms_of_each_value(
    world: World, api: httpx2.AsyncClient
) -> None:
    await camera_with_lane(world)
    await world.ports.detection_archive.append(standing_car(30))
    sweep = {"parameter": "on_s", "values": [10, 100]}
    answer = await api.post(PATH, json=body(sweep=sweep))
    assert answer.status_code == 202
    assert answer.json()["state"] == "running"
    found = await finished(api, answer.json())
    assert (found["state"], found["progress"], found["parameter"]) == ("done", 1.0, "on_s")
    assert found["coverage"]["share"] == pytest.approx(0.5, abs=0.01)
    assert [variant["alarms"] for variant in found["variants"]] == [1, 0]
    (incident,) = found["variants"][0]["incidents"]
    assert incident["zone"] == "Left carriageway"
    assert incident["ended_at"] is None
    assert found["variants"][0]["alarms_per_day"] == pytest.approx(86_400 / 30, rel=0.02)
    assert found["usual_hours"] == 0


async def test_the_rules_know_what_is_usual_as_they_do_live(
    world: World, api: httpx2.AsyncClient
) -> None:
    await camera_with_lane(world)
    await world.ports.detection_archive.append(standing_car(5))
    zones = make_zone_set()
    known = make_zone_flow(shape=zone_shape(zones.zones[0], zones))
    await world.store(make_flow_event(0, zones=[known]), make_flow_event(60, zones=[known]))
    started = (await api.post(PATH, json=body())).json()
    assert started["usual_hours"] is None
    assert (await finished(api, started))["usual_hours"] == 2


async def test_the_newest_frames_are_written_first(world: World, api: httpx2.AsyncClient) -> None:
    await camera_with_lane(world)
    await world.store(*standing_car(15))
    frames = 0
    async with asyncio.timeout(20.0):
        while frames < 15 * FPS:
            found = await finished(api, (await api.post(PATH, json=body())).json())
            frames = found["coverage"]["frames"]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"rule": "camera_tamper"}, "pictures"),
        ({"rule": "earthquake"}, "rule"),
        ({"set": {"nonsense": 1}}, "no such parameter"),
        ({"set": {"on_s": -5}}, "greater"),
        ({"zone": "Elsewhere"}, "no zone"),
        ({"end": format_utc(at(-60))}, "after start"),
        ({"end": format_utc(at(9 * 86_400))}, "days"),
        (
            {
                "end": format_utc(at(6 * 86_400)),
                "sweep": {"parameter": "on_s", "values": [5, 10, 15]},
            },
            "too much",
        ),
        ({"sweep": {"parameter": "on_s", "values": list(range(5, 30))}}, "values"),
        ({"sweep": {"parameter": "on_s", "values": ["NaN"]}}, "values"),
        ({"set": {"on_s": "Infinity"}}, "on_s"),
        ({"set": {f"p{n}": 1 for n in range(40)}}, "32"),
        ({"start": "0001-01-01T00:00:00+23:59"}, "start"),
        ({"end": "9999-12-31T23:59:59-23:59"}, "end"),
        ({"camera": "../../etc/passwd" * 9}, "camera"),
    ],
)
async def test_what_cannot_be_tried_is_refused(
    world: World, api: httpx2.AsyncClient, changes: dict[str, Any], word: str
) -> None:
    await camera_with_lane(world)
    answer = await api.post(PATH, json=body(**changes))
    assert answer.status_code == 422
    assert word in answer.text


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("0001-01-01T00:00:00Z", "0001-01-02T00:00:00Z"),
        ("9999-12-30T00:00:00Z", "9999-12-31T23:59:59Z"),
    ],
)
async def test_times_at_the_ends_of_the_calendar_have_no_frames(
    world: World, api: httpx2.AsyncClient, start: str, end: str
) -> None:
    await camera_with_lane(world)
    answer = await api.post(PATH, json=body(start=start, end=end))
    found = await finished(api, answer.json())
    assert (found["state"], found["coverage"]["frames"]) == ("done", 0)


async def test_viewers_and_operators_start_no_back_test(make_world: Any) -> None:
    world = await make_world(auth=True)
    await world.service.start()
    await camera_with_lane(world)
    for role, status in ((Role.VIEWER, 403), (Role.OPERATOR, 403), (Role.ENGINEER, 202)):
        client = world.client(await world.user_token(f"u_{role}", role))
        answer = await client.post(PATH, json=body())
        assert answer.status_code == status, role
        run = f"{PATH}/{answer.json().get('id', UUID(int=1))}"
        for method in ("GET", "DELETE"):
            allowed = (await client.request(method, run)).status_code
            assert allowed == (200 if status == 202 else 403), (role, method)
    assert (await world.client().post(PATH, json=body())).status_code == 401


async def test_unknown_cameras_and_runs_are_not_found(
    world: World, api: httpx2.AsyncClient
) -> None:
    assert (await api.post(PATH, json=body(camera="cam_09"))).status_code == 404
    unknown = f"{PATH}/00000000-0000-0000-0000-000000000000"
    assert (await api.get(unknown)).status_code == 404
    assert (await api.delete(unknown)).status_code == 404


class SlowArchive(MemoryDetectionArchive):
    """Never comes to the end."""

    def __init__(self) -> None:
        super().__init__()
        self.is_reading = asyncio.Event()

    async def read(
        self, camera_key: str, start: datetime, end: datetime
    ) -> AsyncIterator[Sequence[DetectionEvent]]:
        async for group in super().read(camera_key, start, end):
            yield group
        self.is_reading.set()
        await asyncio.Event().wait()


async def test_one_runs_at_a_time_and_can_be_cancelled(world: World) -> None:
    await camera_with_lane(world)
    archive = SlowArchive()
    await archive.append(standing_car(30))
    desk = BacktestDesk(database=world.database, archive=archive, archivist=None)
    asked = StartBacktest.model_validate(body())
    run = await desk.start(asked)
    await archive.is_reading.wait()
    assert desk.get(run.id).progress == pytest.approx(0.5, abs=0.01)
    with pytest.raises(Conflict):
        await desk.start(asked)
    cancelled = await desk.cancel(run.id)
    assert (cancelled.state, cancelled.variants) == (BacktestState.CANCELLED, None)
    second = await desk.start(asked)
    await desk.close()
    assert desk.get(second.id).state is BacktestState.CANCELLED
