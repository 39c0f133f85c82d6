"""inference-service as a process of its own."""

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack

import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sentinel_core.adapters.camera_metrics import MetricsPage
from sentinel_core.adapters.fernet_secrets import FernetSecrets, read_secret_key
from sentinel_core.adapters.filesystem.object_store import FilesystemObjectStore
from sentinel_core.adapters.grpc import GrpcServer
from sentinel_core.adapters.grpc.camera_control import GrpcCameraControl, LeaseDirectory
from sentinel_core.adapters.memory.event_bus import MemoryEventBus
from sentinel_core.adapters.sql import open_database, upgrade_database
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.frames import DropReason
from sentinel_core.runtime.health_pages import HealthPages
from sentinel_core.runtime.process import run_process
from sentinel_core.runtime.settings import Settings
from sentinel_inference.oip.grpc_service import OpenInferenceService
from sentinel_inference.oip.models import ModelShelf
from sentinel_inference.oip.rest_app import RestApp
from sentinel_inference.oip.web_server import WebServer
from sentinel_inference.service import InferencePorts, InferenceService, build
from sentinel_vision.frames.grpc.receiver import FrameReceiver

_log = structlog.get_logger(__name__)

_DRAIN_WAIT_S = 5.0


def main() -> int:
    """Run until SIGTERM; returns the exit status."""
    return run_process(serve)


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Run until `stop` is set; frames in flight get their outcomes before this returns."""
    clock = SystemClock()
    secrets = FernetSecrets(read_secret_key(settings))
    await upgrade_database(settings.effective_database_url)
    database = open_database(
        settings.effective_database_url, clock=clock, secrets=secrets, timezone=settings.timezone
    )
    async with AsyncExitStack() as closing:
        closing.push_async_callback(database.close)
        cameras = GrpcCameraControl(LeaseDirectory(database), clock)
        closing.push_async_callback(cameras.stop)
        cameras.start()
        ports = InferencePorts(
            clock=clock,
            # Its own until services share a broker.
            bus=MemoryEventBus(),
            database=database,
            objects=FilesystemObjectStore(settings.objects_path),
            camera_control=cameras,
        )
        service = build(settings, ports)
        closing.push_async_callback(service.stop)
        await service.start()
        receiver = FrameReceiver(
            service.infer, clock, credits_per_stream=settings.inference.stream_credits
        )
        await _listen(settings, service, receiver, closing)
        await stop.wait()
        _log.info("inference-service stops")


async def _listen(
    settings: Settings, service: InferenceService, receiver: FrameReceiver, closing: AsyncExitStack
) -> None:
    page = MetricsPage(ReceiverCollector(receiver), BatchCollector(service))
    pages = HealthPages(service.health, page)
    shelf = ModelShelf(lambda: service.detector)
    http = WebServer(settings.inference.http_address, RestApp(shelf, pages.is_ready, pages))
    closing.push_async_callback(http.stop)
    await http.start()
    open_inference = OpenInferenceService(shelf, pages.is_ready)
    grpc = GrpcServer(settings.inference.grpc_address, receiver.register, open_inference.register)
    closing.push_async_callback(grpc.stop)
    await grpc.start()
    closing.push_async_callback(receiver.drain, _DRAIN_WAIT_S)
    _log.info("inference-service runs", grpc_port=grpc.port, http_port=http.port)


class ReceiverCollector(Collector):
    """What became of the frames that came here."""

    def __init__(self, receiver: FrameReceiver) -> None:
        self._receiver = receiver

    def collect(self) -> Iterable[Metric]:
        """Counters by fate, and how many senders there are."""
        fates = CounterMetricFamily(
            "sentinel_received_frames", "Frames that came over gRPC, by fate", labels=["fate"]
        )
        fates.add_metric(["inferred"], self._receiver.fates[None])
        for reason in DropReason:
            fates.add_metric([reason.value], self._receiver.fates[reason])
        yield fates
        yield GaugeMetricFamily(
            "sentinel_frame_streams", "camera-services connected", value=self._receiver.streams
        )


class BatchCollector(Collector):
    """How frames went through the network."""

    def __init__(self, service: InferenceService) -> None:
        self._service = service

    def collect(self) -> Iterable[Metric]:
        """Batches, their pictures, and what came too late for one."""
        counts = self._service.batch_counts
        for name, text, value in (
            ("sentinel_inference_batches", "Calls of the network", counts.batches),
            ("sentinel_inference_pictures", "Pictures in these calls", counts.pictures),
            ("sentinel_inference_late", "Frames whose deadline passed in line", counts.late),
        ):
            yield CounterMetricFamily(name, text, value=value)
