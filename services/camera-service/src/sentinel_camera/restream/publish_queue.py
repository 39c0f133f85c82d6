"""Access units that wait to be published: bounded, and cut at keyframes."""

import asyncio
from collections import deque

from sentinel_camera.restream.sinks import CodedUnit

_MAX_UNITS = 250
_MAX_BYTES = 8 << 20


class PublishQueue:
    """Begins with a keyframe, and goes on with one wherever units were left out."""

    def __init__(self, *, max_units: int = _MAX_UNITS, max_bytes: int = _MAX_BYTES) -> None:
        self._max_units = max_units
        self._max_bytes = max_bytes
        self._units: deque[CodedUnit] = deque()
        self._bytes = 0
        self._needs_key = True
        self._overflowed = False
        self._is_open = False
        self._filled = asyncio.Event()
        self.dropped = 0
        """Units that were left out because the queue was full."""

    def open(self) -> None:
        """Somebody takes units now: begin with the next keyframe."""
        self.clear()
        self._is_open = True

    def close(self) -> None:
        """Nobody takes units: those that come are not kept."""
        self.clear()
        self._is_open = False

    def clear(self) -> None:
        """Forget what waits; go on with a keyframe."""
        self._units.clear()
        self._bytes = 0
        self._needs_key = True
        self._overflowed = False
        self._filled.clear()

    def put(self, unit: CodedUnit) -> None:
        """Let a unit wait, or leave it out."""
        if not self._is_open:
            return
        is_full = len(self._units) >= self._max_units or self._bytes >= self._max_bytes
        if unit.is_key:
            if is_full:
                self.dropped += len(self._units)
                self.clear()
            self._needs_key = self._overflowed = False
        elif is_full:
            # What waits is in order and stays; it goes on at the next keyframe.
            self._needs_key = self._overflowed = True
        if self._needs_key:
            self.dropped += self._overflowed
            return
        self._units.append(unit)
        self._bytes += len(unit.data)
        self._filled.set()

    async def take(self) -> CodedUnit:
        """The oldest unit; waits for it."""
        while not self._units:
            self._filled.clear()
            await self._filled.wait()
        unit = self._units.popleft()
        self._bytes -= len(unit.data)
        return unit
