"""The machine's clock."""

import asyncio
import time
from datetime import UTC, datetime


class SystemClock:
    """`Clock` of the machine. `time.monotonic` is CLOCK_MONOTONIC, so processes can compare it."""

    def utc_now(self) -> datetime:
        """Wall time."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since boot."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait in the event loop."""
        await asyncio.sleep(max(0.0, seconds))
