"""Probes and scrapers get their answers, and nobody else anything."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping

import pytest

from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.runtime.health_pages import HealthPages
from sentinel_core.runtime.health_server import HealthServer


class Dependencies:
    def __init__(self) -> None:
        self.trouble: dict[str, str | None] = {"database": None}

    async def health(self) -> Mapping[str, str | None]:
        return self.trouble


@pytest.fixture
def dependencies() -> Dependencies:
    return Dependencies()


@pytest.fixture
async def server(dependencies: Dependencies) -> AsyncIterator[HealthServer]:
    metrics = (b"sentinel_up 1\n", "text/plain; version=1.0.0")
    server = HealthServer("127.0.0.1:0", HealthPages(dependencies.health, lambda: metrics))
    await server.start()
    yield server
    await server.stop()


async def ask(server: HealthServer, request: bytes) -> tuple[str, str]:
    """Status line and body; the connection is closed by then."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request)
    answer = (await reader.read()).decode()
    writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    return head.split("\r\n")[0], body


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: sentinel\r\n\r\n".encode()


async def test_it_runs(server: HealthServer) -> None:
    assert await ask(server, get("/healthz")) == ("HTTP/1.1 200 OK", "ok\n")


async def test_it_is_ready_when_nothing_is_missing(
    server: HealthServer, dependencies: Dependencies
) -> None:
    status, body = await ask(server, get("/readyz?verbose"))
    assert status == "HTTP/1.1 200 OK"
    assert json.loads(body) == {"ready": True, "dependencies": {"database": None}}
    dependencies.trouble["inference"] = "it was lost"
    status, body = await ask(server, get("/readyz"))
    assert status == "HTTP/1.1 503 Service Unavailable"
    assert json.loads(body)["dependencies"]["inference"] == "it was lost"


async def test_metrics_are_shown(server: HealthServer) -> None:
    assert await ask(server, get("/metrics")) == ("HTTP/1.1 200 OK", "sentinel_up 1\n")


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        (get("/"), "404 Not Found"),
        (b"POST /healthz HTTP/1.1\r\n\r\n", "405 Method Not Allowed"),
        (b"hello\r\n\r\n", "400 Bad Request"),
        (b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n", "400 Bad Request"),
    ],
)
async def test_everything_else_is_refused(
    server: HealthServer, request_text: bytes, status: str
) -> None:
    found, _ = await ask(server, request_text)
    assert found == f"HTTP/1.1 {status}"


async def test_one_that_hangs_up_disturbs_nobody(server: HealthServer) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /heal")
    writer.close()
    assert (await ask(server, get("/healthz")))[1] == "ok\n"


async def test_an_address_that_is_taken_is_told(server: HealthServer) -> None:
    pages = HealthPages(Dependencies().health, lambda: (b"", ""))
    other = HealthServer(f"127.0.0.1:{server.port}", pages)
    with pytest.raises(DependencyUnavailable):
        await other.start()
