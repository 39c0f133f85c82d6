"""Cameras are spread evenly, and move only when they must."""

from collections import Counter
from math import sqrt
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from sentinel_camera.assignment.rendezvous import choose_instance

INSTANCES = st.sets(st.text("abcdef0123456789", min_size=1, max_size=8), min_size=1, max_size=8)
CAMERAS = [UUID(int=number * 7919) for number in range(400)]


def assign(instances: set[str]) -> dict[UUID, str]:
    return {camera: choose_instance(camera, instances) for camera in CAMERAS}


@given(INSTANCES)
def test_every_camera_has_one_of_the_instances(instances: set[str]) -> None:
    assert set(assign(instances).values()) <= instances


@given(INSTANCES, st.randoms())
def test_the_order_does_not_matter(instances: set[str], random: object) -> None:
    shuffled = sorted(instances, key=hash)
    for camera in CAMERAS[:20]:
        assert choose_instance(camera, shuffled) == choose_instance(camera, instances)


@given(INSTANCES, st.text("xyz", min_size=1, max_size=8))
def test_who_joins_takes_and_nobody_else(instances: set[str], newcomer: str) -> None:
    before, after = assign(instances), assign(instances | {newcomer})
    moved = {camera for camera in CAMERAS if before[camera] != after[camera]}
    assert all(after[camera] == newcomer for camera in moved)


@given(INSTANCES, st.text("xyz", min_size=1, max_size=8))
def test_who_leaves_gives_only_its_own(instances: set[str], leaver: str) -> None:
    before, after = assign(instances | {leaver}), assign(instances)
    moved = {camera for camera in CAMERAS if before[camera] != after[camera]}
    assert moved == {camera for camera in CAMERAS if before[camera] == leaver}


@given(INSTANCES)
def test_shares_are_even(instances: set[str]) -> None:
    """Within six standard deviations of what throwing dice gives."""
    share = 1 / len(instances)
    spread = sqrt(len(CAMERAS) * share * (1 - share))
    counts = Counter(assign(instances).values())
    for instance in instances:
        assert abs(counts[instance] - len(CAMERAS) * share) <= 6 * spread
