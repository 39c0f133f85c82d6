"""Where evidence is in the object store."""

import re
from uuid import UUID

from sentinel_core.contracts.topics import CLIPS_BUCKET
from sentinel_core.ports.object_store import ObjectKey

UNFINISHED_PREFIX = "unfinished.evidence"
"""Of drafts. With a dot, so that it is no camera's key."""

_MANIFEST_PATH = re.compile(r"(?P<camera>[a-z0-9_-]{1,63})/evidence/(?P<sequence>\d{8,18})\.json")
_PATH = re.compile(r"(?P<camera>[a-z0-9_-]{1,63})/(anomalies|evidence)/\w[\w.-]*", re.ASCII)


def parse_key(url: str, camera_key: str) -> ObjectKey:
    """The place of a file of a camera's evidence, as others tell it: on the bus, in a manifest.

    Raises:
        ValueError: It is elsewhere. Whoever tells it must not choose what others read.
    """
    key = ObjectKey.parse(url)
    found = _PATH.fullmatch(key.path)
    if key.bucket != CLIPS_BUCKET or found is None or found["camera"] != camera_key:
        raise ValueError(f"{url!r} is no place of evidence of {camera_key}")
    return key


def file_key(camera_key: str, incident_id: UUID, ending: str) -> ObjectKey:
    """A file of an incident; `ending` as in `_boxes.jpg`."""
    return ObjectKey(CLIPS_BUCKET, f"{camera_key}/anomalies/{incident_id}{ending}")


def chain_prefix(camera_key: str) -> str:
    """Folder of a camera's manifests."""
    return f"{camera_key}/evidence"


def manifest_key(camera_key: str, sequence: int) -> ObjectKey:
    """The place of the n-th manifest of a camera, from 1 on. A place is taken once, for ever."""
    return ObjectKey(CLIPS_BUCKET, f"{chain_prefix(camera_key)}/{sequence:08d}.json")


def head_key(camera_key: str) -> ObjectKey:
    """The note of the newest manifest."""
    return ObjectKey(CLIPS_BUCKET, f"{chain_prefix(camera_key)}/head.json")


def draft_key(camera_key: str, incident_id: UUID) -> ObjectKey:
    """What is known of evidence that is being put together."""
    return ObjectKey(CLIPS_BUCKET, f"{UNFINISHED_PREFIX}/{camera_key}/{incident_id}.json")


def place_in_chain(key: ObjectKey) -> tuple[str, int] | None:
    """Camera and number of a manifest's key; None for any other key."""
    found = _MANIFEST_PATH.fullmatch(key.path)
    if found is None or key.bucket != CLIPS_BUCKET:
        return None
    return found["camera"], int(found["sequence"])
