"""Figures on the wire."""

from sentinel_api.schemas import Answer, UtcTime
from sentinel_core.domain.cameras import SourceState
from sentinel_core.domain.frames import DropReason


class InferenceFigures(Answer):
    """Latencies are capture to event, over the last minute; null before the first frame.

    Attributes:
        model_sha256: Empty where another server runs the network.
        engine: Library and version.
        provider: What it computes on, such as CPU or CUDA.
        precision: float32 or int8.
    """

    model_version: str
    model_sha256: str
    engine: str
    provider: str
    precision: str
    frames_per_s: float
    latency_p50_ms: float | None
    latency_p95_ms: float | None


class CameraFigures(Answer):
    """Frame accounting: captured = inferred + in_flight + sum of dropped, at every moment.

    Attributes:
        camera_id: The camera's key.
        sampled_fps: Pictures a second that are looked at at present.
    """

    camera_id: str
    state: SourceState
    sampled_fps: float | None
    captured: int
    inferred: int
    in_flight: int
    dropped: dict[DropReason, int]


class EventFigures(Answer):
    """What the persister did since it started.

    Attributes:
        detections_stored: Frames whose detections were stored for the first time.
        incidents_stored: Transitions that were stored for the first time.
        dlq: Messages that broke their schema and were put aside.
        lag: Messages that are published and not yet stored.
    """

    detections_stored: int
    incidents_stored: int
    dlq: int
    lag: int


class LiveFigures(Answer):
    """Browsers that are connected now."""

    clients: int
    video_viewers: int


class StatsAnswer(Answer):
    """Figures of the running system. `boot` names this run of the API."""

    server_time: UtcTime
    uptime_s: float
    boot: str
    inference: InferenceFigures
    cameras: list[CameraFigures]
    events: EventFigures
    live: LiveFigures
