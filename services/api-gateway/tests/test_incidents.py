"""Incidents and their history over REST."""

import asyncio
from uuid import uuid4

import httpx2
import pytest

from sentinel_api.testing import JPEG, World
from sentinel_core.domain.media_clock import format_utc
from sentinel_core.ports.object_store import ObjectKey
from sentinel_core.testing.builders import at, make_incident_event

INCIDENT = make_incident_event().incident_id


def numbered(number: int, **changes: object) -> dict[str, object]:
    """Changes that make the number-th incident of a camera, alarms one second apart."""
    moment = format_utc(at(20 + number))
    return {
        "key": f"track:{number}",
        "alarm_at": moment,
        "timestamp": moment,
        "start_pts_90k": number,
        **changes,
    }


async def act(api: httpx2.AsyncClient, action: str, **body: object) -> httpx2.Response:
    return await api.post(f"/api/incidents/{INCIDENT}/{action}", json=body or None)


async def test_incident_is_what_the_event_said(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()
    event = make_incident_event()
    await world.store(event)
    incident = (await api.get(f"/api/incidents/{INCIDENT}")).json()
    assert incident["camera_id"] == "cam_01"
    assert incident["camera_name"] == "Toll km 39"
    assert (incident["condition"], incident["handling"]) == ("active", "new")
    assert incident["started_at"] == event.started_at
    assert incident["explain"][0]["condition"] == "mean speed"
    assert incident["allowed_actions"] == ["ack", "take", "resolve", "false-alarm"]
    assert incident["has_snapshot"] is False
    assert (await api.get("/api/incidents")).json() == {"items": [incident], "next": None}


async def test_list_is_filtered(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()
    await world.add_camera(key="cam_02", name="Plaza")
    first = make_incident_event()
    second = make_incident_event(
        **numbered(1, camera_id="cam_02", type="wrong_way", zone_name="Bus lane")
    )
    over = make_incident_event("ended", **numbered(1, camera_id="cam_02", type="wrong_way"))
    await world.store(first, second, over)
    await api.post(f"/api/incidents/{first.incident_id}/ack")

    async def found(**query: str) -> list[str]:
        answer = await api.get("/api/incidents", params=query)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    both = [second.incident_id, first.incident_id]
    assert await found() == both
    assert await found(camera="cam_01") == [first.incident_id]
    assert await found(type="wrong_way") == [second.incident_id]
    assert await found(type="wrong_way,congestion") == both
    assert await found(handling="acknowledged") == [first.incident_id]
    assert await found(handling="new,acknowledged") == both
    assert await found(active="true") == [first.incident_id]
    assert await found(q="plaza") == [second.incident_id]
    assert await found(q="100%") == []
    assert await found(start=format_utc(at(20.5))) == [second.incident_id]
    assert await found(end=format_utc(at(20.5))) == [first.incident_id]


async def test_pages_follow_each_other_without_gaps(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()
    # Several alarms share a millisecond: the cursor's id has to tell them apart.
    events = [
        make_incident_event(**numbered(n, alarm_at=format_utc(at(20 + n // 3)))) for n in range(10)
    ]
    await world.store(*events)
    for path, key in (("/api/incidents", "id"), ("/api/events", "event_id")):
        whole = [item[key] for item in (await api.get(path)).json()["items"]]
        pages: list[str] = []
        cursor = None
        while True:
            query = {"limit": "4"} | ({"cursor": cursor} if cursor else {})
            page = (await api.get(path, params=query)).json()
            pages += [item[key] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert pages == whole
        assert len(set(whole)) == 10


async def test_every_action_leads_where_it_says(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()
    await world.store(make_incident_event())
    for action, handling in (
        ("ack", "acknowledged"),
        ("take", "in_progress"),
        ("resolve", "resolved"),
        ("reopen", "new"),
        ("false-alarm", "false_alarm"),
    ):
        answer = await act(api, action)
        assert answer.status_code == 200
        assert (answer.json()["handling"], answer.json()["handled_by"]) == (handling, "local")
        assert answer.json()["handled_at"] is not None
    async with world.database.transaction() as work:
        rows = await work.audit.list()
    assert [row.action for row in reversed(rows)] == [
        "incident.ack",
        "incident.take",
        "incident.resolve",
        "incident.reopen",
        "incident.false-alarm",
    ]
    assert (rows[-1].before, rows[-1].after) == ({"handling": "new"}, {"handling": "acknowledged"})


async def test_action_that_makes_no_sense_now_shows_the_incident(
    world: World, api: httpx2.AsyncClient
) -> None:
    await world.add_camera()
    await world.store(make_incident_event())
    await act(api, "resolve")
    again = await act(api, "ack")
    assert again.status_code == 409
    problem = again.json()
    assert problem["code"] == "stale-state"
    assert problem["current"]["handling"] == "resolved"
    assert problem["current"]["allowed_actions"] == ["reopen"]


async def test_expected_handling_must_hold(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()
    await world.store(make_incident_event())
    await act(api, "ack", expected="new")
    late = await act(api, "resolve", expected="new")
    assert late.status_code == 409
    assert late.json()["current"]["handling"] == "acknowledged"
    assert "acknowledged by local" in late.json()["detail"]
    assert (await act(api, "resolve", expected="acknowledged")).status_code == 200


async def test_of_two_operators_one_wins(world: World) -> None:
    await world.add_camera()
    await world.store(make_incident_event())
    answers = await asyncio.gather(*(act(world.client(), "ack", expected="new") for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    async with world.database.transaction() as work:
        assert len(await work.audit.list()) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["current"]["handling"] == "acknowledged"


async def test_rule_and_people_do_not_overwrite_each_other(
    world: World, api: httpx2.AsyncClient
) -> None:
    await world.add_camera()
    await world.store(make_incident_event())
    await act(api, "take")
    await world.store(make_incident_event("ended"))
    incident = (await api.get(f"/api/incidents/{INCIDENT}")).json()
    assert (incident["condition"], incident["reason"]) == ("ended", "cleared")
    assert incident["handling"] == "in_progress"


async def test_snapshot_comes_with_and_without_boxes(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()
    complete = make_incident_event("evidence_complete")
    await world.store(complete)
    assert (await api.get(f"/api/incidents/{INCIDENT}")).json()["has_snapshot"] is True
    assert (await api.get(f"/api/incidents/{INCIDENT}/snapshot")).status_code == 404
    for url, picture in (
        (complete.evidence.snapshot, JPEG),
        (complete.evidence.snapshot_boxes, JPEG + b"boxes"),
    ):
        await world.ports.objects.put(ObjectKey.parse(str(url)), picture)
    plain = await api.get(f"/api/incidents/{INCIDENT}/snapshot")
    boxes = await api.get(f"/api/incidents/{INCIDENT}/snapshot", params={"boxes": "true"})
    assert (plain.content, boxes.content) == (JPEG, JPEG + b"boxes")
    assert plain.headers["content-type"] == "image/jpeg"


async def test_events_are_the_transitions(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()
    opened, ended = make_incident_event(), make_incident_event("ended")
    other = make_incident_event(**numbered(3, type="wrong_way"))
    await world.store(opened, ended, other)
    items = (await api.get("/api/events")).json()["items"]
    assert [item["event_id"] for item in items] == [
        ended.event_id,
        other.event_id,
        opened.event_id,
    ]
    assert items[0]["frame_id"] == ended.frame_id
    of_one = (await api.get("/api/events", params={"incident": INCIDENT})).json()["items"]
    assert [item["transition"] for item in of_one] == ["ended", "opened"]
    wrong_way = (await api.get("/api/events", params={"type": "wrong_way"})).json()["items"]
    assert [item["event_id"] for item in wrong_way] == [other.event_id]
    late = {"start": "2026-01-10T14:00:50+02:00", "camera": "cam_01"}
    assert [i["event_id"] for i in (await api.get("/api/events", params=late)).json()["items"]] == [
        ended.event_id
    ]


async def test_unknown_incident_is_a_problem(api: httpx2.AsyncClient) -> None:
    unknown = uuid4()
    for answer in (
        await api.get(f"/api/incidents/{unknown}"),
        await api.get(f"/api/incidents/{unknown}/snapshot"),
        await api.post(f"/api/incidents/{unknown}/ack"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "é" * 10}, "cursor"),
        ({"limit": "0"}, "limit"),
        ({"limit": "501"}, "limit"),
        ({"start": "yesterday"}, "start"),
        ({"start": "2026-01-10T12:00:00"}, "start"),
        ({"end": "0001-01-01T00:00:00+23:59"}, "end"),
        ({"type": "earthquake"}, "type"),
        ({"camera": "Not A Key"}, "camera"),
        ({"surprise": "1"}, "surprise"),
    ],
)
async def test_broken_query_names_the_parameter(
    api: httpx2.AsyncClient, query: dict[str, str], field: str
) -> None:
    for path in ("/api/incidents", "/api/events"):
        answer = await api.get(path, params=query)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"].split(".")[0] == field
