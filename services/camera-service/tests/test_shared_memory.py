import os

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sentinel_camera.worker.shared_memory import RingSpace, SlotLayout, create_memory


@given(
    size=st.integers(1, 200),
    lengths=st.lists(st.integers(1, 80), max_size=120),
    behind=st.integers(0, 6),
)
def test_taken_pieces_never_overlap(size: int, lengths: list[int], behind: int) -> None:
    space = RingSpace(size)
    taken: dict[int, range] = {}
    for tag, length in enumerate(lengths):
        offset = space.take(tag, length)
        if offset is None:
            if taken:
                oldest = min(taken)
                space.give_back(oldest)
                del taken[oldest]
            continue
        piece = range(offset, offset + length)
        assert piece.stop <= size
        assert all(
            piece.stop <= other.start or other.stop <= piece.start for other in taken.values()
        )
        taken[tag] = piece
        while len(taken) > behind:
            oldest = min(taken)
            space.give_back(oldest)
            del taken[oldest]
        assert space.pieces == len(taken)


@given(size=st.integers(1, 200), length=st.integers(1, 300))
def test_an_empty_ring_takes_whatever_fits(size: int, length: int) -> None:
    space = RingSpace(size)
    assert (space.take(1, length) == 0) == (length <= size)


@given(width=st.integers(16, 400), height=st.integers(16, 300))
def test_slots_do_not_overlap(width: int, height: int) -> None:
    layout = SlotLayout(3, width, height)
    descriptor, memory = create_memory("test", layout.size)
    os.close(descriptor)
    slots = [layout.views(memory, slot) for slot in range(3)]
    for number, slot in enumerate(slots):
        for plane, array in enumerate((slot.rgb, slot.y, slot.u, slot.v)):
            array[...] = 16 * number + plane
    for number, slot in enumerate(slots):
        for plane, array in enumerate((slot.rgb, slot.y, slot.u, slot.v)):
            assert np.all(array == 16 * number + plane)
    assert slots[0].y.shape == (height, width)
    assert slots[0].u.shape == ((height + 1) // 2, (width + 1) // 2)
    assert max(slots[0].rgb.shape[:2]) == 640
