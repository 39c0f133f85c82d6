"""Health, figures and metrics."""

from collections.abc import Awaitable, Callable

import httpx2

from sentinel_api.testing import World
from sentinel_core.domain.cameras import SourceReason
from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.testing.builders import make_detection_event

MakeWorld = Callable[..., Awaitable[World]]


async def test_alive_says_ok(api: httpx2.AsyncClient) -> None:
    answer = await api.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_ready_once_everything_is_there(world: World, api: httpx2.AsyncClient) -> None:
    await world.store()
    answer = await api.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "services": {
            "api-gateway": {
                "database": None,
                "schema": None,
                "persister": None,
                "raw_detections": None,
            }
        },
    }


async def test_not_ready_before_the_start(make_world: MakeWorld) -> None:
    world = await make_world()
    answer = await world.client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["services"]["api-gateway"]["persister"] == "not started yet"


async def test_not_ready_without_a_database(world: World, api: httpx2.AsyncClient) -> None:
    world.database.fault = DependencyUnavailable("postgresql://me:s3cret@db/x does not answer")
    answer = await api.get("/readyz")
    assert answer.status_code == 503
    said = answer.json()["services"]["api-gateway"]["database"]
    assert said == "postgresql://db/x does not answer"
    assert (await api.get("/healthz")).status_code == 200
    listed = await api.get("/api/cameras")
    assert (listed.status_code, listed.json()["code"]) == (503, "dependency-unavailable")
    assert "s3cret" not in listed.text
    assert listed.headers["retry-after"]


async def test_stats_account_for_every_frame(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()
    world.control.put_online("cam_01")
    await world.store(make_detection_event())
    stats = (await api.get("/api/stats")).json()
    assert stats["cameras"] == [
        {
            "camera_id": "cam_01",
            "state": "online",
            "sampled_fps": 4.0,
            "captured": 10,
            "inferred": 7,
            "in_flight": 1,
            "dropped": {"stale": 2},
        }
    ]
    assert stats["events"]["detections_stored"] == 1
    assert stats["inference"]["model_version"] == "v0"
    assert stats["live"] == {"clients": 0, "video_viewers": 0}
    assert stats["uptime_s"] >= 0
    assert stats["boot"]


async def test_metrics_carry_frames_by_reason_and_route_templates(
    world: World, api: httpx2.AsyncClient
) -> None:
    await world.add_camera()
    world.control.put_online("cam_01")
    await api.get("/api/cameras/cam_01")
    await api.get("/api/cameras/elsewhere/zones")
    await api.get("/somewhere/else")
    answer = await api.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    lines = answer.text.splitlines()
    assert 'sentinel_frames_captured_total{camera="cam_01"} 10.0' in lines
    assert 'sentinel_frames_in_flight{camera="cam_01"} 1.0' in lines
    assert 'sentinel_frames_dropped_total{camera="cam_01",reason="stale"} 2.0' in lines
    assert 'sentinel_frames_dropped_total{camera="cam_01",reason="corrupt"} 0.0' in lines
    assert "sentinel_all_frames_captured_total 10.0" in lines
    assert 'sentinel_all_frames_dropped_total{reason="stale"} 2.0' in lines
    labels = 'method="GET",route="/api/cameras/{camera}",status="200"'
    assert f"sentinel_http_request_seconds_count{{{labels}}} 1.0" in lines
    assert "elsewhere" not in answer.text
    assert "somewhere" not in answer.text


async def test_metrics_carry_the_health_of_cameras(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()
    world.control.put_online("cam_01")
    world.control.put_offline("cam_02", SourceReason.STALLED)
    lines = (await api.get("/metrics")).text.splitlines()
    assert 'sentinel_camera_state{camera="cam_01",state="online"} 1.0' in lines
    assert 'sentinel_camera_state{camera="cam_02",state="online"} 0.0' in lines
    assert 'sentinel_camera_health{camera="cam_01",grade="fair"} 1.0' in lines
    assert 'sentinel_camera_health{camera="cam_01",grade="good"} 0.0' in lines
    assert 'sentinel_camera_sampled_fps{camera="cam_01"} 4.0' in lines
    assert 'sentinel_camera_fps_share{camera="cam_01"} 0.99' in lines
    assert 'sentinel_camera_stalls_per_hour{camera="cam_01"} 1.0' in lines
    assert 'sentinel_camera_latency_p95_seconds{camera="cam_01"} 0.12' in lines
    # Nothing was measured of the other one.
    assert not any("cam_02" in line and "health" in line for line in lines)


async def test_every_answer_has_a_request_id_and_security_headers(
    api: httpx2.AsyncClient,
) -> None:
    for path in ("/api/cameras", "/api/cameras/nobody", "/nowhere", "/healthz"):
        answer = await api.get(path)
        assert len(answer.headers["x-request-id"]) >= 16
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    missing = await api.get("/api/cameras/nobody")
    assert missing.json()["request_id"] == missing.headers["x-request-id"]
    assert missing.json()["instance"] == "/api/cameras/nobody"


async def test_given_request_id_is_taken_only_where_it_is_one(api: httpx2.AsyncClient) -> None:
    given = await api.get("/api/cameras/x", headers={"X-Request-ID": "trace-1.2_3"})
    assert given.json()["request_id"] == "trace-1.2_3"
    for odd in ("a b", "x" * 65, "<script>"):
        answer = await api.get("/api/cameras/x", headers={"X-Request-ID": odd})
        assert answer.headers["x-request-id"] != odd
