"""Odd input is answered with a problem below 500, whatever the route."""

import re
from collections.abc import AsyncIterator

import httpx2
import pytest

from sentinel_api.access_table import access_rows
from sentinel_api.app import create_app
from sentinel_api.testing import World
from sentinel_core.domain.errors import StorageFull
from sentinel_core.runtime.settings import ApiSettings

JSON = {"content-type": "application/json"}
BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"\xff\xfe\x00",
    b'{"name": "\\ud800", "source_url": "\\ud800", "role": "\\ud800", "expected": "\\ud800"}',
    b'{"revision": 1e400, "version": NaN, "sample_fps": Infinity}',
    b'{"revision": ' + b"9" * 5000 + b"}",
    b"[" * 50_000,
]
ODD_IDS = ["%00", "%ff", "x" * 300, "-1", "%F0%9F%9A%97", "00000000-0000-0000-0000-000000000000"]


def routes(*methods: str) -> list[tuple[str, str]]:
    rows = access_rows(create_app(ApiSettings()).routes)
    return [(path, method) for path, method, _ in rows if method in methods and path != "/*"]


def fill(path: str, value: str) -> str:
    return re.sub(r"\{\w+\}", lambda _: value, path)


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_odd_bodies(world: World, api: httpx2.AsyncClient, body: bytes) -> None:
    await world.add_camera()
    for path, method in routes("POST", "PUT", "PATCH"):
        answer = await api.request(method, fill(path, "cam_01"), content=body, headers=JSON)
        assert answer.status_code < 500, (method, path, answer.text)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"]


@pytest.mark.parametrize("value", ODD_IDS)
async def test_odd_ids(api: httpx2.AsyncClient, value: str) -> None:
    for path, method in routes("GET", "POST", "PUT", "PATCH", "DELETE"):
        if "{" not in path:
            continue
        answer = await api.request(method, fill(path, value))
        assert 400 <= answer.status_code < 500, (method, path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_broken_json_says_where(api: httpx2.AsyncClient) -> None:
    answer = await api.post("/api/cameras", content=b'{"name": ', headers=JSON)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body"
    assert "no valid JSON" in answer.json()["detail"]


async def test_body_of_another_type_is_refused(api: httpx2.AsyncClient) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "nonsense"):
        answer = await api.post(
            "/api/users", content=b'{"name":"x","role":"admin"}', headers={"content-type": kind}
        )
        assert answer.status_code == 422


async def test_announced_body_that_is_too_large_is_refused(api: httpx2.AsyncClient) -> None:
    answer = await api.post("/api/cameras", content=b"x" * (1024 * 1024 + 1), headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


async def test_streamed_body_that_is_too_large_is_refused(api: httpx2.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b"x" * 16_384

    answer = await api.post("/api/cameras", content=endless(), headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


async def test_unknown_routes_and_methods_are_problems(api: httpx2.AsyncClient) -> None:
    for method, path, status in (
        ("GET", "/api/nothing", 404),
        ("GET", "/api", 404),
        ("POST", "/api/stats", 405),
        ("PUT", "/api/cameras", 405),
        ("POST", "/somewhere", 405),
        ("BREW", "/api/stats", 405),
    ):
        answer = await api.request(method, path)
        assert answer.status_code == status, (method, path)
        assert answer.json()["status"] == status


async def test_unexpected_error_shows_nothing_of_itself(
    world: World, api: httpx2.AsyncClient
) -> None:
    def broken() -> None:
        raise RuntimeError("rtsp://viewer:s3cret@192.0.2.7/x")

    world.control.states = broken  # type: ignore[method-assign,assignment]  # no port may do this
    await world.add_camera()
    answer = await api.get("/api/cameras")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert "s3cret" not in answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_full_disk_is_told_apart(world: World, api: httpx2.AsyncClient) -> None:
    world.database.fault = StorageFull("no room left on the disk of the database")
    answer = await api.post("/api/cameras", json={"name": "x", "source_url": "rtsp://h/x"})
    assert (answer.status_code, answer.json()["code"]) == (507, "storage-full")
