"""Deterministic ids: the same frame, detection or incident has the same id however often it is sent."""

from uuid import NAMESPACE_URL, UUID, uuid5

SENTINEL_NAMESPACE = uuid5(NAMESPACE_URL, "sentinel")


def detection_event_id(camera_key: str, epoch: str, frame_id: str, model_version: str) -> UUID:
    """Id of one inferred frame: inferring it again with the same model stores nothing new."""
    return uuid5(SENTINEL_NAMESPACE, f"{camera_key}/{epoch}/{frame_id}/{model_version}")


def detection_id(event_id: UUID, index: int) -> UUID:
    """Id of the detection at position `index` of an event."""
    return uuid5(event_id, str(index))


def incident_id(camera_key: str, rule: str, key: str, epoch: str, start_pts_90k: int) -> UUID:
    """Id of an incident; `key` is the zone or track that the rule watches."""
    return uuid5(SENTINEL_NAMESPACE, f"{camera_key}/{rule}/{key}/{epoch}/{start_pts_90k}")


def frame_id(access_unit_index: int) -> str:
    """Id of a frame within its epoch."""
    return f"frame_{access_unit_index}"
