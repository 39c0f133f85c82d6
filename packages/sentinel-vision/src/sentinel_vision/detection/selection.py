"""Which engine runs a model here, with which numbers, and the detector on it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import onnxruntime

from sentinel_core.domain.errors import InvalidInput
from sentinel_core.runtime.processors import has_int8_instructions
from sentinel_vision.detection.detector import YoloDetector
from sentinel_vision.detection.engine import Engine
from sentinel_vision.detection.golden import check_golden
from sentinel_vision.detection.model import ModelFile, Precision, load_model, read_manifest
from sentinel_vision.detection.onnx_engine import OnnxEngine, choose_providers

AUTO: Final = "auto"
ONNX_RUNTIME: Final = "onnxruntime"
OPENVINO: Final = "openvino"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineChoice:
    """What was asked for.

    Attributes:
        engine: `AUTO` or a key of `ENGINES`.
        providers: See `choose_providers`; ONNX Runtime only.
        precision: `AUTO` or a `Precision`.
        lanes: Calls that will run side by side.
        cache: See `OnnxEngine`.
        class_confidence: See `YoloDetector`.
    """

    engine: str = AUTO
    providers: Sequence[str] = ()
    precision: str = AUTO
    lanes: int = 1
    cache: Path | None = None
    class_confidence: Mapping[str, float] = field(default_factory=dict)


def open_folder(folder: Path, choice: EngineChoice) -> YoloDetector:
    """The model of a folder on the engine of choice; it saw what it should in the golden picture.

    Raises:
        ModelRefused: The model cannot be served, with the reason.
        InvalidInput: The choice asks for what is not installed here.
    """
    has_int8 = read_manifest(folder).int8 is not None
    model = load_model(folder, choose_precision(choice, has_int8=has_int8))
    detector = open_model(model, choice)
    check_golden(detector, model)
    return detector


def open_model(model: ModelFile, choice: EngineChoice) -> YoloDetector:
    """A model on the engine of choice. Raises as `open_folder`."""
    engine = ENGINES[choose_engine(choice)](model.content, choice)
    return YoloDetector(model, engine, class_confidence=choice.class_confidence)


def choose_engine(choice: EngineChoice) -> str:
    """The key of `ENGINES` for a choice.

    By itself it is ONNX Runtime where that has an accelerator, else OpenVINO where it is
    installed: with VNNI it was 1.1 (float32) to 1.4 (int8) times as fast.

    Raises:
        InvalidInput: An engine that does not exist or is not installed.
    """
    if choice.engine == AUTO:
        return OPENVINO if _is_processor_alone(choice) and _has_openvino() else ONNX_RUNTIME
    if choice.engine not in ENGINES:
        raise InvalidInput(
            f"there is no engine {choice.engine}; there are {', '.join(ENGINES)}",
            field="inference.engine",
        )
    if choice.engine == OPENVINO and not _has_openvino():
        raise InvalidInput(
            "OpenVINO is not installed; it comes with the extra openvino of sentinel-vision",
            field="inference.engine",
        )
    return choice.engine


def choose_precision(
    choice: EngineChoice, *, has_int8: bool, is_exact: Callable[[], bool] = has_int8_instructions
) -> Precision:
    """By itself int8 exactly where the model has it and the processor computes it exactly."""
    if choice.precision != AUTO:
        return Precision(choice.precision)
    pays = has_int8 and _is_processor_alone(choice) and is_exact()
    return Precision.INT8 if pays else Precision.FLOAT32


def _is_processor_alone(choice: EngineChoice) -> bool:
    if choice.engine == OPENVINO:
        return True
    return choose_providers(choice.providers, onnxruntime.get_available_providers())[0] == "cpu"


def _has_openvino() -> bool:
    return find_spec("openvino") is not None


def _open_onnxruntime(content: bytes, choice: EngineChoice) -> Engine:
    available = onnxruntime.get_available_providers()
    providers = choose_providers(choice.providers, available)
    return OnnxEngine(content, providers=providers, cache=choice.cache)


def _open_openvino(content: bytes, choice: EngineChoice) -> Engine:
    # Loading it takes a second and 60 MB, which only those pay who use it.
    from sentinel_vision.detection.openvino_engine import OpenvinoEngine

    return OpenvinoEngine(content, lanes=choice.lanes)


ENGINES: Final[Mapping[str, Callable[[bytes, EngineChoice], Engine]]] = {
    ONNX_RUNTIME: _open_onnxruntime,
    OPENVINO: _open_openvino,
}
"""By their names in the settings. Another engine is another line here."""
