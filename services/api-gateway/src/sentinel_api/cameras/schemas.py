"""Cameras on the wire."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from sentinel_api.schemas import Answer, Body, UtcTime
from sentinel_core.domain.cameras import (
    CAMERA_KEY_PATTERN,
    MIN_MASK_POINTS,
    Camera,
    CameraHealth,
    CameraState,
    CameraStatus,
    HealthGrade,
    LiveViewMode,
    RtspTransport,
    SourceReason,
    SourceState,
    has_credentials,
    redact_url,
)
from sentinel_core.domain.incidents import Incident
from sentinel_vision.rules.view_faults import CameraFault

CameraName = Annotated[str, Field(min_length=1, max_length=80, examples=["Toll km 39"])]
CameraKey = Annotated[str, Field(pattern=CAMERA_KEY_PATTERN, examples=["toll_km_39"])]
SourceUrl = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2048,
        description="`rtsp(s)://`, `http(s)://` (HLS, MJPEG), `file://`, an absolute path, `sim:`.",
        examples=["rtsp://10.0.0.7:554/stream1"],
    ),
]
SampleFps = Annotated[
    float, Field(gt=0, le=30, description="Frames per second to infer; fewer under load.")
]
LiveView = Annotated[
    LiveViewMode,
    Field(description="`transcoded`: encoded anew for browsers. With masks it always is."),
]
Transport = Annotated[RtspTransport, Field(description="How RTSP packets come.")]
Loops = Annotated[bool, Field(description="A file starts again at its end.")]
MotionGating = Annotated[
    bool, Field(description="Pictures in which nothing moves are not inferred.")
]
Corner = tuple[
    Annotated[float, Field(ge=0, le=1, description="x, of the width")],
    Annotated[float, Field(ge=0, le=1, description="y, of the height")],
]
MaskCorners = Annotated[list[Corner], Field(min_length=MIN_MASK_POINTS, max_length=64)]
PrivacyMasks = Annotated[
    list[MaskCorners],
    Field(max_length=32, description="Polygons that nobody gets to see, burned in first of all."),
]


class Location(Body):
    """WGS 84 degrees."""

    lat: float = Field(ge=-90, le=90, examples=[60.17])
    lng: float = Field(ge=-180, le=180, examples=[24.94])


class CreateCamera(Body):
    """A camera to add. It is stored even where its source cannot be opened now."""

    name: CameraName
    key: CameraKey | None = Field(default=None, description="Default: made from the name.")
    source_url: SourceUrl
    location: Location | None = None
    enabled: bool = True
    sample_fps: SampleFps = 5.0
    live_view: LiveView = LiveViewMode.SOURCE
    rtsp_transport: Transport = RtspTransport.TCP
    loops: Loops = True
    motion_gating: MotionGating = False
    privacy_masks: PrivacyMasks = Field(default_factory=list)


class ChangeCamera(Body):
    """What to change; members that are left out stay. `revision` is the one that was read."""

    revision: int = Field(ge=1, le=2**31)
    name: CameraName | None = None
    source_url: SourceUrl | None = None
    location: Location | None = Field(default=None, description="null: the place is unknown.")
    enabled: bool | None = None
    sample_fps: SampleFps | None = None
    live_view: LiveView | None = None
    rtsp_transport: Transport | None = None
    loops: Loops | None = None
    motion_gating: MotionGating | None = None
    privacy_masks: PrivacyMasks | None = None

    @model_validator(mode="after")
    def _refuse_null(self) -> Self:
        for member in self.model_fields_set - {"location"}:
            if getattr(self, member) is None:
                raise ValueError(f"{member} may be left out, but is not null")
        return self


class ProbeSource(Body):
    """A source to look at."""

    source_url: SourceUrl


class CameraHealthAnswer(Answer):
    """How well a camera did lately; a value is null where it cannot be known.

    Attributes:
        reasons: Why it is not good, in words.
        fps_share: Pictures that came, of those the source announces.
        corrupt_share: Of the due pictures, those that could not be decoded.
        latency_p95_ms: From a packet's arrival to the outcome of its inference.
    """

    grade: HealthGrade
    reasons: list[str]
    fps_share: float | None
    stalls_per_h: float
    reconnects_per_h: float
    corrupt_share: float
    latency_p95_ms: float | None

    @classmethod
    def of(cls, health: CameraHealth) -> Self:
        """As measured by camera-service."""
        return cls(
            grade=health.grade,
            reasons=list(health.reasons),
            fps_share=health.fps_share,
            stalls_per_h=health.stalls_per_h,
            reconnects_per_h=health.reconnects_per_h,
            corrupt_share=health.corrupt_share,
            latency_p95_ms=health.latency_p95_ms,
        )


class RulesSuspended(Answer):
    """The camera does not see what its zones were drawn on: no rule says anything.

    Attributes:
        since: When the rules were suspended.
        reason: What is wrong; `lost` suspends nothing.
        incident_id: Of the incident that explains it.
    """

    since: UtcTime
    reason: CameraFault
    incident_id: UUID

    @classmethod
    def of(cls, incident: Incident) -> Self:
        """An active incident of type `camera_tamper`."""
        return cls(
            since=incident.alarm_at, reason=CameraFault(incident.key), incident_id=incident.id
        )


class CameraAnswer(Answer):
    """A camera: its configuration, and the state of its source.

    Attributes:
        status: `alert` = online with an active incident.
        state: How far the reader of the source has come.
        reason: Why it is not online.
        since: When the state was entered.
        fps: Of the source.
        sampled_fps: Pictures a second that are looked at: fewer than `sample_fps` under load.
        health: Null before anything was measured.
        source_url: Without user and password.
        rules_suspended: Null while the camera sees what its zones were drawn on.
    """

    id: UUID
    key: str
    name: str
    location: Location | None
    status: CameraStatus
    state: SourceState
    reason: SourceReason | None
    detail: str | None
    since: UtcTime | None
    fps: float | None
    sampled_fps: float | None
    health: CameraHealthAnswer | None
    source_url: str
    has_credentials: bool
    enabled: bool
    is_demo: bool
    sample_fps: float
    live_view: LiveViewMode
    rtsp_transport: RtspTransport
    loops: bool
    motion_gating: bool
    privacy_masks: list[list[Corner]]
    rules_suspended: RulesSuspended | None
    revision: int
    created_at: UtcTime
    updated_at: UtcTime

    @classmethod
    def of(
        cls,
        camera: Camera,
        state: CameraState | None,
        status: CameraStatus,
        rules_suspended: RulesSuspended | None,
    ) -> Self:
        """Join a configured camera with its present state; None: nobody reads it yet."""
        return cls(
            id=camera.id,
            key=camera.key,
            name=camera.name,
            location=_location_of(camera),
            status=status,
            state=state.state if state else SourceState.OFFLINE,
            reason=state.reason if state else _reason_without_reader(camera),
            detail=state.detail if state else None,
            since=state.since if state else None,
            fps=state.fps if state else None,
            sampled_fps=state.sampled_fps if state else None,
            health=_health_of(state),
            source_url=redact_url(camera.source_url),
            has_credentials=has_credentials(camera.source_url),
            enabled=camera.enabled,
            is_demo=camera.is_demo,
            sample_fps=camera.sample_fps,
            live_view=camera.live_view,
            rtsp_transport=camera.rtsp_transport,
            loops=camera.loops,
            motion_gating=camera.motion_gating,
            privacy_masks=[list(mask.points) for mask in camera.privacy_masks],
            rules_suspended=rules_suspended,
            revision=camera.revision,
            created_at=camera.created_at,
            updated_at=camera.updated_at,
        )


class ProbeAnswer(Answer):
    """What was seen of a source.

    Attributes:
        fps: As announced, or else as measured.
        measured_fps: Of a live source, in its own time.
        clock_rate: Seconds that pass in the video of a live source in one second of ours.
        clock_jumps: How often the clock of a live source leapt meanwhile.
        snapshot: First picture, as a `data:` URL.
    """

    codec: str
    profile: str | None
    width: int
    height: int
    fps: float | None
    has_b_frames: bool
    keyframe_interval_s: float | None
    duration_s: float | None
    took_s: float
    measured_fps: float | None
    bitrate_kbps: int | None
    clock_rate: float | None
    clock_jumps: int
    advice: list[str]
    snapshot: str


class RemovedCameras(Answer):
    """How many were removed."""

    removed: int


def _health_of(state: CameraState | None) -> CameraHealthAnswer | None:
    return CameraHealthAnswer.of(state.health) if state and state.health else None


def _location_of(camera: Camera) -> Location | None:
    if camera.latitude is None or camera.longitude is None:
        return None
    return Location(lat=camera.latitude, lng=camera.longitude)


def _reason_without_reader(camera: Camera) -> SourceReason:
    return SourceReason.STARTING if camera.enabled else SourceReason.DISABLED
