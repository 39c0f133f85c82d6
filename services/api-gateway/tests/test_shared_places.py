"""An event that several cameras see is one: in lists, in live messages, and for who handles it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

from sentinel_api.testing import World
from sentinel_core.contracts.generated.incident_event import IncidentEvent
from sentinel_core.testing.contracts.incident_duplicates import sight

FIRST, SECOND = sight("cam_01", 600), sight("cam_02", 610)


async def store_both(world: World, *more: IncidentEvent) -> None:
    await world.add_camera()
    await world.add_camera(key="cam_02", name="Bridge north")
    await world.store(FIRST, SECOND, *more)


async def listed(api: httpx2.AsyncClient, **query: str) -> list[dict[str, Any]]:
    answer = await api.get("/api/incidents", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def get(api: httpx2.AsyncClient, event: IncidentEvent) -> dict[str, Any]:
    found: dict[str, Any] = (await api.get(f"/api/incidents/{event.incident_id}")).json()
    return found


async def test_a_list_shows_the_first_and_who_else_saw_it(
    world: World, api: httpx2.AsyncClient
) -> None:
    await store_both(world)
    (item,) = await listed(api)
    assert (item["id"], item["also_seen_by"]) == (FIRST.incident_id, ["cam_02"])
    assert (item["place"], item["duplicate_of"]) == ("bridge", None)
    assert item == await get(api, FIRST)


async def test_all_are_shown_to_who_asks(world: World, api: httpx2.AsyncClient) -> None:
    await store_both(world)
    items = await listed(api, duplicates="true")
    assert {item["id"]: item["duplicate_of"] for item in items} == {
        FIRST.incident_id: None,
        SECOND.incident_id: FIRST.incident_id,
    }


async def test_a_camera_shows_what_it_saw(world: World, api: httpx2.AsyncClient) -> None:
    await store_both(world)
    (item,) = await listed(api, camera="cam_02")
    assert (item["id"], item["also_seen_by"]) == (SECOND.incident_id, ["cam_01"])
    assert await listed(api, camera="cam_02", duplicates="false") == []


async def test_the_event_goes_on_while_any_camera_sees_it(
    world: World, api: httpx2.AsyncClient
) -> None:
    await store_both(world, sight("cam_01", 600, "ended"))
    (item,) = await listed(api, active="true")
    assert item["id"] == FIRST.incident_id
    assert (item["condition"], item["ended_at"], item["reason"]) == ("active", None, None)
    await world.store(sight("cam_02", 610, "ended"))
    assert await listed(api, active="true") == []
    ended = await get(api, FIRST)
    assert (ended["condition"], ended["reason"]) == ("ended", "cleared")


async def test_an_event_is_listed_once_however_many_see_it(
    world: World, api: httpx2.AsyncClient
) -> None:
    await store_both(world, sight("cam_03", 620), sight("cam_01", 600, "ended"))
    (item,) = await listed(api, active="true")
    assert (item["id"], item["also_seen_by"]) == (FIRST.incident_id, ["cam_02", "cam_03"])


async def test_who_handles_it_handles_all(world: World, api: httpx2.AsyncClient) -> None:
    await store_both(world)
    await api.post(f"/api/incidents/{FIRST.incident_id}/ack")
    assert (await get(api, SECOND))["handling"] == "acknowledged"
    handled = await api.post(f"/api/incidents/{SECOND.incident_id}/resolve")
    assert (handled.status_code, handled.json()["id"]) == (200, SECOND.incident_id)
    assert (await get(api, FIRST))["handling"] == "resolved"


async def test_several_persisters_store_it_once(
    make_world: Callable[[], Awaitable[World]],
) -> None:
    """Each reads one camera's messages, as members of a consumer group do."""
    worlds = [await make_world(), await make_world()]
    for world in worlds:
        await world.service.start()
    for number in range(5):
        place = f"bridge_{number}"
        events = [sight(f"{place}_cam_{n}", 600 + 10 * n, place=place) for n in range(2)]
        await asyncio.gather(*map(World.store, worlds, events))
        keys = {event.incident_id: event.camera_id for event in events}
        (item,) = [one for one in await listed(worlds[0].client()) if one["place"] == place]
        del keys[item["id"]]
        assert item["also_seen_by"] == list(keys.values())


async def test_persisters_that_read_the_same_store_nothing_twice(
    make_world: Callable[[], Awaitable[World]],
) -> None:
    """As after a failure, when one takes over what another has not told to have stored."""
    worlds = [await make_world(), await make_world()]
    for world in worlds:
        await world.service.start()
    await asyncio.gather(*(world.store(FIRST, SECOND) for world in worlds))
    (item,) = await listed(worlds[0].client())
    assert (item["id"], item["also_seen_by"]) == (FIRST.incident_id, ["cam_02"])
    stored = [await world.client().get("/api/stats") for world in worlds]
    assert sum(answer.json()["events"]["incidents_stored"] for answer in stored) == 2
