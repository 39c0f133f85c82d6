"""Memory that a worker and its parent share: anonymous, so that nothing is left behind.

A memory file has no name: the kernel frees it with the last process that has it, however that
process ends.
"""

import mmap
import os
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.frames.frame import analysis_size

_ALIGNMENT = 64


def create_memory(name: str, size: int) -> tuple[int, mmap.mmap]:
    """A memory file of `size` bytes: its descriptor, which the caller closes, and its mapping."""
    descriptor = os.memfd_create(name)
    os.ftruncate(descriptor, size)
    return descriptor, mmap.mmap(descriptor, size)


@dataclass(frozen=True, slots=True)
class SlotViews:
    """The arrays of one slot: RGB at analysis size and the planes at full size."""

    rgb: NDArray[np.uint8]
    y: NDArray[np.uint8]
    u: NDArray[np.uint8]
    v: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class SlotLayout:
    """How slots for pictures of one size lie in memory."""

    slots: int
    width: int
    height: int

    @property
    def size(self) -> int:
        """Bytes of all slots."""
        return self.slots * self._slot_size

    def views(self, memory: mmap.mmap, slot: int) -> SlotViews:
        """Arrays over `memory`; they keep it mapped as long as they live."""
        start = slot * self._slot_size
        arrays = []
        for shape in self._shapes:
            count = int(np.prod(shape))
            arrays.append(np.frombuffer(memory, np.uint8, count, start).reshape(shape))
            start += _aligned(count)
        return SlotViews(*arrays)

    @property
    def _shapes(self) -> tuple[tuple[int, ...], ...]:
        small_width, small_height = analysis_size(self.width, self.height)
        chroma = ((self.height + 1) // 2, (self.width + 1) // 2)
        return (small_height, small_width, 3), (self.height, self.width), chroma, chroma

    @property
    def _slot_size(self) -> int:
        return sum(_aligned(int(np.prod(shape))) for shape in self._shapes)


class RingSpace:
    """Who owns which bytes of a ring: pieces are taken and given back in order.

    Pure bookkeeping; the writer owns it.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._taken: deque[tuple[int, int, int]] = deque()
        self._head = 0

    @property
    def pieces(self) -> int:
        """How many pieces are taken."""
        return len(self._taken)

    def take(self, tag: int, length: int) -> int | None:
        """Offset of `length` free bytes in one piece, or None where there are none now."""
        offset = self._find(length)
        if offset is None:
            return None
        self._taken.append((tag, offset, length))
        self._head = offset + length
        return offset

    def give_back(self, tag: int) -> None:
        """Free the oldest pieces up to and including `tag`."""
        while self._taken and self._taken[0][0] <= tag:
            self._taken.popleft()

    def _find(self, length: int) -> int | None:
        if not self._taken:
            return 0 if length <= self.size else None
        tail = self._taken[0][1]
        if self._head > tail:
            if self._head + length <= self.size:
                return self._head
            # The rest up to the end stays unused; one byte keeps head and tail apart.
            return 0 if length < tail else None
        return self._head if self._head + length < tail else None


def _aligned(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT
