"""Finds out early that a camera that was away takes connections again."""

import asyncio
import ipaddress
from urllib.parse import urlsplit

from sentinel_camera.sources.addresses import DEFAULT_PORTS, is_public
from sentinel_core.ports.clock import Clock

KNOCK_INTERVAL_S = 2.0
_ANSWER_S = 1.0


class HostKnock:
    """Connects to a host and hangs up at once, which costs less than opening a source.

    Only where the URL has an address instead of a name: looking up names blocks threads, and may
    lead elsewhere than where the source was opened.
    """

    def __init__(self, source_url: str, clock: Clock, *, allow_private: bool) -> None:
        parts = urlsplit(source_url)
        self._clock = clock
        self._host = _address(parts.hostname, allow_private=allow_private)
        self._port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)

    async def wait(self, wait_s: float) -> bool:
        """Return after `wait_s`, or sooner where the host was seen to go and come back.

        Returns:
            True where it came back. A host that takes connections all the time does not count:
            it is the source that is wrong there.
        """
        was_away = False
        while self._host is not None and wait_s > KNOCK_INTERVAL_S:
            await self._clock.sleep(KNOCK_INTERVAL_S)
            wait_s -= KNOCK_INTERVAL_S
            if not await self._is_there(self._host):
                was_away = True
            elif was_away:
                return True
        await self._clock.sleep(wait_s)
        return False

    async def _is_there(self, host: str) -> bool:
        try:
            async with asyncio.timeout(_ANSWER_S):
                _, writer = await asyncio.open_connection(host, self._port)
        except (OSError, TimeoutError):
            return False
        writer.close()
        return True


def _address(host: str | None, *, allow_private: bool) -> str | None:
    """The host, where it is an address that may be asked."""
    try:
        address = str(ipaddress.ip_address(host or ""))
    except ValueError:
        return None
    return address if allow_private or is_public(address) else None
