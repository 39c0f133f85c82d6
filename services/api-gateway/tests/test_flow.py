"""Flow: from the bus to a report, a table and the metrics."""

import csv
from collections.abc import Awaitable, Callable
from io import StringIO
from typing import Any

import httpx2
import pytest

from sentinel_api.testing import World
from sentinel_core.contracts.generated.flow_event import LineFlow
from sentinel_core.contracts.topics import FLOW
from sentinel_core.domain.media_clock import format_utc
from sentinel_core.testing.builders import (
    LINE_ID,
    ZONE_ID,
    at,
    make_flow_event,
    make_zone_flow,
    make_zone_set,
)
from sentinel_vision.flow.shapes import zone_shape


async def read(world: World, *, path: str = "flow", **query: Any) -> httpx2.Response:
    """Ask for the flow of `cam_01` from noon on."""
    span = {"start": format_utc(at(0)), "end": format_utc(at(3600)), **query}
    return await world.client().get(f"/api/cameras/cam_01/{path}", params=span)


async def report(world: World, **query: Any) -> dict[str, Any]:
    answer = await read(world, **query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_minutes_are_reported_as_they_were_sent(world: World) -> None:
    await world.add_camera()
    await world.store(make_flow_event(0), make_flow_event(1), make_flow_event(0))
    found = await report(world)
    (zone,) = found["zones"]
    assert (zone["zone_id"], zone["name"]) == (str(ZONE_ID), "Left carriageway")
    assert [point["at"] for point in zone["points"]] == [format_utc(at(0)), format_utc(at(60))]
    assert zone["points"][0] == {
        "at": format_utc(at(0)),
        "coverage": 1.0,
        "unit": "m",
        "entered": 9,
        "persons_entered": 0,
        "vehicles_mean": 1.5,
        "speed_mean": 12.0,
        "speed_p85": 14.0,
        "occupancy": 0.6,
        "covered": 0.1,
        "density": 8.0,
        "level_of_service": "B",
        "los_basis": "density",
    }
    (line,) = found["lines"]
    assert line["forward"] == {"car": 18}
    assert line["points"][1]["forward"] == {"car": 9}
    assert found["turns"] == [
        {"entered_by": str(LINE_ID), "left_by": str(LINE_ID), "counts": {"car": 2}}
    ]
    assert found["coverage"] == pytest.approx(2 / 60, abs=1e-4)


async def test_hours_add_up_what_may_be_added_up(world: World) -> None:
    await world.add_camera()
    slow = make_zone_flow(vehicles=30, entered=29, speed_mean=4.0, level_of_service="E")
    await world.store(
        make_flow_event(0),
        make_flow_event(1, zones=[slow], coverage=0.5),
        make_flow_event(2, zones=[slow]),
    )
    (zone,) = (await report(world, step="hour"))["zones"]
    (point,) = zone["points"]
    assert point["entered"] == 9 + 29 + 29
    assert point["speed_mean"] == pytest.approx((10 * 12 + 60 * 4) / 70, abs=1e-3)
    assert point["level_of_service"] == "E"
    assert point["coverage"] == pytest.approx(2.5 / 60, abs=1e-4)


async def test_days_are_utc_days(world: World) -> None:
    await world.add_camera()
    midnight = 12 * 60
    await world.store(make_flow_event(midnight - 1), make_flow_event(midnight))
    (zone,) = (await report(world, step="day", end=format_utc(at(86_400))))["zones"]
    assert [point["entered"] for point in zone["points"]] == [9, 9]


async def test_one_zone_or_line_can_be_picked(world: World) -> None:
    await world.add_camera()
    await world.store(make_flow_event())
    of_zone = await report(world, zone=str(ZONE_ID))
    assert (len(of_zone["zones"]), of_zone["lines"], of_zone["turns"]) == (1, [], [])
    of_line = await report(world, zone=str(LINE_ID))
    assert (of_line["zones"], len(of_line["lines"]), len(of_line["turns"])) == ([], 1, 1)


async def test_parts_of_a_minute_are_one_point(world: World) -> None:
    await world.add_camera()
    await world.store(make_flow_event(coverage=0.3), make_flow_event(coverage=0.5, zone_version=2))
    (zone,) = (await report(world))["zones"]
    assert [point["coverage"] for point in zone["points"]] == [0.8]


async def test_table_has_a_row_per_zone_or_line(world: World) -> None:
    await world.add_camera()
    line = LineFlow(line_id=str(LINE_ID), name="=Gate", forward={"car": 9}, backward={"bus": 1})
    await world.store(make_flow_event(lines=[line]))
    answer = await read(world, path="flow.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    zone, gate = csv.DictReader(StringIO(answer.text))
    assert (zone["kind"], zone["speed_mean"], zone["forward_car"]) == ("zone", "12.0", "")
    assert (gate["kind"], gate["forward_car"], gate["backward_bus"]) == ("line", "9", "1")
    assert gate["name"] == "'=Gate"


@pytest.mark.parametrize(
    "query",
    [
        {"start": format_utc(at(0)), "end": format_utc(at(0))},
        {"start": format_utc(at(0)), "end": format_utc(at(86_401))},
        {"step": "hour", "end": format_utc(at(15 * 86_400))},
        {"start": None, "end": "0001-01-01T00:00:00Z"},
        {"zone": "left"},
        {"step": "year"},
    ],
)
async def test_what_cannot_be_reported(world: World, query: dict[str, Any]) -> None:
    await world.add_camera()
    asked = {name: value for name, value in {"start": format_utc(at(0)), **query}.items() if value}
    answer = await world.client().get("/api/cameras/cam_01/flow", params=asked)
    assert answer.status_code == 422


async def test_a_camera_that_does_not_exist(world: World) -> None:
    assert (await read(world)).status_code == 404


async def test_metrics_count_minutes_and_crossings(world: World) -> None:
    await world.add_camera()
    await world.store(make_flow_event(0), make_flow_event(1))
    await world.store(make_flow_event(1))
    text = (await world.client().get("/metrics")).text
    assert "sentinel_flow_minutes_stored_total 2.0" in text
    assert (
        'sentinel_line_crossings_total{camera="cam_01",class="car",direction="forward",line="Gate"}'
        " 18.0"
    ) in text


async def test_a_minute_that_breaks_its_schema_is_put_aside(world: World) -> None:
    await world.add_camera()
    await world.publish_bytes(FLOW, "cam_01", b'{"schema_version": 1}')
    await world.store(make_flow_event(zones=[make_zone_flow(zone_id="left")]), make_flow_event(1))
    assert (await world.client().get("/api/stats")).json()["events"]["dlq"] == 2
    assert len((await report(world))["zones"][0]["points"]) == 1


async def test_what_is_usual_is_told_for_zones_as_they_are_drawn(world: World) -> None:
    camera = await world.add_camera()
    zones = make_zone_set()
    async with world.database.transaction() as work:
        await work.cameras.replace_zones(camera.id, zones)
    known = make_zone_flow(shape=zone_shape(zones.zones[0], zones), density=None)
    await world.store(*(make_flow_event(minute, zones=[known]) for minute in range(40)))
    answer = await world.client().get("/api/cameras/cam_01/flow/usual")
    assert answer.status_code == 200
    (zone,) = answer.json()["zones"]
    assert (zone["zone_id"], zone["free_flow"]) == (str(ZONE_ID), 14.0)
    assert zone["hours"] == [
        {
            "hour": 5 * 24 + 12,
            "minutes": 40,
            "days": 1,
            "speed_mean": 12.0,
            "speed_spread": 0.0,
            "fullness_mean": 0.1,
            "fullness_spread": 0.0,
        }
    ]


async def test_nothing_is_usual_in_a_zone_that_was_drawn_anew(world: World) -> None:
    camera = await world.add_camera()
    async with world.database.transaction() as work:
        await work.cameras.replace_zones(camera.id, make_zone_set())
    await world.store(make_flow_event())
    answer = await world.client().get("/api/cameras/cam_01/flow/usual")
    assert answer.json() == {
        "camera_id": "cam_01",
        "timezone": "UTC",
        "unit": "BL",
        "zones": [],
    }


async def test_what_is_usual_is_told_by_the_hours_of_the_site(
    make_world: Callable[..., Awaitable[World]],
) -> None:
    world = await make_world(timezone="Asia/Kolkata")
    await world.service.start()
    camera = await world.add_camera()
    zones = make_zone_set()
    async with world.database.transaction() as work:
        await work.cameras.replace_zones(camera.id, zones)
    known = make_zone_flow(shape=zone_shape(zones.zones[0], zones))
    await world.store(make_flow_event(zones=[known]))
    usual = (await world.client().get("/api/cameras/cam_01/flow/usual")).json()
    hours = [hour["hour"] for zone in usual["zones"] for hour in zone["hours"]]
    assert (usual["timezone"], hours) == ("Asia/Kolkata", [5 * 24 + 17])
