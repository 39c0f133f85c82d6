"""A service as a process of its own."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable

from sentinel_core.domain.errors import SentinelError
from sentinel_core.runtime.settings import Settings
from sentinel_core.runtime.telemetry import configure_logging

Serve = Callable[[Settings, asyncio.Event], Awaitable[None]]


def run_process(serve: Serve) -> int:
    """Read the settings and run `serve` until SIGTERM or SIGINT, which set its event.

    Returns:
        The exit status: 1 where the service cannot start, with the reason on standard error.
    """
    settings = Settings()
    configure_logging(settings.log_format)
    try:
        asyncio.run(_run(serve, settings))
    except SentinelError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    return 0


async def _run(serve: Serve, settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(settings, stop)
