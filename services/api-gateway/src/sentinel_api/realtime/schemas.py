"""Live messages: what the client may say, and how the server's messages are written."""

from dataclasses import dataclass
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from sentinel_api.cameras.board import ClockReading
from sentinel_core.contracts.generated.camera_state_event import (
    CameraHealthMessage,
    CameraStateEvent,
)
from sentinel_core.domain.cameras import CameraHealth, CameraState, CameraStatus
from sentinel_core.domain.media_clock import format_utc

MAX_CAMERAS = 1_000
MAX_MESSAGE_CHARS = 64 * 1024


class Subscribe(msgspec.Struct, tag="subscribe", forbid_unknown_fields=True):
    """Replaces what was subscribed before. Incidents and camera states come always."""

    cameras: list[str] | Literal["*"] = "*"
    detections: bool = True


class Resume(msgspec.Struct, tag="resume", forbid_unknown_fields=True):
    """After a reconnect: everything durable after `seq` of run `boot`."""

    boot: str
    seq: int


ClientMessage = Subscribe | Resume

_decoder = msgspec.json.Decoder(ClientMessage)
_encoder = msgspec.json.Encoder()


def read_client_message(text: str) -> ClientMessage:
    """What the client says.

    Raises:
        ValueError: It is too long, no JSON, or no message we know.
    """
    if len(text) > MAX_MESSAGE_CHARS:
        raise ValueError(f"a message may have {MAX_MESSAGE_CHARS} characters")
    try:
        message: ClientMessage = _decoder.decode(text)
    except RecursionError as error:
        raise ValueError("the message is nested too deeply") from error
    if isinstance(message, Subscribe) and len(message.cameras) > MAX_CAMERAS:
        raise ValueError(f"a subscription may name {MAX_CAMERAS} cameras")
    return message


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message, encoded once for all clients.

    Attributes:
        camera_key: For detections: whose. None: the message is for everybody and never dropped.
    """

    seq: int
    text: str
    camera_key: str | None = None


def write_message(kind: str, seq: int, **members: object) -> str:
    """A message as JSON text."""
    return _encoder.encode({"type": kind, "seq": seq, **members}).decode()


def write_detections(seq: int, event_json: bytes) -> str:
    """A detections message around an event that is JSON already."""
    return f'{{"type":"detections","seq":{seq},"event":{event_json.decode()}}}'


def camera_state_members(
    event: CameraStateEvent | CameraState, camera_key: str, status: CameraStatus
) -> dict[str, object]:
    """The members of a `camera_state` message."""
    since = event.since if isinstance(event.since, str) else format_utc(event.since)
    return {
        "camera_id": camera_key,
        "status": status.value,
        "state": str(event.state),
        "reason": None if event.reason is None else str(event.reason),
        "detail": event.detail,
        "since": since,
        "fps": event.fps,
        "sampled_fps": None if event.sampled_fps is UNSET else event.sampled_fps,
        "health": _health_members(event.health),
    }


def _health_members(
    health: CameraHealthMessage | CameraHealth | UnsetType | None,
) -> dict[str, object] | None:
    """As in an event; None where nothing is known, or an older camera-service wrote it."""
    if health is None or health is UNSET:
        return None
    return {
        "grade": str(health.grade),
        "reasons": list(health.reasons),
        "fps_share": health.fps_share,
        "stalls_per_h": health.stalls_per_h,
        "reconnects_per_h": health.reconnects_per_h,
        "corrupt_share": health.corrupt_share,
        "latency_p95_ms": health.latency_p95_ms,
    }


def sync_members(reading: ClockReading) -> dict[str, object]:
    """The members of a `sync` message."""
    return {
        "camera_id": reading.camera_key,
        "epoch": reading.epoch,
        "pts_90k": reading.pts_90k,
        "utc": reading.utc,
    }
