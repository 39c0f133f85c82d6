"""The web server that carries the ASGI application."""

import asyncio
import socket
from contextlib import nullcontext

import uvicorn

from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_inference.oip.rest_app import RestApp

_CLOSE_CONNECTIONS_S = 2


class _Server(uvicorn.Server):
    """Leaves signals to the process it runs in."""

    def capture_signals(self) -> nullcontext[None]:  # type: ignore[override]  # a narrower context
        return nullcontext()


class WebServer:
    """Listens on one address."""

    def __init__(self, address: str, app: RestApp) -> None:
        """Prepare it; `address` is `host:port`, port 0 takes a free one."""
        self._address = address
        self._server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=_CLOSE_CONNECTIONS_S,
            )
        )
        self._serving: asyncio.Task[None] | None = None
        self.port = 0
        """Where it listens, once started."""

    async def start(self) -> None:
        """Listen.

        Raises:
            DependencyUnavailable: The address cannot be listened on.
        """
        host, _, port = self._address.rpartition(":")
        try:
            family, _, _, _, address = socket.getaddrinfo(
                host.strip("[]"), int(port), type=socket.SOCK_STREAM
            )[0]
            listener = socket.create_server(address[:2], family=family)
        except OSError as error:
            raise DependencyUnavailable(f"cannot listen on {self._address} for HTTP") from error
        self.port = listener.getsockname()[1]
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]), name="http")

    async def stop(self) -> None:
        """Answer what is being asked, then stop listening; fine to call twice."""
        serving, self._serving = self._serving, None
        if serving is not None:
            self._server.should_exit = True
            await serving
