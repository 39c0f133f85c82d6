"""The pages by which others see how a service is: `/healthz`, `/readyz`, `/metrics`."""

import json
from collections.abc import Awaitable, Callable, Mapping

Health = Callable[[], Awaitable[Mapping[str, str | None]]]
Metrics = Callable[[], tuple[bytes, str]]
Page = tuple[int, str, bytes]
"""Status, content type, body."""


class HealthPages:
    """`/healthz`: it runs; `/readyz`: which dependency is missing; `/metrics`: Prometheus text."""

    def __init__(self, health: Health, metrics: Metrics) -> None:
        """Prepare them.

        Args:
            health: See `Service.health`.
            metrics: The text and its content type.
        """
        self._health = health
        self._metrics = metrics

    async def is_ready(self) -> bool:
        """No dependency is missing."""
        return all(trouble is None for trouble in (await self._health()).values())

    async def answer(self, method: str, path: str) -> Page:
        """One page."""
        if method != "GET":
            return 405, "text/plain", b"GET only\n"
        if path == "/healthz":
            return 200, "text/plain", b"ok\n"
        if path == "/readyz":
            return await self._readiness()
        if path == "/metrics":
            text, kind = self._metrics()
            return 200, kind, text
        return 404, "text/plain", b"/healthz, /readyz, /metrics\n"

    async def _readiness(self) -> Page:
        report = dict(await self._health())
        ready = all(trouble is None for trouble in report.values())
        body = json.dumps({"ready": ready, "dependencies": report}).encode()
        return 200 if ready else 503, "application/json", body
