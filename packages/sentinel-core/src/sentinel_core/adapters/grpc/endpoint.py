"""How servers listen and channels connect."""

from collections.abc import Callable

import grpc
from grpc import aio

from sentinel_core.domain.errors import DependencyUnavailable

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""A picture of 8 megapixels as JPEG of high quality has less than half of it."""

_KEEPALIVE_MS = 10_000
_KEEPALIVE_TIMEOUT_MS = 5_000
_RECONNECT_MIN_MS = 100
_RECONNECT_MAX_MS = 2_000

_LIMITS: tuple[tuple[str, int], ...] = (
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
)
_SERVER_OPTIONS = (
    *_LIMITS,
    # Two servers on one port would share its connections in silence.
    ("grpc.so_reuseport", 0),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", _KEEPALIVE_MS // 2),
    ("grpc.keepalive_time_ms", _KEEPALIVE_MS),
    ("grpc.keepalive_timeout_ms", _KEEPALIVE_TIMEOUT_MS),
)
_CHANNEL_OPTIONS = (
    *_LIMITS,
    # A peer that went away without a word is noticed within 15 s, also between two frames.
    ("grpc.keepalive_time_ms", _KEEPALIVE_MS),
    ("grpc.keepalive_timeout_ms", _KEEPALIVE_TIMEOUT_MS),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.initial_reconnect_backoff_ms", _RECONNECT_MIN_MS),
    ("grpc.min_reconnect_backoff_ms", _RECONNECT_MIN_MS),
    ("grpc.max_reconnect_backoff_ms", _RECONNECT_MAX_MS),
    # Services call each other directly, whatever proxy the machine has.
    ("grpc.enable_http_proxy", 0),
)


class GrpcServer:
    """A server that listens on one address."""

    def __init__(self, address: str, *register: Callable[[aio.Server], None]) -> None:
        """Prepare it.

        Args:
            address: `host:port`; port 0 takes a free one.
            register: Each adds a service.
        """
        self._address = address
        self._register = register
        self._server: aio.Server | None = None
        self.port = 0
        """Where it listens, once started."""

    async def start(self) -> None:
        """Listen.

        Raises:
            DependencyUnavailable: The address cannot be listened on.
        """
        server = aio.server(options=_SERVER_OPTIONS)
        for register in self._register:
            register(server)
        try:
            self.port = server.add_insecure_port(self._address)
        except RuntimeError as error:
            raise DependencyUnavailable(f"cannot listen on {self._address} for gRPC") from error
        await server.start()
        self._server = server

    async def stop(self, grace_s: float = 0.0) -> None:
        """Take no more calls, end those that run after `grace_s`; fine to call twice."""
        server, self._server = self._server, None
        if server is not None:
            await server.stop(grace_s)


def open_channel(address: str) -> aio.Channel:
    """A channel to `host:port`; connects when it is used, and again whenever it is lost."""
    return aio.insecure_channel(address, options=_CHANNEL_OPTIONS)


def status_of(error: grpc.RpcError) -> str:
    """The status of a failed call in one word, for messages."""
    code = error.code() if isinstance(error, aio.AioRpcError) else None
    return "unknown" if code is None else code.name.lower()
