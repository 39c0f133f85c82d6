"""The shipped model finds cars; files that are no YOLOv8 detector are refused with the reason."""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import pytest

from sentinel_core.domain.errors import ModelRefused
from sentinel_core.runtime.assets import asset
from sentinel_vision.detection.classes import VEHICLE_CLASSES
from sentinel_vision.detection.engine import Detector
from sentinel_vision.detection.model import (
    load_model,
    load_model_file,
)
from sentinel_vision.detection.onnx_engine import OnnxDetector
from sentinel_vision.testing.networks import tiny_model


@pytest.fixture(scope="module")
def shipped() -> OnnxDetector:
    return OnnxDetector(load_model(asset("data/models/v0")), threads=1)


def test_the_shipped_model_is_a_detector(shipped: OnnxDetector) -> None:
    detector: Detector = shipped
    assert detector.model_version == "v0"
    assert len(detector.model_sha256) == 64


def test_an_empty_picture_shows_nothing(shipped: OnnxDetector) -> None:
    grey = np.full((360, 640, 3), 114, dtype=np.uint8)
    assert len(shipped.detect(grey, (1920, 1080))) == 0


@pytest.mark.parametrize("shape", [(360, 640), (480, 640), (640, 360), (352, 640)])
def test_boxes_lie_in_the_source_frame_whatever_its_aspect(
    shipped: OnnxDetector, shape: tuple[int, int]
) -> None:
    noise = np.random.default_rng(7).integers(0, 255, (*shape, 3), dtype=np.uint8)
    source = (shape[1] * 3, shape[0] * 3)
    boxes = shipped.detect(noise, source).boxes
    assert np.all(boxes >= 0)
    assert np.all(boxes <= [*source, *source])


def test_real_traffic_is_found(shipped: OnnxDetector) -> None:
    av = pytest.importorskip("av")
    with av.open(str(asset("data/demo/toll_congestion.mp4"))) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
    seen = shipped.detect(picture, (640, 360))
    confident = seen.select(seen.confidences > 0.5)
    assert len(confident) >= 3
    assert set(confident.class_ids.tolist()) <= VEHICLE_CLASSES


def test_the_tiny_model_itself_is_accepted() -> None:
    detector = OnnxDetector(tiny_model(), threads=1)
    assert len(detector.detect(np.zeros((360, 640, 3), "u1"), (64, 36))) == 0


def test_a_folder_whose_file_was_changed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "best.onnx").write_bytes(b"changed")
    manifest = {"version": "v9", "sha256": hashlib.sha256(b"original").hexdigest()}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ModelRefused, match="SHA-256"):
        load_model(tmp_path)


def test_a_folder_without_a_manifest_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match=r"manifest\.json"):
        load_model(tmp_path)


def test_a_manifest_cannot_name_a_file_elsewhere(tmp_path: Path) -> None:
    manifest = {"version": "v9", "file": "../../etc/passwd", "sha256": "0" * 64}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ModelRefused, match="cannot be read"):
        load_model(tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="cannot be read"):
        load_model_file(tmp_path / "none.onnx")


def test_the_six_class_model_keeps_its_licence() -> None:
    model = onnx.load(asset("data/models/v0/best.onnx"))
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    assert "AGPL-3.0" in metadata["license"]
