"""Cameras as Prometheus metrics: frames, states, health. All label sets are closed."""

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sentinel_core.domain.cameras import CameraHealth, CameraState, HealthGrade, SourceState
from sentinel_core.domain.frames import DropReason, FrameCounts
from sentinel_core.ports.camera_control import CameraControl

_ALL = "of all cameras that are read now"


class MetricsPage:
    """The metrics of a service that runs by itself; a registry of its own."""

    def __init__(self, *collectors: Collector) -> None:
        self._registry = CollectorRegistry()
        for collector in collectors:
            self._registry.register(collector)

    def __call__(self) -> tuple[bytes, str]:
        """The text and its content type."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST


class FrameCollector(Collector):
    """Frame accounting by camera and in sum, read at each scrape from camera-service."""

    def __init__(self, control: CameraControl) -> None:
        self._control = control

    def collect(self) -> Iterable[Metric]:
        """One sample per camera; of drops one per camera and reason."""
        counts = sorted(self._control.frame_counts().items())
        yield from _by_camera(counts)
        yield from _in_sum([count for _, count in counts])


class HealthCollector(Collector):
    """State and health by camera, read at each scrape from camera-service."""

    def __init__(self, control: CameraControl) -> None:
        self._control = control

    def collect(self) -> Iterable[Metric]:
        """Only what is known: a camera without a measurement has no sample."""
        states = dict(sorted(self._control.states().items()))
        yield _states(states)
        yield _grades(states)
        yield from _figures(states)


def _by_camera(counts: list[tuple[str, FrameCounts]]) -> Iterable[Metric]:
    captured = CounterMetricFamily(
        "sentinel_frames_captured", "Sampling instants that were due", labels=["camera"]
    )
    inferred = CounterMetricFamily(
        "sentinel_frames_inferred", "Frames that were inferred", labels=["camera"]
    )
    in_flight = GaugeMetricFamily(
        "sentinel_frames_in_flight", "Frames whose fate is open", labels=["camera"]
    )
    dropped = CounterMetricFamily(
        "sentinel_frames_dropped", "Frames dropped, by reason", labels=["camera", "reason"]
    )
    for camera, count in counts:
        captured.add_metric([camera], count.captured)
        inferred.add_metric([camera], count.inferred)
        in_flight.add_metric([camera], count.in_flight)
        for reason in DropReason:
            dropped.add_metric([camera, reason.value], count.dropped.get(reason, 0))
    return (captured, inferred, in_flight, dropped)


def _in_sum(counts: list[FrameCounts]) -> Iterable[Metric]:
    yield CounterMetricFamily(
        "sentinel_all_frames_captured",
        f"Sampling instants that were due, {_ALL}",
        value=sum(count.captured for count in counts),
    )
    yield CounterMetricFamily(
        "sentinel_all_frames_inferred",
        f"Frames that were inferred, {_ALL}",
        value=sum(count.inferred for count in counts),
    )
    yield GaugeMetricFamily(
        "sentinel_all_frames_in_flight",
        f"Frames whose fate is open, {_ALL}",
        value=sum(count.in_flight for count in counts),
    )
    dropped = CounterMetricFamily(
        "sentinel_all_frames_dropped", f"Frames dropped, by reason, {_ALL}", labels=["reason"]
    )
    for reason in DropReason:
        dropped.add_metric([reason.value], sum(count.dropped.get(reason, 0) for count in counts))
    yield dropped


def _states(states: Mapping[str, CameraState]) -> Metric:
    metric = GaugeMetricFamily(
        "sentinel_camera_state", "1 for the state of the source", labels=["camera", "state"]
    )
    for camera, state in states.items():
        for candidate in SourceState:
            metric.add_metric([camera, candidate.value], float(state.state is candidate))
    return metric


def _grades(states: Mapping[str, CameraState]) -> Metric:
    metric = GaugeMetricFamily(
        "sentinel_camera_health", "1 for the grade of the camera", labels=["camera", "grade"]
    )
    for camera, state in states.items():
        if state.health is not None:
            for candidate in HealthGrade:
                is_it = state.health.grade is candidate
                metric.add_metric([camera, candidate.value], float(is_it))
    return metric


def _figures(states: Mapping[str, CameraState]) -> Iterable[Metric]:
    sampled = GaugeMetricFamily(
        "sentinel_camera_sampled_fps", "Pictures a second that are looked at", labels=["camera"]
    )
    for camera, state in states.items():
        if state.sampled_fps is not None:
            sampled.add_metric([camera], state.sampled_fps)
    yield sampled
    for name, text, read in _MEASURES:
        metric = GaugeMetricFamily(f"sentinel_camera_{name}", text, labels=["camera"])
        for camera, state in states.items():
            value = None if state.health is None else read(state.health)
            if value is not None:
                metric.add_metric([camera], value)
        yield metric


def _latency_s(health: CameraHealth) -> float | None:
    return None if health.latency_p95_ms is None else health.latency_p95_ms / 1000


_MEASURES: tuple[tuple[str, str, Callable[[CameraHealth], float | None]], ...] = (
    ("fps_share", "Pictures that came, of those announced", lambda health: health.fps_share),
    ("stalls_per_hour", "Times it fell silent", lambda health: health.stalls_per_h),
    ("reconnects_per_hour", "Connections lost", lambda health: health.reconnects_per_h),
    ("corrupt_share", "Due pictures that were damaged", lambda health: health.corrupt_share),
    ("latency_p95_seconds", "From arrival to the outcome of inference", _latency_s),
)
