"""A camera: a configured source, what it is called, and what state it is in."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

CAMERA_KEY_PATTERN = r"^[a-z0-9_-]{1,63}$"
"""A camera's immutable short name: used in events, topics, object keys, metrics and URLs."""

LIVE_SCHEMES = frozenset({"rtsp", "rtsps"})
FILE_SCHEMES = frozenset({"", "file"})


class CameraStatus(StrEnum):
    """What the API shows. `alert` = online with an active incident."""

    ONLINE = "online"
    OFFLINE = "offline"
    ALERT = "alert"


class SourceState(StrEnum):
    """How far the reader of a camera has come."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    ONLINE = "online"


class SourceReason(StrEnum):
    """Why a source is not online. Closed set."""

    STARTING = "starting"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    UNAUTHORISED = "unauthorised"
    UNREADABLE = "unreadable"
    NO_VIDEO = "no_video"
    UNSUPPORTED_CODEC = "unsupported_codec"
    UNSUPPORTED_SOURCE = "unsupported_source"
    STALLED = "stalled"
    ENDED = "ended"
    CORRUPT = "corrupt"
    SLOW_CLOCK = "slow_clock"
    DISABLED = "disabled"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A configured source.

    Attributes:
        id: Primary key; foreign keys point here.
        key: Short name, unique and immutable, see `CAMERA_KEY_PATTERN`.
        source_url: `rtsp://`, `rtsps://`, `file://` or a path; may hold credentials, so it is
            stored encrypted and only ever shown through `redact_url`.
        latitude: WGS 84 degrees, or None where the place is unknown.
        sample_fps: Frames per second of media time that are inferred.
        revision: Grows by one with each change of the configuration.
    """

    id: UUID
    key: str
    name: str
    source_url: str
    latitude: float | None
    longitude: float | None
    enabled: bool = True
    is_demo: bool = False
    sample_fps: float = 5.0
    status: CameraStatus = CameraStatus.OFFLINE
    revision: int = 1
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraState:
    """The moving side of a camera, one message on `cameras.state` per change."""

    camera_key: str
    state: SourceState
    reason: SourceReason | None
    epoch: str | None
    since: datetime
    fps: float | None = None
    detail: str | None = None


def is_camera_key(text: str) -> bool:
    """Whether `text` may be a camera's key."""
    return re.fullmatch(CAMERA_KEY_PATTERN, text) is not None


def derive_camera_key(name: str) -> str:
    """A key from a name that people chose: `Toll km 39` becomes `toll_km_39`."""
    key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:63]
    return key or "camera"


def is_live_source(source_url: str) -> bool:
    """True for network streams, false for files, which loop in real time."""
    return urlsplit(source_url).scheme in LIVE_SCHEMES


def redact_url(source_url: str) -> str:
    """The URL without user and password: fit for logs, answers and screens."""
    parts = urlsplit(source_url)
    if "@" not in parts.netloc:
        return source_url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def has_credentials(source_url: str) -> bool:
    """Whether the URL carries a user or a password."""
    return "@" in urlsplit(source_url).netloc
