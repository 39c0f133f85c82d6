"""A way to a server passes everything on until it is told otherwise."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from sentinel_sim.faults.network_path import NetworkPath

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def path_to_an_echo() -> AsyncIterator[NetworkPath]:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, NetworkPath(f"rtsp://user:secret@127.0.0.1:{port}/stream") as path:
        yield path


async def connect(path: NetworkPath) -> Connection:
    parts = urlsplit(path.url)
    return await asyncio.open_connection(parts.hostname, parts.port)


async def say(connection: Connection, text: bytes) -> bytes:
    reader, writer = connection
    writer.write(text)
    async with asyncio.timeout(10):
        return await reader.readexactly(len(text))


async def test_everything_is_passed_on() -> None:
    async with path_to_an_echo() as path:
        assert path.url.startswith("rtsp://user:secret@127.0.0.1:")
        assert path.url.endswith("/stream")
        connection = await connect(path)
        assert await say(connection, b"hello") == b"hello"
        assert len(path.asked_at_s) == path.open_connections == 1
        connection[1].close()


async def test_a_reset_meets_who_is_connected() -> None:
    async with path_to_an_echo() as path:
        connection = await connect(path)
        await say(connection, b"hello")
        path.reset()
        with pytest.raises(ConnectionResetError):
            await say(connection, b"hello")
        again = await connect(path)
        assert await say(again, b"hello") == b"hello"
        again[1].close()


async def test_it_vanishes_and_comes_back_at_the_same_place() -> None:
    async with path_to_an_echo() as path:
        url = path.url
        await path.vanish()
        with pytest.raises(ConnectionRefusedError):
            await connect(path)
        await path.come_back()
        assert path.url == url
        connection = await connect(path)
        assert await say(connection, b"hello") == b"hello"
        connection[1].close()


async def test_what_was_swallowed_comes_later() -> None:
    async with path_to_an_echo() as path:
        reader, writer = await connect(path)
        path.swallow()
        writer.write(b"hello")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await reader.readexactly(5)
        path.pass_on()
        async with asyncio.timeout(10):
            assert await reader.readexactly(5) == b"hello"
        writer.close()
