"""An int8 model from a float32 one: static quantisation with the head left in float.

Needs the extra `quantisation` of sentinel-vision; serving an int8 model does not.

What a YOLOv8 network computes after its last convolutions stays in float: boxes in hundreds of
pixels and scores below 1 meet in one tensor there, and one scale for both makes the scores 0
(microsoft/onnxruntime issue 14233). Everything before it is quantised, SiLU, Concat, MaxPool and
Resize as well, or half of the gain is lost to going to and fro.
"""

import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from PIL import Image, UnidentifiedImageError

from sentinel_core.domain.errors import InvalidInput, ModelRefused
from sentinel_vision.detection.letterbox import Letterbox

FEWEST_PICTURES: Final = 100
MOST_PICTURES: Final = 300

_LONG_SIDE_PX: Final = 640
_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of a network, by node names.

    Attributes:
        last_convolutions: Those whose outputs are the raw boxes and scores.
        after: All nodes that come after them.
    """

    last_convolutions: tuple[str, ...]
    after: tuple[str, ...]


def quantise_model(
    content: bytes, pictures: Sequence[Path], *, is_range_reduced: bool = False
) -> bytes:
    """An int8 model as an ONNX file: 8-bit weights by channel, activations calibrated.

    Args:
        content: A float32 YOLOv8 model with dynamic sides.
        pictures: As cameras show the world, by day, by night and in rain; see `choose_pictures`.
        is_range_reduced: Weights of 7 bits. Sums of byte products overflow on processors with AVX2
            and without VNNI, which costs no more there than the eighth bit does everywhere.

    Raises:
        ModelRefused: It is no YOLOv8 model, or ONNX Runtime cannot quantise it.
        InvalidInput: A picture cannot be read.
    """
    with tempfile.TemporaryDirectory() as folder, _quiet():
        prepared, result = Path(folder) / "prepared.onnx", Path(folder) / "int8.onnx"
        model = _prepare(content, prepared)
        head = find_head(model)
        (given,) = model.graph.input
        quantize_static(
            str(prepared),
            str(result),
            _PictureReader(pictures, given.name),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=is_range_reduced,
            nodes_to_exclude=[*head.last_convolutions, *head.after],
        )
        return _with_metadata(result, content)


def find_head(model: ModelProto) -> Head:
    """Walk back from the output to the last convolutions; names differ from export to export.

    The convolution that turns a distribution (after a softmax) into a distance is a part of the
    head and not one of the last.

    Raises:
        ModelRefused: There is nothing that looks like the six convolutions of a YOLOv8 head.
    """
    producers = {output: node for node in model.graph.node for output in node.output}
    after: dict[str, None] = {}
    last: dict[str, None] = {}
    open_tensors = [model.graph.output[0].name]
    while open_tensors:
        node = producers.get(open_tensors.pop())
        if node is None or node.name in after:
            continue
        if node.op_type == "Conv" and not _reads_distribution(node, producers):
            last[node.name] = None
            continue
        after[node.name] = None
        # Shapes are read off tensors of the trunk, which are not a part of the head.
        open_tensors += [] if node.op_type == "Shape" else list(node.input)
    if len(last) != 6:
        raise ModelRefused(f"a YOLOv8 head has 6 last convolutions, this one has {len(last)}")
    return Head(last_convolutions=tuple(last), after=tuple(after))


def choose_pictures(folder: Path, *, most: int = MOST_PICTURES) -> list[Path]:
    """Pictures of a folder and those beneath it: from each folder as many, evenly over its names.

    So a camera, or the night, is not outvoted by another of which there are more pictures.

    Raises:
        InvalidInput: There are fewer than `FEWEST_PICTURES`.
    """
    groups: dict[Path, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in _SUFFIXES:
            groups.setdefault(path.parent, []).append(path)
    found = sum(map(len, groups.values()))
    if found < FEWEST_PICTURES:
        raise InvalidInput(
            f"{folder} holds {found} pictures; calibration needs {FEWEST_PICTURES} or more,"
            " by day, by night and in rain",
            field="images",
        )
    chosen: list[Path] = []
    # The smallest folder first: what it does not have falls to the others.
    for left, group in zip(
        range(len(groups), 0, -1), sorted(groups.values(), key=len), strict=True
    ):
        chosen += _spread(group, min(len(group), (most - len(chosen)) // left))
    return chosen


def _spread(paths: Sequence[Path], count: int) -> list[Path]:
    return [paths[i * len(paths) // count] for i in range(count)]


class _PictureReader(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime has no types
    """Pictures as the network sees them, one after the other."""

    def __init__(self, pictures: Sequence[Path], input_name: str) -> None:
        self._pictures = iter(pictures)
        self._input_name = input_name

    def get_next(self) -> Mapping[str, NDArray[np.float32]] | None:
        """The next one; None at the end."""
        path = next(self._pictures, None)
        return None if path is None else {self._input_name: _read_tensor(path)}


def _read_tensor(path: Path) -> NDArray[np.float32]:
    try:
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
    except (OSError, UnidentifiedImageError) as error:
        raise InvalidInput(f"{path} is no picture that can be read", field="images") from error
    scale = _LONG_SIDE_PX / max(picture.size)
    size = (max(2, round(picture.width * scale)), max(2, round(picture.height * scale)))
    letterbox = Letterbox(size, size)
    tensor = letterbox.blank_tensor()
    letterbox.fill(tensor, np.asarray(picture.resize(size, Image.Resampling.BILINEAR)))
    return tensor


def _prepare(content: bytes, target: Path) -> ModelProto:
    """The model with all shapes inferred, folded constants, and a name for every node."""
    try:
        model = onnx.load_from_string(content)
        for index, node in enumerate(model.graph.node):
            node.name = node.name or f"{node.op_type}_{index}"
        # From a file: a model in memory loses its weights on the way.
        named = target.with_suffix(".named.onnx")
        onnx.save(model, named)
        # Symbolic inference needs sympy and finds nothing that is needed here.
        quant_pre_process(str(named), str(target), skip_symbolic_shape=True)
        return onnx.load(target)
    except Exception as error:  # the library raises what it likes
        reason = str(error).partition("\n")[0][:200]
        raise ModelRefused(f"the model cannot be prepared: {reason}") from error


def _reads_distribution(convolution: NodeProto, producers: Mapping[str, NodeProto]) -> bool:
    node = producers.get(convolution.input[0])
    while node is not None and node.op_type in ("Transpose", "Reshape"):
        node = producers.get(node.input[0])
    return node is not None and node.op_type == "Softmax"


def _with_metadata(result: Path, original: bytes) -> bytes:
    """The class names, the licence and all else that the original says of itself."""
    model = onnx.load(result)
    known = {entry.key for entry in model.metadata_props}
    for entry in onnx.load_from_string(original).metadata_props:
        if entry.key not in known:
            model.metadata_props.add(key=entry.key, value=entry.value)
    content: bytes = model.SerializeToString()
    return content


@contextmanager
def _quiet() -> Iterator[None]:
    """The library warns through the root logger of what was decided here on purpose."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
