"""The output head of a YOLOv8 export: what it must look like, and how it becomes boxes.

Output: float32, shape (1, 4 + classes, anchors): cx, cy, w, h in input pixels, then one score per
class, through the sigmoid already, no suppression inside (Ultralytics export, `nms=False`).
"""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.errors import ModelRefused
from sentinel_vision.detection.classes import CLASS_NAMES
from sentinel_vision.detection.detections import Detections
from sentinel_vision.detection.engine import TensorInfo
from sentinel_vision.detection.letterbox import STRIDE_PX, Letterbox
from sentinel_vision.detection.suppression import suppress

MODEL_STRIDES_PX = (8, 16, 32)


@dataclass(frozen=True, slots=True)
class YoloHead:
    """How to read the output of one model.

    Attributes:
        score_rows: int64, shape (k,): output rows of the classes that the product knows.
        class_ids: int64, shape (k,): the product's class of each of these rows.
    """

    input_name: str
    output_name: str
    score_rows: NDArray[np.int64]
    class_ids: NDArray[np.int64]

    @classmethod
    def inspect(
        cls,
        inputs: Sequence[TensorInfo],
        outputs: Sequence[TensorInfo],
        metadata: Mapping[str, str],
    ) -> "YoloHead":
        """Understand a model from its signature and metadata.

        Raises:
            ModelRefused: It is no YOLOv8 detection head, or knows none of the six classes.
        """
        _check_input(inputs)
        names = _class_names(metadata)
        _check_output(outputs, len(names))
        rows = [(4 + i, CLASS_NAMES.index(n)) for i, n in names.items() if n in CLASS_NAMES]
        if not rows:
            raise ModelRefused(f"the model knows none of the classes {', '.join(CLASS_NAMES)}")
        score_rows, class_ids = np.array(rows, dtype=np.int64).T
        return cls(inputs[0].name, outputs[0].name, score_rows, class_ids)

    def decode(
        self, output: NDArray[np.float32], letterbox: Letterbox, thresholds: NDArray[np.float32]
    ) -> Detections:
        """Boxes in source pixels, suppressed, best first.

        Args:
            output: (1, 4 + classes, anchors).
            letterbox: Geometry of the input that gave `output`.
            thresholds: (6,), lowest confidence by class of the product.
        """
        scores = output[0, self.score_rows]
        best = scores.argmax(axis=0)
        confidences = scores[best, np.arange(scores.shape[1])]
        class_ids = self.class_ids[best]
        candidates = np.flatnonzero(confidences >= thresholds[class_ids])
        boxes = _corners(output[0, :4, candidates])
        confidences, class_ids = confidences[candidates], class_ids[candidates]
        kept = suppress(boxes, confidences, class_ids)
        return Detections.from_arrays(
            letterbox.to_source(boxes[kept]), confidences[kept], class_ids[kept]
        )


def anchor_count(rows: int, columns: int) -> int:
    """Cells of the three strides for an input of rows x columns pixels."""
    return sum((rows // stride) * (columns // stride) for stride in MODEL_STRIDES_PX)


def _corners(centres: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, 4) cx, cy, w, h to x1, y1, x2, y2."""
    half = centres[:, 2:] / 2
    corners: NDArray[np.float32] = np.concatenate(
        [centres[:, :2] - half, centres[:, :2] + half], axis=1
    )
    return corners


def _check_input(inputs: Sequence[TensorInfo]) -> None:
    if len(inputs) != 1:
        raise ModelRefused(f"a YOLOv8 model has one input, this one has {len(inputs)}")
    shape = inputs[0].shape
    if inputs[0].type != "tensor(float)" or len(shape) != 4 or shape[1] != 3:
        raise ModelRefused(
            f"the input must be float32 [1, 3, height, width], not {inputs[0].type} {list(shape)}"
        )
    if isinstance(shape[0], int) and shape[0] != 1:
        raise ModelRefused(f"the batch must be 1 or dynamic, not {shape[0]}")
    if any(isinstance(side, int) and side % STRIDE_PX for side in shape[2:]):
        raise ModelRefused(f"the input's sides must be multiples of {STRIDE_PX}, not {shape[2:]}")


def _check_output(outputs: Sequence[TensorInfo], classes: int) -> None:
    if len(outputs) != 1:
        raise ModelRefused(f"a YOLOv8 detection head has one output, this one has {len(outputs)}")
    shape = outputs[0].shape
    if len(shape) != 3:
        raise ModelRefused(f"the output must be [1, 4 + classes, anchors], not {list(shape)}")
    if isinstance(shape[1], int) and shape[1] != 4 + classes:
        raise ModelRefused(
            f"the output has {shape[1]} rows; {classes} classes in the metadata need {4 + classes}"
        )


def _class_names(metadata: Mapping[str, str]) -> dict[int, str]:
    try:
        names = ast.literal_eval(metadata["names"])
    except KeyError:
        raise ModelRefused("the metadata has no class names") from None
    except (ValueError, SyntaxError):
        raise ModelRefused("the class names in the metadata cannot be read") from None
    if not isinstance(names, dict) or not all(
        isinstance(i, int) and isinstance(n, str) for i, n in names.items()
    ):
        raise ModelRefused("the class names in the metadata are no numbered list")
    if sorted(names) != list(range(len(names))):
        raise ModelRefused("the class names in the metadata are not numbered from 0 on")
    return names
