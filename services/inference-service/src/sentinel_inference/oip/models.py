"""What is served: the bare network, and the detector with all that belongs around it."""

import asyncio
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from sentinel_core.domain.errors import InvalidInput, NotFound
from sentinel_inference.oip.tensors import BYTES, Tensor, TensorSpec
from sentinel_vision.detection.classes import CLASS_NAMES
from sentinel_vision.detection.engine import Detector
from sentinel_vision.detection.letterbox import STRIDE_PX
from sentinel_vision.frames.frame import analysis_size

NETWORK = "yolov8"
DETECTOR = "detector"

MAX_PICTURE_PIXELS = 8192 * 4320
MAX_BATCH = 4

Tensors = Mapping[str, Tensor]


@runtime_checkable
class Network(Protocol):
    """A detector whose network can be run by itself."""

    @property
    def input_name(self) -> str:
        """Of the only input."""
        ...

    @property
    def output_name(self) -> str:
        """Of the only output."""
        ...

    @property
    def output_rows(self) -> int:
        """4 and the number of the model's classes."""
        ...

    def run(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 (1, 3, h, w) in 0..1 to (1, rows, anchors)."""
        ...


class ServedModel(Protocol):
    """One model of the protocol."""

    @property
    def name(self) -> str:
        """As requests name it."""
        ...

    @property
    def version(self) -> str:
        """The one that is served; there is one at a time."""
        ...

    @property
    def platform(self) -> str:
        """What runs it."""
        ...

    @property
    def inputs(self) -> Sequence[TensorSpec]:
        """What it needs."""
        ...

    @property
    def outputs(self) -> Sequence[TensorSpec]:
        """What it gives."""
        ...

    def infer(self, inputs: Tensors) -> Sequence[Tensor]:
        """All outputs, for inputs that fit `inputs`; blocks.

        Raises:
            InvalidInput: What is in the inputs makes no sense.
        """
        ...


class NetworkModel:
    """The network as it was exported: a batch of tensors in, raw heads out."""

    name = NETWORK
    platform = "onnxruntime_onnx"

    def __init__(self, network: Network, version: str) -> None:
        self._network = network
        self.version = version
        self.inputs = (TensorSpec(network.input_name, "FP32", (-1, 3, -1, -1)),)
        self.outputs = (TensorSpec(network.output_name, "FP32", (-1, network.output_rows, -1)),)

    def infer(self, inputs: Tensors) -> Sequence[Tensor]:
        """One picture after the other: on a processor a batch saves nothing."""
        tensor = inputs[self._network.input_name].values
        batch, _, height, width = tensor.shape
        if not 1 <= batch <= MAX_BATCH:
            raise InvalidInput(f"a batch has 1 to {MAX_BATCH} pictures", field="shape")
        if not height or not width or height % STRIDE_PX or width % STRIDE_PX:
            raise InvalidInput(f"height and width are multiples of {STRIDE_PX}", field="shape")
        if not np.isfinite(tensor).all():
            raise InvalidInput("the tensor holds what is no number", field="data")
        outputs = [self._network.run(tensor[index : index + 1]) for index in range(batch)]
        return (Tensor(self._network.output_name, "FP32", np.concatenate(outputs)),)


class DetectorModel:
    """A picture in, boxes out: what a person would send with curl."""

    name = DETECTOR
    platform = "sentinel"
    inputs = (TensorSpec("image", BYTES, (1,)),)
    outputs = (
        TensorSpec("boxes", "FP32", (-1, 4)),
        TensorSpec("scores", "FP32", (-1,)),
        TensorSpec("classes", BYTES, (-1,)),
    )

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self.version = detector.model_version

    def infer(self, inputs: Tensors) -> Sequence[Tensor]:
        """Boxes are x, y, width, height in 0..1 of the picture, best first."""
        picture = _decode(inputs["image"].values[0])
        width, height = picture.size
        scaled = picture.resize(analysis_size(width, height), Image.Resampling.BILINEAR)
        found = self._detector.detect(np.asarray(scaled), (width, height))
        classes = np.array([CLASS_NAMES[index].encode() for index in found.class_ids], dtype=object)
        return (
            Tensor("boxes", "FP32", found.normalised_xywh(width, height).astype("<f4")),
            Tensor("scores", "FP32", found.confidences),
            Tensor("classes", BYTES, classes),
        )


class ModelShelf:
    """The models that are served now.

    Args:
        detector: The detector in use; another one after a change of the model.
    """

    def __init__(self, detector: Callable[[], Detector]) -> None:
        self._detector = detector
        # Cameras come first: whoever asks from outside gets one turn at a time.
        self._turn = asyncio.Semaphore(1)

    def all(self) -> Sequence[ServedModel]:
        """By name; the network only where it can be run by itself."""
        detector = self._detector()
        models: list[ServedModel] = [DetectorModel(detector)]
        if isinstance(detector, Network):
            models.append(NetworkModel(detector, detector.model_version))
        return models

    def find(self, name: str, version: str = "") -> ServedModel:
        """The model of that name; `version` empty: the one that is served.

        Raises:
            NotFound: Another name or version.
        """
        for model in self.all():
            if model.name == name and version in ("", model.version):
                return model
        served = ", ".join(f"{model.name} {model.version}" for model in self.all())
        wanted = f"{name} {version}".strip()
        raise NotFound(f"there is no model {wanted[:80]}; there are {served}")

    async def infer(
        self, model: ServedModel, inputs: Sequence[Tensor], wanted: Sequence[str]
    ) -> Sequence[Tensor]:
        """Run a model in a thread; the outputs `wanted`, or all where none are named.

        Raises:
            InvalidInput: An input is missing, unknown or wrong; an output is unknown.
        """
        given = {tensor.name: tensor for tensor in inputs}
        specs = {spec.name: spec for spec in model.inputs}
        if len(given) != len(inputs) or given.keys() != specs.keys():
            raise InvalidInput(f"the inputs are {', '.join(specs)}", field="inputs")
        for tensor in inputs:
            specs[tensor.name].check(tensor.datatype, tensor.values.shape)
        names = [spec.name for spec in model.outputs]
        if unknown := [name for name in wanted if name not in names]:
            raise InvalidInput(
                f"there is no output {unknown[0][:80]}; there are {', '.join(names)}",
                field="outputs",
            )
        async with self._turn:
            outputs = await asyncio.to_thread(model.infer, given)
        by_name = {tensor.name: tensor for tensor in outputs}
        return [by_name[name] for name in wanted or names]


def _decode(data: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
        if picture.width * picture.height > MAX_PICTURE_PIXELS or min(picture.size) < 2:
            raise InvalidInput(f"a picture of {picture.width}x{picture.height}", field="image")
        return picture.convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InvalidInput("the image is too large", field="image") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise InvalidInput("the image is no JPEG or PNG that can be read", field="image") from error
