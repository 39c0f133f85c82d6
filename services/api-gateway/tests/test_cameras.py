"""Cameras over REST."""

from uuid import uuid4

import httpx2
import pytest
from structlog.testing import capture_logs

from sentinel_api.testing import JPEG, World
from sentinel_core.domain.cameras import SourceReason
from sentinel_core.domain.errors import InvalidInput, SourceFailed
from sentinel_core.testing.builders import make_camera_state_event, make_incident_event

SECRET_URL = "rtsp://viewer:s3cret@192.0.2.7:554/main"


async def create(api: httpx2.AsyncClient, **changes: object) -> httpx2.Response:
    return await api.post(
        "/api/cameras", json={"name": "Toll km 39", "source_url": SECRET_URL, **changes}
    )


async def test_created_camera_is_listed_without_credentials(api: httpx2.AsyncClient) -> None:
    made = await create(api, location={"lat": 60.17, "lng": 24.94}, sample_fps=4)
    assert made.status_code == 201
    camera = made.json()
    assert made.headers["location"] == "/api/cameras/toll_km_39"
    assert camera["source_url"] == "rtsp://192.0.2.7:554/main"
    assert camera["has_credentials"] is True
    assert camera["location"] == {"lat": 60.17, "lng": 24.94}
    assert (camera["status"], camera["state"], camera["reason"]) == (
        "offline",
        "offline",
        "starting",
    )
    assert (await api.get("/api/cameras")).json() == [camera]
    assert (await api.get("/api/cameras/toll_km_39")).json() == camera
    assert (await api.get(f"/api/cameras/{camera['id']}")).json() == camera


async def test_key_from_a_taken_name_gets_a_number(api: httpx2.AsyncClient) -> None:
    keys = [(await create(api)).json()["key"] for _ in range(3)]
    assert keys == ["toll_km_39", "toll_km_39_2", "toll_km_39_3"]
    long = [(await create(api, name="x" * 80)).json()["key"] for _ in range(2)]
    assert long == ["x" * 63, "x" * 61 + "_2"]


async def test_key_that_was_asked_for_and_is_taken_clashes(api: httpx2.AsyncClient) -> None:
    assert (await create(api, key="cam_01")).status_code == 201
    clash = await create(api, key="cam_01", name="Other")
    assert (clash.status_code, clash.json()["code"]) == (409, "conflict")
    assert len((await api.get("/api/cameras")).json()) == 1


@pytest.mark.parametrize(
    "source_url",
    [
        "ftp://192.0.2.7/clip.mp4",
        "http:///x",
        "javascript:alert(1)",
        "clip.mp4",
        "rtsp://",
        "rtsp://[bad/x",
        "rtsp://viewer:pa/ss@192.0.2.7/x",
        "rtsp://viewer:12/s@192.0.2.7/x",
        "file://elsewhere/clip.mp4",
        "/videos/\x00.mp4",
    ],
)
async def test_source_of_no_supported_kind_is_refused(
    api: httpx2.AsyncClient, source_url: str
) -> None:
    answer = await create(api, source_url=source_url)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["errors"][0]["field"] == "source_url"
    assert "ss@" not in answer.text
    assert "viewer" not in answer.text


@pytest.mark.parametrize("kind", ["ftp://192.0.2.7/x", "clip.mp4"])
async def test_refusal_names_what_is_supported(api: httpx2.AsyncClient, kind: str) -> None:
    detail = (await create(api, source_url=kind)).json()["detail"]
    assert "rtsp://" in detail
    assert "file://" in detail


@pytest.mark.parametrize(
    "source_url",
    [
        "/videos/a b.mp4",
        "file:///videos/a.mp4",
        "rtsps://h/x",
        "http://h/video.mjpg",
        "https://h/live.m3u8",
        "sim:clock?fps=25",
    ],
)
async def test_supported_kinds_are_stored(api: httpx2.AsyncClient, source_url: str) -> None:
    answer = await create(api, source_url=source_url)
    assert (answer.status_code, answer.json()["source_url"]) == (201, source_url)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": None}, "name"),
        ({"key": "Not A Key"}, "key"),
        ({"location": {"lat": 91, "lng": 0}}, "location.lat"),
        ({"location": {"lat": 0}}, "location.lng"),
        ({"sample_fps": 0}, "sample_fps"),
        ({"sample_fps": "fast"}, "sample_fps"),
        ({"live_view": "hologram"}, "live_view"),
        ({"privacy_masks": [[[0, 0], [1, 0]]]}, "privacy_masks.0"),
        ({"privacy_masks": [[[0, 0], [1, 0], [0, 1.1]]]}, "privacy_masks.0.2.1"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_invalid_members_are_named(
    api: httpx2.AsyncClient, changes: dict[str, object], field: str
) -> None:
    answer = await create(api, **changes)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "invalid-input"
    assert [error["field"] for error in problem["errors"]] == [field]
    assert problem["errors"][0]["reason"]


async def test_change_keeps_what_is_not_named(world: World, api: httpx2.AsyncClient) -> None:
    camera = await world.add_camera()
    answer = await api.patch(
        "/api/cameras/cam_01", json={"revision": 1, "name": "Toll", "location": None}
    )
    assert answer.status_code == 200
    changed = answer.json()
    assert (changed["name"], changed["location"], changed["revision"]) == ("Toll", None, 2)
    async with world.database.transaction() as work:
        stored = await work.cameras.get("cam_01")
    assert stored.source_url == camera.source_url


async def test_shown_source_sent_back_keeps_the_credentials(
    world: World, api: httpx2.AsyncClient
) -> None:
    camera = await world.add_camera()
    shown = (await api.get("/api/cameras/cam_01")).json()["source_url"]
    await api.patch("/api/cameras/cam_01", json={"revision": 1, "source_url": shown})
    async with world.database.transaction() as work:
        assert (await work.cameras.get("cam_01")).source_url == camera.source_url


async def test_stale_revision_shows_the_newer_camera(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()
    assert (
        await api.patch("/api/cameras/cam_01", json={"revision": 1, "name": "First"})
    ).status_code == 200
    late = await api.patch("/api/cameras/cam_01", json={"revision": 1, "name": "Second"})
    assert late.status_code == 409
    problem = late.json()
    assert problem["code"] == "stale-state"
    assert (problem["current"]["name"], problem["current"]["revision"]) == ("First", 2)


@pytest.mark.parametrize(
    "body", [{}, {"name": "x"}, {"revision": 1, "name": None}, {"revision": 0}, {"revision": 2**70}]
)
async def test_broken_change_is_refused(
    world: World, api: httpx2.AsyncClient, body: dict[str, object]
) -> None:
    await world.add_camera()
    assert (await api.patch("/api/cameras/cam_01", json=body)).status_code == 422


async def test_removed_camera_is_gone_and_its_incidents_stay(
    world: World, api: httpx2.AsyncClient
) -> None:
    await world.add_camera()
    await world.store(make_incident_event())
    assert (await api.delete("/api/cameras/cam_01")).status_code == 204
    assert (await api.get("/api/cameras/cam_01")).status_code == 404
    assert (await api.delete("/api/cameras/cam_01")).status_code == 404
    (incident,) = (await api.get("/api/incidents")).json()["items"]
    assert incident["camera_name"] == "cam_01"


@pytest.mark.parametrize("unknown", ["nobody", str(uuid4()), "a" * 64, "%00", "..%2f..", "é"])
async def test_unknown_camera_is_a_problem(api: httpx2.AsyncClient, unknown: str) -> None:
    for path in ("", "/snapshot", "/zones"):
        answer = await api.get(f"/api/cameras/{unknown}{path}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
    assert (await api.delete(f"/api/cameras/{unknown}")).status_code == 404
    assert (
        await api.patch(f"/api/cameras/{unknown}", json={"revision": 1, "name": "x"})
    ).status_code == 404


async def test_demo_is_removed_as_a_whole(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera(key="mine")
    await world.add_camera(key="demo_1", is_demo=True)
    await world.add_camera(key="demo_2", is_demo=True)
    assert (await api.delete("/api/demo")).json() == {"removed": 2}
    assert [camera["key"] for camera in (await api.get("/api/cameras")).json()] == ["mine"]
    assert (await api.delete("/api/demo")).json() == {"removed": 0}


async def test_probe_shows_what_was_seen(world: World, api: httpx2.AsyncClient) -> None:
    answer = await api.post("/api/cameras/probe", json={"source_url": SECRET_URL})
    assert answer.status_code == 200
    seen = answer.json()
    assert (seen["codec"], seen["width"], seen["advice"]) == ("h264", 1280, ["fine"])
    assert seen["snapshot"].startswith("data:image/jpeg;base64,/9j/")
    assert world.control.probed == [SECRET_URL]
    assert "s3cret" not in answer.text


async def test_failing_source_says_why_and_hides_credentials(
    world: World, api: httpx2.AsyncClient
) -> None:
    world.control.failure = SourceFailed(
        f"{SECRET_URL} wants another password", reason=SourceReason.UNAUTHORISED
    )
    with capture_logs() as logs:
        answer = await api.post("/api/cameras/probe", json={"source_url": SECRET_URL})
    assert answer.status_code == 422
    problem = answer.json()
    assert (problem["code"], problem["reason"]) == ("source-failed", "unauthorised")
    assert "192.0.2.7" in problem["detail"]
    assert "s3cret" not in answer.text + str(logs)


async def test_probe_refused_by_policy_names_the_field(
    world: World, api: httpx2.AsyncClient
) -> None:
    world.control.failure = InvalidInput("not in an allowed folder", field="source_url")
    answer = await api.post("/api/cameras/probe", json={"source_url": "/etc/passwd"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"field": "source_url", "reason": "not in an allowed folder"}
    ]


async def test_snapshot_is_the_newest_picture(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()
    assert (await api.get("/api/cameras/cam_01/snapshot")).status_code == 404
    world.control.put_online("cam_01")
    assert (await api.get("/api/cameras/cam_01/snapshot")).status_code == 404
    world.control.pictures["cam_01"] = JPEG
    answer = await api.get("/api/cameras/cam_01/snapshot")
    assert (answer.status_code, answer.content) == (200, JPEG)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"


async def test_status_joins_source_and_incidents(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()

    async def shown() -> str:
        return str((await api.get("/api/cameras/cam_01")).json()["status"])

    async def stored() -> str:
        async with world.database.transaction() as work:
            return str((await work.cameras.get("cam_01")).status)

    world.control.put_online("cam_01")
    await world.store(make_camera_state_event())
    assert (await shown(), await stored()) == ("online", "online")
    await world.store(make_incident_event())
    assert (await shown(), await stored()) == ("alert", "alert")
    await world.store(make_incident_event("ended"))
    assert (await shown(), await stored()) == ("online", "online")
    world.control.put_offline("cam_01", SourceReason.STALLED)
    await world.store(make_camera_state_event(state="offline", reason="stalled"))
    assert (await shown(), await stored()) == ("offline", "offline")
    camera = (await api.get("/api/cameras/cam_01")).json()
    assert (camera["reason"], camera["detail"]) == ("stalled", "nobody answers")


async def test_health_is_shown_with_its_reasons(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()
    camera = (await api.get("/api/cameras/cam_01")).json()
    assert (camera["health"], camera["sampled_fps"]) == (None, None)
    world.control.put_online("cam_01")
    camera = (await api.get("/api/cameras/cam_01")).json()
    assert camera["sampled_fps"] == 4.0
    assert camera["health"] == {
        "grade": "fair",
        "reasons": ["It fell silent once in the last hour."],
        "fps_share": 0.99,
        "stalls_per_h": 1.0,
        "reconnects_per_h": 1.0,
        "corrupt_share": 0.0,
        "latency_p95_ms": 120.0,
    }


async def test_changes_leave_audit_rows_without_credentials(
    world: World, api: httpx2.AsyncClient
) -> None:
    await create(api, key="cam_01")
    await api.patch("/api/cameras/cam_01", json={"revision": 1, "enabled": False})
    await api.delete("/api/cameras/cam_01")
    async with world.database.transaction() as work:
        rows = await work.audit.list()
    assert [row.action for row in rows] == ["camera.remove", "camera.update", "camera.create"]
    assert {row.actor for row in rows} == {"local"}
    assert rows[1].before is not None
    assert rows[1].after is not None
    assert (rows[1].before["enabled"], rows[1].after["enabled"]) == (True, False)
    assert "s3cret" not in str(rows)


async def test_options_are_kept_and_changed(api: httpx2.AsyncClient) -> None:
    mask = [[0.0, 0.0], [0.5, 0.0], [0.25, 1.0]]
    options = {
        "live_view": "transcoded",
        "rtsp_transport": "udp",
        "loops": False,
        "motion_gating": True,
        "privacy_masks": [mask],
    }
    camera = (await create(api, **options)).json()
    assert {name: camera[name] for name in options} == options
    changes = {"revision": 1, "privacy_masks": [], "live_view": "source"}
    changed = (await api.patch("/api/cameras/toll_km_39", json=changes)).json()
    assert changed["privacy_masks"] == []
    assert changed["live_view"] == "source"
    assert changed["motion_gating"] is True
