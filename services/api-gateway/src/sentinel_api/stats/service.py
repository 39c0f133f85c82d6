"""Use cases of figures."""

from sentinel_api.live_video.service import VideoViewers
from sentinel_api.persistence.ledger import PersisterLedger
from sentinel_api.realtime.service import Broadcaster
from sentinel_api.stats.schemas import (
    CameraFigures,
    EventFigures,
    InferenceFigures,
    LiveFigures,
    StatsAnswer,
)
from sentinel_core.domain.cameras import SourceState
from sentinel_core.domain.frames import FrameCounts
from sentinel_core.ports.camera_control import CameraControl
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.inference_status import InferenceStatus


class StatsReport:
    """Collects the figures of all parts; reads no database."""

    def __init__(
        self,
        *,
        clock: Clock,
        control: CameraControl,
        inference: InferenceStatus,
        ledger: PersisterLedger,
        broadcaster: Broadcaster,
        video: VideoViewers,
    ) -> None:
        self._clock = clock
        self._control = control
        self._inference = inference
        self._ledger = ledger
        self._broadcaster = broadcaster
        self._video = video
        self._started_s = clock.monotonic()

    def figures(self) -> StatsAnswer:
        """All of them, now."""
        seen = self._inference.snapshot()
        return StatsAnswer(
            server_time=self._clock.utc_now(),
            uptime_s=round(self._clock.monotonic() - self._started_s, 3),
            boot=self._broadcaster.boot,
            inference=InferenceFigures(
                model_version=seen.model_version,
                model_sha256=seen.model_sha256,
                engine=seen.engine,
                provider=seen.provider,
                precision=seen.precision,
                frames_per_s=seen.frames_per_s,
                latency_p50_ms=seen.latency_p50_ms,
                latency_p95_ms=seen.latency_p95_ms,
            ),
            cameras=[
                self._camera(key, counts)
                for key, counts in sorted(self._control.frame_counts().items())
            ],
            events=EventFigures(
                detections_stored=self._ledger.detections_stored,
                incidents_stored=self._ledger.incidents_stored,
                dlq=self._ledger.dead_letters,
                lag=self._ledger.lag,
            ),
            live=LiveFigures(
                clients=self._broadcaster.client_count, video_viewers=self._video.count
            ),
        )

    def _camera(self, key: str, counts: FrameCounts) -> CameraFigures:
        state = self._control.states().get(key)
        return CameraFigures(
            camera_id=key,
            state=state.state if state else SourceState.OFFLINE,
            sampled_fps=state.sampled_fps if state else None,
            captured=counts.captured,
            inferred=counts.inferred,
            in_flight=counts.in_flight,
            dropped=dict(counts.dropped),
        )
