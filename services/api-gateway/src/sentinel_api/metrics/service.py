"""The Prometheus registry of this application."""

from collections.abc import Iterable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sentinel_api.live_video.service import VideoViewers
from sentinel_api.persistence.ledger import PersisterLedger
from sentinel_api.raw_detections.service import ArchiveLedger
from sentinel_api.realtime.service import Broadcaster
from sentinel_core.ports.inference_status import InferenceStatus

DURATION_BUCKETS_S = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class ServiceCollector(Collector):
    """Persister, WebSockets and inference, read at each scrape."""

    def __init__(
        self,
        *,
        ledger: PersisterLedger,
        archive: ArchiveLedger,
        broadcaster: Broadcaster,
        video: VideoViewers,
        inference: InferenceStatus,
    ) -> None:
        self._ledger = ledger
        self._archive = archive
        self._broadcaster = broadcaster
        self._video = video
        self._inference = inference

    def collect(self) -> Iterable[Metric]:
        """Counters first, then gauges."""
        counters: dict[tuple[str, str], float] = {
            ("sentinel_detections_stored", "Frames whose detections were stored"): (
                self._ledger.detections_stored
            ),
            ("sentinel_incidents_stored", "Incident transitions stored"): (
                self._ledger.incidents_stored
            ),
            ("sentinel_flow_minutes_stored", "Minutes of flow stored"): (
                self._ledger.flow_minutes_stored
            ),
            ("sentinel_dead_letters", "Messages put aside"): self._ledger.dead_letters,
            ("sentinel_persister_retries", "Tries that failed"): self._ledger.retries,
            ("sentinel_persister_missed", "Messages lost to retention"): self._ledger.missed,
            ("sentinel_raw_frames_archived", "Inferred frames in the raw archive"): (
                self._archive.frames
            ),
            ("sentinel_raw_frames_missed", "Frames lost to retention before the raw archive"): (
                self._archive.missed
            ),
            ("sentinel_live_dropped", "Detection messages dropped for clients"): (
                self._broadcaster.dropped
            ),
        }
        for (name, text), value in counters.items():
            counter = CounterMetricFamily(name, text)
            counter.add_metric([], value)
            yield counter
        yield self._crossings()
        yield self._offsets()
        seen = self._inference.snapshot()
        gauges: dict[tuple[str, str], float] = {
            ("sentinel_persister_lag", "Messages published and not stored"): self._ledger.lag,
            ("sentinel_live_clients", "Browsers on /api/live"): self._broadcaster.client_count,
            ("sentinel_video_viewers", "Viewers of live video"): self._video.count,
            ("sentinel_inference_frames_per_s", "Frames inferred per second"): seen.frames_per_s,
        }
        for (name, text), value in gauges.items():
            yield GaugeMetricFamily(name, text, value=value)

    def _crossings(self) -> Metric:
        crossings = CounterMetricFamily(
            "sentinel_line_crossings",
            "Road users that crossed counting lines",
            labels=["camera", "line", "direction", "class"],
        )
        for labels, count in sorted(self._ledger.crossings.items()):
            crossings.add_metric(labels, count)
        return crossings

    def _offsets(self) -> Metric:
        offsets = GaugeMetricFamily(
            "sentinel_persister_offset",
            "Offset after the newest message stored in this run",
            labels=["topic", "partition"],
        )
        for position, offset in sorted(self._ledger.stored.items(), key=lambda item: str(item[0])):
            offsets.add_metric([position.topic, str(position.partition)], offset)
        return offsets


class ApiMetrics:
    """A registry of its own, so that two applications in one process do not clash."""

    def __init__(self, collectors: Iterable[Collector]) -> None:
        self._registry = CollectorRegistry()
        for collector in collectors:
            self._registry.register(collector)
        self._durations = Histogram(
            "sentinel_http_request_seconds",
            "Time to answer a request",
            ["method", "route", "status"],
            buckets=DURATION_BUCKETS_S,
            registry=self._registry,
        )

    def observe_request(self, *, method: str, route: str, status: int, took_s: float) -> None:
        """One request was answered; `route` is the template, not the path."""
        self._durations.labels(method, route, str(status)).observe(took_s)

    def render(self) -> tuple[bytes, str]:
        """The text and its content type."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST
