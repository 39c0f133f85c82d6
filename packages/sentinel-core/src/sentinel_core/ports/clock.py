"""Time is a port: nothing else in the product asks the machine what time it is."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time, monotonic time, and waiting."""

    def utc_now(self) -> datetime:
        """Wall time, timezone-aware UTC. May jump when the machine's clock is set."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back. Comparable between processes of one machine."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of this clock; at once for zero or less."""
        ...
