"""The detector that the settings ask for."""

from pathlib import Path
from typing import Final

from sentinel_core.domain.errors import InvalidInput, ModelRefused
from sentinel_core.runtime.assets import asset
from sentinel_core.runtime.processors import available_cores
from sentinel_core.runtime.settings import InferenceSettings, RemoteNetworkSettings
from sentinel_vision.detection.detector import YoloDetector
from sentinel_vision.detection.golden import check_golden
from sentinel_vision.detection.model import ModelFile
from sentinel_vision.detection.selection import EngineChoice, open_folder

SHIPPED_MODEL: Final = "data/models/v0"

REMOTE: Final = "remote"

ACCELERATOR_LANES: Final = 2
"""One batch is computed while the boxes of another are tracked and judged."""


def count_threads(settings: InferenceSettings) -> int:
    """Threads for inference: as set, or the cores this process may use."""
    return settings.threads or available_cores()


def count_lanes(settings: InferenceSettings, batch_size: int) -> int:
    """Calls of the network at the same time.

    On the processor one for each thread: side by side they do more frames than one call on all
    threads. Measured on two cores with YOLOv8n at 384x640: 2 x 1 thread 26 frames/s, 1 x 2 18.
    """
    return count_threads(settings) if batch_size == 1 else ACCELERATOR_LANES


def read_choice(settings: InferenceSettings) -> EngineChoice:
    """What the settings say of engines."""
    return EngineChoice(
        engine=settings.engine,
        providers=settings.providers,
        precision=settings.precision,
        lanes=count_threads(settings),
        cache=settings.engine_cache_dir,
    )


def build_detector(settings: InferenceSettings, folder: Path | None = None) -> YoloDetector:
    """A detector that saw in the golden picture what it should.

    Args:
        settings: All but the folder is used.
        folder: Of the model; None: the one of the settings, or the shipped one.

    Raises:
        ModelRefused: The model cannot be served, with the reason.
        InvalidInput: The settings ask for an engine that is not installed here.
        DependencyUnavailable: The server that is to run the network does not answer.
    """
    if settings.engine != REMOTE:
        folder = folder or settings.model_dir or asset(SHIPPED_MODEL)
        return open_folder(folder, read_choice(settings))
    if folder is not None:
        raise ModelRefused("another server runs the network: change the model there")
    return _open_remote(settings.remote)


def _open_remote(remote: RemoteNetworkSettings) -> YoloDetector:
    if remote.address is None:
        raise InvalidInput(
            "the engine remote needs inference.remote.address", field="inference.remote.address"
        )
    # gRPC is loaded where it is needed alone: the embedded mode does without.
    from sentinel_vision.detection.remote_engine import RemoteEngine, RemoteModel

    engine = RemoteEngine(
        RemoteModel(
            address=remote.address,
            model=remote.model,
            version=remote.version,
            class_names=remote.class_names,
            batch_size=remote.batch_size,
            timeout_s=remote.timeout_s,
        )
    )
    # Its bytes are elsewhere, so nobody here can say what their hash is.
    model = ModelFile(version=engine.version or remote.model, sha256="", content=b"")
    detector = YoloDetector(model, engine)
    check_golden(detector, model)
    return detector
