"""An int8 model of the shipped one: small, with its head in float, and it sees the same."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import onnx
import pytest
from onnx import ModelProto
from PIL import Image

from sentinel_core.domain.errors import InvalidInput, ModelRefused
from sentinel_core.runtime.assets import asset
from sentinel_vision.detection.golden import GOLDEN_PICTURE, check_golden
from sentinel_vision.detection.model import Precision, load_model
from sentinel_vision.detection.onnx_engine import OnnxDetector
from sentinel_vision.detection.quantisation import choose_pictures, find_head, quantise_model
from sentinel_vision.detection.selection import EngineChoice, open_folder
from sentinel_vision.testing.networks import tiny_model

SHIPPED = load_model(asset("data/models/v0"))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The golden picture by day, at dusk and by night."""
    folder = tmp_path_factory.mktemp("pictures")
    with Image.open(asset(GOLDEN_PICTURE)) as picture:
        for number, light in enumerate((1.0, 0.6, 0.3)):
            picture.point(lambda value, k=light: int(value * k)).save(folder / f"{number}.jpg")
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def int8(pictures: list[Path]) -> bytes:
    return quantise_model(SHIPPED.content, pictures)


@pytest.fixture(scope="module")
def graph(int8: bytes) -> ModelProto:
    return onnx.load_from_string(int8)


def _upstream(model: ModelProto, tensor: str) -> Iterator[str]:
    """Types of the nodes behind a tensor, back to the first convolution on each way."""
    producers = {output: node for node in model.graph.node for output in node.output}
    seen, open_tensors = set(), [tensor]
    while open_tensors:
        node = producers.get(open_tensors.pop())
        if node is None or node.name in seen:
            continue
        seen.add(node.name)
        yield node.op_type
        if node.op_type not in ("Conv", "Shape") or "dfl" in node.name:
            open_tensors += node.input


def test_it_is_a_quarter_as_large(int8: bytes) -> None:
    assert len(int8) < 0.3 * len(SHIPPED.content)


def test_nothing_after_the_last_convolutions_is_quantised(graph: ModelProto) -> None:
    kinds = set(_upstream(graph, "output0"))
    assert {"Softmax", "Sigmoid", "Concat", "Conv"} <= kinds
    assert kinds.isdisjoint({"QuantizeLinear", "DequantizeLinear"})


def test_what_comes_before_them_is(graph: ModelProto) -> None:
    producers = {output: node.op_type for node in graph.graph.node for output in node.output}
    inputs_of = {
        kind: [producers.get(node.input[0]) for node in graph.graph.node if node.op_type == kind]
        for kind in ("Conv", "MaxPool", "Resize")
    }
    assert all(kind == "DequantizeLinear" for kind in inputs_of["MaxPool"] + inputs_of["Resize"])
    convolutions = inputs_of["Conv"]
    assert convolutions.count("DequantizeLinear") >= len(convolutions) - 1


def test_class_names_and_licence_stay(graph: ModelProto) -> None:
    metadata = {entry.key: entry.value for entry in graph.metadata_props}
    assert "AGPL-3.0" in metadata["license"]
    assert "'car'" in metadata["names"]


def test_it_sees_in_the_golden_picture_what_the_float_model_sees(int8: bytes) -> None:
    model = SHIPPED.model_copy(update={"content": int8})
    check_golden(OnnxDetector(model, threads=1), model)


def test_a_folder_with_both_serves_the_one_that_is_asked_for(int8: bytes, tmp_path: Path) -> None:
    (tmp_path / "best.onnx").write_bytes(SHIPPED.content)
    (tmp_path / "best.int8.onnx").write_bytes(int8)
    manifest = {
        "version": "v9",
        "sha256": SHIPPED.sha256,
        "int8": {"sha256": hashlib.sha256(int8).hexdigest()},
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    for precision in Precision:
        detector = open_folder(tmp_path, EngineChoice(engine="onnxruntime", precision=precision))
        assert (detector.precision, detector.model_version) == (precision, "v9")


def test_a_folder_without_int8_says_how_to_make_it(tmp_path: Path) -> None:
    (tmp_path / "best.onnx").write_bytes(SHIPPED.content)
    manifest = {"version": "v9", "sha256": SHIPPED.sha256}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ModelRefused, match="sentinel model quantise"):
        load_model(tmp_path, Precision.INT8)


def test_a_network_without_such_a_head_is_refused(pictures: list[Path]) -> None:
    with pytest.raises(ModelRefused, match="6 last convolutions, this one has 0"):
        quantise_model(tiny_model().content, pictures)


def test_what_is_no_model_is_refused(pictures: list[Path]) -> None:
    with pytest.raises(ModelRefused, match="cannot be prepared"):
        quantise_model(b"not an onnx file", pictures)


def test_a_file_that_is_no_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"not a picture")
    with pytest.raises(InvalidInput, match=r"broken\.jpg is no picture"):
        quantise_model(SHIPPED.content, [tmp_path / "broken.jpg"])


def test_the_head_is_found_without_its_names() -> None:
    model = onnx.load_from_string(SHIPPED.content)
    for index, node in enumerate(model.graph.node):
        node.name = f"n{index}"
    assert len(find_head(model).last_convolutions) == 6


def test_calibration_takes_as_many_pictures_from_each_folder(tmp_path: Path) -> None:
    for camera, pictures in (("day", 300), ("night", 60), ("rain", 10)):
        (tmp_path / camera).mkdir()
        for number in range(pictures):
            (tmp_path / camera / f"{number:03}.jpg").touch()
        (tmp_path / camera / "notes.txt").touch()
    chosen = choose_pictures(tmp_path, most=120)
    assert len(chosen) == len(set(chosen)) == 120
    counts = Counter(path.parent.name for path in chosen)
    assert counts == {"day": 55, "night": 55, "rain": 10}
    numbers = [int(path.stem) for path in chosen if path.parent.name == "day"]
    assert numbers[0] < 10
    assert numbers[-1] > 290


def test_what_is_there_is_taken_where_it_is_less_than_wanted(tmp_path: Path) -> None:
    for number in range(150):
        (tmp_path / f"{number:03}.jpg").touch()
    assert len(choose_pictures(tmp_path, most=300)) == 150


def test_too_few_pictures_are_said(tmp_path: Path) -> None:
    (tmp_path / "one.jpg").touch()
    with pytest.raises(InvalidInput, match="holds 1 pictures; calibration needs 100 or more"):
        choose_pictures(tmp_path)
