"""A server as a child process."""

import asyncio
import socket
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress

_LOG_LINES = 400
_STOP_WITHIN_S = 5.0


class ServerMissing(Exception):
    """The program of a server is not on this machine; the message says what brings it."""


class ServerFailed(Exception):
    """A server ended, or did not begin to answer; the message holds the end of its log."""


class ServerProcess:
    """One run of a program; its output is kept, the last lines of it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._lines: deque[str] = deque(maxlen=_LOG_LINES)
        self._reading = asyncio.create_task(self._read(), name="server-log")

    @classmethod
    async def start(cls, command: Sequence[str], environment: Mapping[str, str]) -> "ServerProcess":
        """Start a program; it sees only the environment that is given."""
        return cls(
            await asyncio.create_subprocess_exec(
                *command,
                env=dict(environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether it runs no more."""
        return self._process.returncode is not None

    @property
    def log(self) -> str:
        """The last lines of its output."""
        return "\n".join(self._lines)

    async def stop(self) -> None:
        """Ask it to end, insist after a while; fine where it has ended."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(_STOP_WITHIN_S):
                await self._process.wait()
        except TimeoutError:
            await self.kill()
        await self._reading

    async def kill(self) -> None:
        """End it at once, as a crash would."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        await self._reading

    async def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 (asked for a pipe)
        async for line in self._process.stdout:
            self._lines.append(line.decode(errors="replace").rstrip())


def free_ports(count: int) -> list[int]:
    """Loopback ports that are free for TCP and UDP now; they stay free unless somebody is quick."""
    with ExitStack() as held:
        ports: list[int] = []
        while len(ports) < count:
            stream = held.enter_context(socket.socket())
            stream.bind(("127.0.0.1", 0))
            port = stream.getsockname()[1]
            datagrams = held.enter_context(socket.socket(type=socket.SOCK_DGRAM))
            with suppress(OSError):
                datagrams.bind(("127.0.0.1", port))
                ports.append(port)
        return ports


async def answers(port: int) -> bool:
    """Whether somebody listens on a loopback port."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True
