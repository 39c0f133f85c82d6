"""Cameras take turns: by property, for whatever they send."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sentinel_inference.batching.fair_queue import FairQueue, Ticket

CAMERAS = ("cam_01", "cam_02", "cam_03", "cam_04")
SHAPES = ((384, 640), (480, 640))


def ticket(camera_key: str, number: int, shape: object = SHAPES[0]) -> Ticket[int]:
    return Ticket(
        camera_key=camera_key,
        shape=str(shape),
        came_s=float(number),
        deadline_s=1e9,
        item=number,
    )


steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from(CAMERAS), st.sampled_from(SHAPES)),
        st.tuples(
            st.just("take"), st.integers(1, 4), st.sets(st.sampled_from(CAMERAS), max_size=2)
        ),
    ),
    max_size=80,
)


@given(steps)
def test_nothing_is_lost_or_mixed_and_each_camera_stays_in_order(
    script: list[tuple[str, object, object]],
) -> None:
    queue = FairQueue[int]()
    put: list[Ticket[int]] = []
    taken: list[Ticket[int]] = []
    for number, (verb, first, second) in enumerate(script):
        if verb == "put":
            put.append(ticket(str(first), number, second))
            queue.put(put[-1])
            continue
        assert isinstance(first, int)
        assert isinstance(second, set)
        batch = queue.take(first, second)
        assert len(batch) <= first
        assert len({t.shape for t in batch}) <= 1
        assert len({t.camera_key for t in batch}) == len(batch)
        assert second.isdisjoint(t.camera_key for t in batch)
        taken += batch
    assert len(queue) == len(put) - len(taken)
    rest = queue.clear()
    assert sorted(t.item for t in taken + rest) == sorted(t.item for t in put)
    for camera_key in CAMERAS:
        own = [t.item for t in taken if t.camera_key == camera_key]
        assert own == sorted(own)


@given(
    backlog=st.dictionaries(st.sampled_from(CAMERAS), st.integers(1, 20), min_size=1),
    limit=st.integers(1, 3),
)
def test_a_camera_that_floods_the_line_waits_like_the_others(
    backlog: dict[str, int], limit: int
) -> None:
    queue = FairQueue[int]()
    for camera_key, frames in backlog.items():
        for number in range(frames):
            queue.put(ticket(camera_key, number))
    served: Counter[str] = Counter()
    while queue:
        waiting = {t.camera_key for t in queue}
        served.update(t.camera_key for t in queue.take(limit, set()))
        still = [served[camera_key] for camera_key in waiting]
        assert max(still) - min(still) <= 1


@given(steps)
def test_a_line_is_served_before_any_other_is_served_twice(
    script: list[tuple[str, object, object]],
) -> None:
    queue = FairQueue[int]()
    passed: dict[int, Counter[str]] = {}
    for number, (verb, first, second) in enumerate(script):
        if verb == "put":
            new = ticket(str(first), number, second)
            if all(t.camera_key != new.camera_key for t in queue):
                passed[number] = Counter()
            queue.put(new)
            continue
        assert isinstance(first, int)
        for served in queue.take(first, set()):
            passed.pop(served.item, None)
            for counts in passed.values():
                counts[served.camera_key] += 1
                assert counts[served.camera_key] <= 2, "once as its turn, once beside another"


def test_a_shape_that_nobody_shares_does_not_wait_for_ever() -> None:
    queue = FairQueue[int]()
    queue.put(ticket("cam_01", 1))
    queue.put(ticket("cam_02", 2, SHAPES[1]))
    queue.put(ticket("cam_03", 3))
    assert [t.item for t in queue.take(4, set())] == [1, 3]
    queue.put(ticket("cam_01", 4))
    assert [t.item for t in queue.take(4, set())] == [2]


def test_who_leaves_the_line_is_not_in_it_any_more() -> None:
    queue = FairQueue[int]()
    first, second = ticket("cam_01", 1), ticket("cam_01", 2)
    queue.put(first)
    queue.put(second)
    assert queue.remove(first)
    assert not queue.remove(first)
    assert [t.item for t in queue.take(4, set())] == [2]
    assert len(queue) == 0
