"""How much video all cameras of a process keep in memory together."""

from typing import Protocol


class Evictable(Protocol):
    """Something that keeps video and can let its oldest go."""

    @property
    def size_bytes(self) -> int:
        """What it keeps."""
        ...

    def drop_oldest(self) -> int:
        """Let the oldest go; the bytes that became free, 0 where nothing more can go."""
        ...


class ClipMemory:
    """A budget that cameras share: where it is exceeded, who keeps most gives way."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._used_bytes = 0
        self._holders: list[Evictable] = []

    @property
    def used_bytes(self) -> int:
        """What all holders keep."""
        return self._used_bytes

    def join(self, holder: Evictable) -> None:
        """Count a holder in, which keeps nothing yet."""
        self._holders.append(holder)

    def leave(self, holder: Evictable) -> None:
        """Count a holder out, which keeps nothing any more."""
        self._holders.remove(holder)

    def take(self, size_bytes: int) -> None:
        """Somebody keeps more now."""
        self._used_bytes += size_bytes
        while self._used_bytes > self._limit_bytes:
            largest = max(self._holders, key=lambda holder: holder.size_bytes)
            if largest.drop_oldest() == 0:
                return

    def give_back(self, size_bytes: int) -> None:
        """Somebody keeps less now."""
        self._used_bytes -= size_bytes
