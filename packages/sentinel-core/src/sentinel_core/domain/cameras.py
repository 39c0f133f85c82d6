"""A camera: a configured source, what it is called, and what state it is in."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

CAMERA_KEY_PATTERN = r"^[a-z0-9_-]{1,63}$"
"""A camera's immutable short name: used in events, topics, object keys, metrics and URLs."""

LIVE_SCHEMES = frozenset({"rtsp", "rtsps", "http", "https"})
FILE_SCHEMES = frozenset({"", "file"})
SIMULATED_SCHEME = "sim"

MIN_MASK_POINTS = 3

_SECRET_PARAMETER = re.compile(
    r"\b((?:[\w-]*(?:password|passwd|token|secret|signature|credential|api_?key)"
    r"|pass|pwd|username|user|usr|login|auth|sig|jwt|key|session|sid|hdnts)=)[^&;/?#]+",
    re.IGNORECASE,
)


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
    """Why a source is not online, or what is wrong with it while it is. Closed set."""

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


class LiveViewMode(StrEnum):
    """What browsers are sent: the source's own packets, or the pictures encoded anew."""

    SOURCE = "source"
    TRANSCODED = "transcoded"


class RtspTransport(StrEnum):
    """How RTSP packets come."""

    TCP = "tcp"
    UDP = "udp"


class HealthGrade(StrEnum):
    """How well a camera does, over the last hour."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class PrivacyMask:
    """A polygon that nobody gets to see.

    Attributes:
        points: At least 3 corners (x, y), 0..1 of the picture's width and height; others are a
            ValueError.
    """

    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        """Refuse what is no polygon inside the picture."""
        if len(self.points) < MIN_MASK_POINTS:
            raise ValueError("a mask has at least 3 corners")
        if not all(0.0 <= value <= 1.0 for point in self.points for value in point):
            raise ValueError("the corners of a mask lie in 0..1")


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraHealth:
    """How well a camera did lately; a value is None where it cannot be known.

    Attributes:
        reasons: Why it is not good, in words for a person.
        fps_share: Pictures that came, of those the source announces.
        corrupt_share: Of the due pictures, those that could not be decoded.
        latency_p95_ms: From a packet's arrival to the outcome of its inference.
    """

    grade: HealthGrade
    reasons: tuple[str, ...] = ()
    fps_share: float | None = None
    stalls_per_h: float = 0.0
    reconnects_per_h: float = 0.0
    corrupt_share: float = 0.0
    latency_p95_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A configured source.

    Attributes:
        id: Primary key; foreign keys point here.
        key: Short name, unique and immutable, see `CAMERA_KEY_PATTERN`.
        source_url: Of a live scheme, `file://` or a path, or `sim:`; may hold credentials, so it
            is stored encrypted and only ever shown through `redact_url`.
        latitude: WGS 84 degrees, or None where the place is unknown.
        sample_fps: Frames per second of media time that are to be inferred; fewer under load.
        live_view: With masks it is transcoded, whatever this says.
        loops: A file starts again at its end.
        motion_gating: Pictures in which nothing moves are not inferred, but for one now and then.
        privacy_masks: Burned in before any picture is stored, inferred or shown.
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
    live_view: LiveViewMode = LiveViewMode.SOURCE
    rtsp_transport: RtspTransport = RtspTransport.TCP
    loops: bool = True
    motion_gating: bool = False
    privacy_masks: tuple[PrivacyMask, ...] = ()
    status: CameraStatus = CameraStatus.OFFLINE
    revision: int = 1
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraState:
    """The moving side of a camera, one message on `cameras.state` per change.

    Attributes:
        fps: Pictures a second of the source.
        sampled_fps: Pictures a second that are looked at: fewer than wanted under load.
    """

    camera_key: str
    state: SourceState
    reason: SourceReason | None
    epoch: str | None
    since: datetime
    fps: float | None = None
    detail: str | None = None
    health: CameraHealth | None = None
    sampled_fps: float | None = None


def is_camera_key(text: str) -> bool:
    """Whether `text` may be a camera's key."""
    return re.fullmatch(CAMERA_KEY_PATTERN, text) is not None


def derive_camera_key(name: str) -> str:
    """A key from a name that people chose: `Toll km 39` becomes `toll_km_39`."""
    key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:63]
    return key or "camera"


def is_live_source(source_url: str) -> bool:
    """True for network streams, false for files, which loop in real time."""
    return source_url.partition("://")[0].lower() in LIVE_SCHEMES


def redact_url(source_url: str) -> str:
    """The URL without user, password and tokens: fit for logs, answers and screens.

    Errs on the side of hiding: a password that was not percent-encoded, as it should have been,
    may take a piece of the URL along.
    """
    scheme, found, rest = source_url.partition("://")
    if not found or scheme.lower() in FILE_SCHEMES:
        return source_url
    shown = _SECRET_PARAMETER.sub(r"\1***", rest[_end_of_user_info(rest) :])
    return f"{scheme}://{shown}"


def has_credentials(source_url: str) -> bool:
    """Whether the URL carries a user, a password or a token."""
    return redact_url(source_url) != source_url


def _end_of_user_info(rest: str) -> int:
    """Where the host begins, in a URL without its scheme."""
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" in authority:
        return authority.rindex("@") + 1
    # `admin:pa/ss@host`: the password's slash ends the authority before the `@`.
    is_host = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[^:]*\.[^:]*)(:\d+)?", authority)
    return 0 if is_host or ":" not in authority else rest.rfind("@") + 1
