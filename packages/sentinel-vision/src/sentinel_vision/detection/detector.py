"""From pictures to boxes on any engine: letterbox, network, head, suppression."""

import threading
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.errors import ModelRefused
from sentinel_vision.detection.classes import CLASS_NAMES
from sentinel_vision.detection.detections import Detections
from sentinel_vision.detection.engine import Engine, ScaledPicture
from sentinel_vision.detection.head import YoloHead, anchor_count
from sentinel_vision.detection.letterbox import Letterbox
from sentinel_vision.detection.model import ModelFile

CANDIDATE_CONFIDENCE = 0.1
"""The tracker's second stage lives on weak boxes, so the engine hands over more than is reported."""

INSPECTION_SHAPE = (384, 640)


class YoloDetector:
    """A YOLOv8 model on an engine. See `Detector`.

    Args:
        model: What the engine holds.
        class_confidence: Lowest confidence by class name, at least `CANDIDATE_CONFIDENCE`.

    Raises:
        ModelRefused: It is no YOLOv8 detection model.
    """

    def __init__(
        self,
        model: ModelFile,
        engine: Engine,
        *,
        class_confidence: Mapping[str, float] | None = None,
    ) -> None:
        self.model_version = model.version
        self.model_sha256 = model.sha256
        self.precision = model.precision
        self.name = engine.name
        self.provider = engine.provider
        self.batch_size = engine.batch_sizes[-1]
        self._engine = engine
        self._tensors = threading.local()
        floor = class_confidence or {}
        self._thresholds = np.array(
            [max(CANDIDATE_CONFIDENCE, floor.get(name, 0.0)) for name in CLASS_NAMES],
            dtype=np.float32,
        )
        signature = engine.signature
        self._head = YoloHead.inspect(signature.inputs, signature.outputs, signature.metadata)
        self.output_rows = self._try_network(signature.inputs[0].shape)

    @property
    def input_name(self) -> str:
        """Of the network's only input."""
        return self._head.input_name

    @property
    def output_name(self) -> str:
        """Of the network's only output."""
        return self._head.output_name

    def detect(self, rgb: NDArray[np.uint8], source: tuple[int, int]) -> Detections:
        """See `Detector.detect`."""
        letterbox = Letterbox((rgb.shape[1], rgb.shape[0]), source)
        tensor = self._tensor(letterbox, 1)
        letterbox.fill(tensor, rgb)
        return self._head.decode(self.run(tensor), letterbox, self._thresholds)

    def detect_batch(self, pictures: Sequence[ScaledPicture]) -> list[Detections]:
        """See `Detector.detect_batch`."""
        found: list[Detections] = []
        for first in range(0, len(pictures), self.batch_size):
            found += self._detect_call(pictures[first : first + self.batch_size])
        return found

    def run(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """The bare network. See `Engine.run`."""
        return self._engine.run(tensor)

    def warm_up(self, rgb_shape: tuple[int, int]) -> None:
        """Run once for pictures of (height, width) and each size of batch, so that no frame waits."""
        picture = ScaledPicture(np.zeros((*rgb_shape, 3), dtype=np.uint8), rgb_shape[::-1])
        for size in self._engine.batch_sizes:
            self.detect_batch([picture] * size)

    def _detect_call(self, pictures: Sequence[ScaledPicture]) -> list[Detections]:
        if len(pictures) == 1:
            return [self.detect(*pictures[0])]
        # What is left of the next larger batch is computed and not read.
        size = next(size for size in self._engine.batch_sizes if size >= len(pictures))
        letterboxes = [Letterbox((rgb.shape[1], rgb.shape[0]), source) for rgb, source in pictures]
        tensor = self._tensor(letterboxes[0], size)
        for index, (letterbox, picture) in enumerate(zip(letterboxes, pictures, strict=True)):
            letterbox.fill(tensor[index : index + 1], picture.rgb)
        output = self.run(tensor)
        return [
            self._head.decode(output[index : index + 1], letterbox, self._thresholds)
            for index, letterbox in enumerate(letterboxes)
        ]

    def _try_network(self, input_shape: Sequence[int | str | None]) -> int:
        """Run it once and check the anchors; gives the rows of the output."""
        shape = INSPECTION_SHAPE
        fixed = tuple(input_shape[2:])
        if all(isinstance(side, int) for side in fixed) and fixed != shape:
            raise ModelRefused(
                f"the input is fixed to {fixed[0]}x{fixed[1]}; export with dynamic=True"
            )
        output = self._engine.run(np.zeros((1, 3, *shape), dtype=np.float32))
        if output.shape[2] != anchor_count(*shape):
            raise ModelRefused(
                f"the output has {output.shape[2]} anchors, a YOLOv8 head has "
                f"{anchor_count(*shape)} for {shape[0]}x{shape[1]}"
            )
        return int(output.shape[1])

    def _tensor(self, letterbox: Letterbox, pictures: int) -> NDArray[np.float32]:
        """The calling thread's tensor of this geometry; its grey border is written once."""
        tensors: dict[tuple[Letterbox, int], NDArray[np.float32]] | None = getattr(
            self._tensors, "by_shape", None
        )
        if tensors is None:
            tensors = self._tensors.by_shape = {}
        # The source's size does not touch the tensor.
        key = (Letterbox(letterbox.picture, letterbox.picture), pictures)
        if key not in tensors:
            tensors[key] = np.repeat(letterbox.blank_tensor(), pictures, axis=0)
        return tensors[key]
