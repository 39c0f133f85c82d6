"""Tells what has expired without comparing the clocks of two machines."""

from collections.abc import Hashable, Iterable


class Observations:
    """Notes since when each value is the same, by our own monotonic clock.

    A lease or a heartbeat that is kept up changes; one that has not changed for its time to live
    has expired. Its holder stops earlier, since it counts from before it wrote what we then read.
    """

    def __init__(self) -> None:
        self._since: dict[Hashable, tuple[Hashable, float]] = {}

    def note(self, values: Iterable[tuple[Hashable, Hashable]], seen_s: float) -> None:
        """All (key, value) there are, read before `seen_s`; keys that are gone are forgotten."""
        since: dict[Hashable, tuple[Hashable, float]] = {}
        for key, value in values:
            known = self._since.get(key)
            since[key] = known if known is not None and known[0] == value else (value, seen_s)
        self._since = since

    def unchanged_s(self, key: Hashable, now_s: float) -> float:
        """For how long the value of `key` has been the same; 0.0 where there is none."""
        known = self._since.get(key)
        return 0.0 if known is None else now_s - known[1]
