"""The newest keyframes of a camera and what follows them: where somebody who comes late begins."""

from collections import deque
from collections.abc import Sequence
from itertools import chain

from sentinel_camera.restream.sinks import CodedUnit

_MAX_BYTES = 16 << 20
"""A camera may send no second keyframe: then whoever comes late waits for it."""


class NewestGroups:
    """Units since one of the newest keyframes. They are shared with whoever else keeps them."""

    def __init__(self, count: int = 1) -> None:
        """Keep so many keyframes with what follows them; fewer where they are very large."""
        self._count = count
        self._groups: deque[list[CodedUnit]] = deque()
        self._size_bytes = 0

    @property
    def units(self) -> Sequence[CodedUnit]:
        """In decode order, the first is a keyframe; none where there was none, or too much."""
        return tuple(chain.from_iterable(self._groups))

    def take(self, unit: CodedUnit) -> None:
        """Keep a unit; with a keyframe the oldest group goes."""
        if unit.is_key:
            self._groups.append([])
        elif not self._groups:
            return
        self._groups[-1].append(unit)
        self._size_bytes += len(unit.data)
        while len(self._groups) > self._count or self._size_bytes > _MAX_BYTES:
            self._size_bytes -= sum(len(old.data) for old in self._groups.popleft())

    def clear(self) -> None:
        """Keep nothing until the next keyframe."""
        self._groups.clear()
        self._size_bytes = 0
