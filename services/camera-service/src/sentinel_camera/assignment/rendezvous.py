"""Rendezvous hashing: who is to read a camera, without asking anybody.

Each instance has a weight for each camera, and the highest wins (Thaler and Ravishankar, 1998).
When an instance joins or leaves, only its own cameras change their place.
"""

from collections.abc import Collection
from hashlib import blake2b
from uuid import UUID

_WEIGHT_BYTES = 8


def choose_instance(camera_id: UUID, instances: Collection[str]) -> str:
    """The instance that is to read the camera; the same wherever it is asked.

    Args:
        camera_id: Which camera.
        instances: Ids of all live instances, at least one.
    """
    return max(instances, key=lambda instance: (_weight(camera_id, instance), instance))


def _weight(camera_id: UUID, instance: str) -> bytes:
    return blake2b(
        camera_id.bytes + instance.encode(), digest_size=_WEIGHT_BYTES, usedforsecurity=False
    ).digest()
