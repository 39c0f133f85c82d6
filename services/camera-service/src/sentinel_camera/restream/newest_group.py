"""The newest keyframe of a camera and what follows it: where somebody who comes late begins."""

from collections.abc import Sequence

from sentinel_camera.restream.sinks import CodedUnit

_MAX_BYTES = 16 << 20
"""A camera may send no second keyframe: then whoever comes late waits for it."""


class NewestGroup:
    """Units since the newest keyframe. They are shared with whoever else keeps them."""

    def __init__(self) -> None:
        self._units: list[CodedUnit] = []
        self._size_bytes = 0

    @property
    def units(self) -> Sequence[CodedUnit]:
        """In decode order, the first is a keyframe; none where there was none, or too much."""
        return tuple(self._units)

    def take(self, unit: CodedUnit) -> None:
        """Keep a unit; a keyframe begins anew."""
        if unit.is_key:
            self.clear()
        elif not self._units:
            return
        self._units.append(unit)
        self._size_bytes += len(unit.data)
        if self._size_bytes > _MAX_BYTES:
            self.clear()

    def clear(self) -> None:
        """Keep nothing until the next keyframe."""
        self._units.clear()
        self._size_bytes = 0
