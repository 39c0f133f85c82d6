"""Looks at frame accounts again and again: none may ever be wrong."""

from collections.abc import Mapping

from sentinel_core.domain.frames import FrameCounts


class FrameAccounting:
    """Remembers what it saw, since counts only ever grow.

    Attributes:
        looks: How often it has looked.
    """

    def __init__(self, *, max_in_flight: int) -> None:
        """Say how many frames of a camera can be on their way at once."""
        self._max_in_flight = max_in_flight
        self._before: dict[str, FrameCounts] = {}
        self.looks = 0

    def look(
        self, counts: Mapping[str, FrameCounts], inferred: Mapping[str, int] | None = None
    ) -> None:
        """Check the accounts of all cameras.

        Args:
            counts: By camera key.
            inferred: How many frames of each camera inference has finished, by its own count.

        Raises:
            AssertionError: Says what is wrong with which camera.
        """
        self.looks += 1
        for key, now in counts.items():
            self._check(key, now)
            if inferred is not None:
                seen = inferred.get(key, 0)
                # What inference has finished may not have been booked yet.
                assert 0 <= seen - now.inferred <= now.in_flight, f"{key}: {seen} seen, {now}"
            self._before[key] = now

    def _check(self, key: str, now: FrameCounts) -> None:
        total = now.inferred + now.in_flight + sum(now.dropped.values())
        assert now.captured == total, f"{key}: {now.captured} captured, {total} booked: {now}"
        assert 0 <= now.in_flight <= self._max_in_flight, f"{key}: {now}"
        before = self._before.get(key)
        if before is None:
            return
        assert now.captured >= before.captured, f"{key}: {before}, then {now}"
        assert now.inferred >= before.inferred, f"{key}: {before}, then {now}"
        for reason, count in before.dropped.items():
            assert now.dropped.get(reason, 0) >= count, f"{key}: {before}, then {now}"
