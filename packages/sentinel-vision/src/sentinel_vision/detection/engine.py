"""The two ports of detection: pictures to boxes, and beneath it tensor to tensor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sentinel_vision.detection.detections import Detections


class ScaledPicture(NamedTuple):
    """What a detector looks at.

    Attributes:
        rgb: uint8, shape (h, w, 3), longer side 640 (`Frame.rgb`).
        source: (width, height) of the frame that `rgb` was scaled from.
    """

    rgb: NDArray[np.uint8]
    source: tuple[int, int]


class Detector(Protocol):
    """Finds objects. Safe to call from several threads at once."""

    @property
    def model_version(self) -> str:
        """As events name it."""
        ...

    @property
    def model_sha256(self) -> str:
        """Hex digest of the model file."""
        ...

    @property
    def name(self) -> str:
        """Engine and its version, for people."""
        ...

    @property
    def provider(self) -> str:
        """What the engine computes on, for people, such as CPU or CUDA."""
        ...

    @property
    def precision(self) -> str:
        """`float32` or `int8`."""
        ...

    @property
    def batch_size(self) -> int:
        """Pictures that one call should hold if so many wait; 1: more at once saves nothing."""
        ...

    def detect(self, rgb: NDArray[np.uint8], source: tuple[int, int]) -> Detections:
        """Boxes in pixels of the source frame, best first, untracked.

        Args:
            rgb: As `ScaledPicture.rgb`.
            source: As `ScaledPicture.source`.
        """
        ...

    def detect_batch(self, pictures: Sequence[ScaledPicture]) -> list[Detections]:
        """`detect` of each, at once.

        Args:
            pictures: Any number; all `rgb` of the same shape.
        """
        ...


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """An input or output of a network.

    Attributes:
        type: As ONNX Runtime writes it, `tensor(float)`.
        shape: Names or None where a side is dynamic.
    """

    name: str
    type: str
    shape: Sequence[int | str | None]


@dataclass(frozen=True, slots=True)
class Signature:
    """What a model file says of itself."""

    inputs: Sequence[TensorInfo]
    outputs: Sequence[TensorInfo]
    metadata: Mapping[str, str] = field(default_factory=dict)


class Engine(Protocol):
    """Runs a network: a tensor in, a tensor out. Letterbox, head and suppression are not its job.

    Safe to call from several threads at once; one call should use one thread where an engine
    computes on the processor, because frames side by side are faster than one frame on all cores.
    """

    @property
    def name(self) -> str:
        """Library and version, for people."""
        ...

    @property
    def provider(self) -> str:
        """What it computes on, for people."""
        ...

    @property
    def signature(self) -> Signature:
        """Of the model that it holds."""
        ...

    @property
    def batch_sizes(self) -> tuple[int, ...]:
        """Numbers of pictures that a call may hold, ascending from 1; the last is the best."""
        ...

    def run(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 (n, 3, height, width), n in `batch_sizes`, to (n, 4 + classes, anchors).

        The first call of a shape may be slow: it makes what that shape needs.

        Raises:
            ModelRefused: The engine cannot run the model with that shape.
            DependencyUnavailable: An engine elsewhere does not answer.
        """
        ...
