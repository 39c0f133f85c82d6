"""Zones over REST."""

import httpx2
import pytest

from sentinel_api.testing import World

SQUARE = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]
BOW_TIE = [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]
ZONES = "/api/cameras/cam_01/zones"


def zone(**changes: object) -> dict[str, object]:
    return {"name": "Lane", "type": "lane", "polygon": SQUARE, "direction": [0, 1], **changes}


async def test_zones_start_at_version_0_and_count_up(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()
    nothing = {"version": 0, "zones": [], "calibration": [], "rules": {}}
    assert (await api.get(ZONES)).json() == nothing
    stored = await api.put(ZONES, json={"version": 0, "zones": [zone()]})
    assert stored.status_code == 200
    assert stored.json()["version"] == 1
    assert (await api.get(ZONES)).json() == stored.json()


async def test_wrong_version_shows_the_newer_zones(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()
    await api.put(ZONES, json={"version": 0, "zones": [zone(name="First")]})
    late = await api.put(ZONES, json={"version": 0, "zones": [zone(name="Second")]})
    assert late.status_code == 409
    problem = late.json()
    assert problem["code"] == "stale-state"
    assert problem["current"]["version"] == 1
    assert problem["current"]["zones"][0]["name"] == "First"


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (zone(polygon=BOW_TIE), "the polygon crosses itself"),
        (zone(polygon=SQUARE[:2]), "at least three corners"),
        (zone(polygon=[[0, 0], [2, 0], [1, 1]]), "less than or equal to 1"),
        (zone(type="no_stop"), "only a lane has a direction"),
        (zone(direction=[0, 0]), "the direction has no length"),
        (zone(surprise=1), "Extra inputs"),
        (zone(rules={"congestion": {"on_s": "soon"}}), "valid"),
    ],
)
async def test_broken_zone_is_named_with_the_reason(
    world: World, api: httpx2.AsyncClient, broken: dict[str, object], reason: str
) -> None:
    await world.add_camera()
    answer = await api.put(ZONES, json={"version": 0, "zones": [broken]})
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert error["field"].startswith("zones.0")
    assert reason in error["reason"]
    assert (await api.get(ZONES)).json()["version"] == 0


async def test_zones_that_share_an_id_are_refused(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()
    same = "6f6dd0f4-5a0c-4b5e-9b51-1b6a4a1e7a01"
    answer = await api.put(ZONES, json={"version": 0, "zones": [zone(id=same), zone(id=same)]})
    assert answer.status_code == 422
    assert "same id" in answer.json()["detail"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
async def test_endless_numbers_are_refused(
    world: World, api: httpx2.AsyncClient, number: str
) -> None:
    await world.add_camera()
    zone_json = (
        '{"name": "Lane", "type": "lane", "direction": [0, NUMBER],'
        '"polygon": [[0, 0], [1, 0], [1, 1]]}'
    )
    body = '{"version": 0, "zones": [' + zone_json.replace("NUMBER", number) + "]}"
    headers = {"content-type": "application/json"}
    answer = await api.put(ZONES, content=body, headers=headers)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"earthquake": {}}, "zones.0.rules.earthquake"),
        ({"congestion": {"surprise": 1}}, "zones.0.rules.congestion.surprise"),
        ({"congestion": {"on_s": -1}}, "zones.0.rules.congestion.on_s"),
    ],
)
async def test_rules_that_cannot_be_are_refused(
    world: World, api: httpx2.AsyncClient, rules: dict[str, object], field: str
) -> None:
    await world.add_camera()
    answer = await api.put(ZONES, json={"version": 0, "zones": [zone(rules=rules)]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert (await api.get(ZONES)).json()["version"] == 0


async def test_replacing_zones_is_audited(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()
    await api.put(ZONES, json={"version": 0, "zones": [zone()]})
    async with world.database.transaction() as work:
        (row,) = await work.audit.list()
    assert (row.action, row.subject, row.before) == ("camera.zones", "cam_01", {"version": 0})
    assert row.after is not None
    assert row.after["version"] == 1
