"""Another model takes its place between two frames; tracks and incidents go on."""

import asyncio
import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sentinel_core.domain.errors import ModelRefused
from sentinel_core.runtime.assets import asset
from sentinel_inference.testing.station import Station, cars
from sentinel_vision.detection.detections import Detections
from sentinel_vision.detection.golden import GOLDEN_PICTURE
from sentinel_vision.detection.model import load_model
from sentinel_vision.detection.onnx_engine import OnnxDetector
from sentinel_vision.frames.frame import Frame
from sentinel_vision.frames.transport import INFERRED
from sentinel_vision.testing.networks import biased

SHIPPED = asset("data/models/v0")


@pytest.fixture
def next_model(tmp_path: Path) -> Path:
    """The shipped model under another version."""
    folder = tmp_path / "v1"
    shutil.copytree(SHIPPED, folder)
    _change_manifest(folder, version="v1")
    return folder


@pytest.fixture(scope="module")
def picture() -> NDArray[np.uint8]:
    return np.asarray(Image.open(asset(GOLDEN_PICTURE)).convert("RGB"))


@pytest.fixture(scope="module")
def seen(picture: NDArray[np.uint8]) -> Detections:
    """What the shipped model sees in it."""
    return OnnxDetector(load_model(SHIPPED), threads=1).detect(picture, (640, 360))


def _change_manifest(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps(manifest), encoding="utf-8")


def _frame(station: Station, picture: NDArray[np.uint8]) -> Frame:
    return replace(station.frame(), rgb=picture)


async def test_tracks_and_incidents_go_on_under_the_next_model(
    station: Station, next_model: Path, picture: NDArray[np.uint8], seen: Detections
) -> None:
    for _ in range(40):
        station.detector.script.append(seen)
        await station.service.infer(_frame(station, picture))
    before = (await station.detection_events())[-1]
    await station.service.use_model(next_model)
    for _ in range(3):
        assert await station.service.infer(_frame(station, picture)) == INFERRED
    after = (await station.detection_events())[-1]
    assert (before.model_version, after.model_version) == ("scripted", "v1")
    tracks = {box.track_id for box in before.detections if box.track_id is not None}
    assert len(tracks) >= 10
    assert tracks == {box.track_id for box in after.detections if box.track_id is not None}
    assert before.incidents
    assert [open_.id for open_ in after.incidents] == [open_.id for open_ in before.incidents]
    status = station.service.status.snapshot()
    assert (status.model_version, status.provider, status.precision) == ("v1", "CPU", "float32")
    assert status.model_sha256 == hashlib.sha256((SHIPPED / "best.onnx").read_bytes()).hexdigest()


async def test_cameras_go_on_while_the_next_model_is_loaded(
    station: Station, next_model: Path, picture: NDArray[np.uint8]
) -> None:
    change = asyncio.create_task(station.service.use_model(next_model))
    frames = 0
    while not change.done():
        assert await station.service.infer(_frame(station, picture)) == INFERRED
        frames += 1
    await change
    assert frames > 1
    assert await station.service.infer(_frame(station, picture)) == INFERRED
    versions = [event.model_version for event in await station.detection_events()]
    assert versions == sorted(versions, key=["scripted", "v1"].index)
    assert set(versions) == {"scripted", "v1"}


async def test_a_frame_is_of_the_model_that_looked_at_it(
    station: Station, next_model: Path, picture: NDArray[np.uint8]
) -> None:
    loop = asyncio.get_running_loop()
    looked, go_on = asyncio.Event(), asyncio.Event()

    def hold() -> None:
        loop.call_soon_threadsafe(looked.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(timeout=60)

    station.detector.before_detect = hold
    old = asyncio.create_task(station.service.infer(_frame(station, picture)))
    await looked.wait()
    await station.service.use_model(next_model)
    go_on.set()
    assert await old == INFERRED
    assert [event.model_version for event in await station.detection_events()] == ["scripted"]


@pytest.mark.parametrize("fault", ["changed bytes", "blind", "no manifest"])
async def test_a_model_that_is_refused_leaves_the_old_one_in_place(
    station: Station, next_model: Path, fault: str
) -> None:
    if fault == "changed bytes":
        (next_model / "best.onnx").write_bytes(b"changed")
    elif fault == "blind":
        content = biased((next_model / "best.onnx").read_bytes(), -3.0)
        (next_model / "best.onnx").write_bytes(content)
        _change_manifest(next_model, sha256=hashlib.sha256(content).hexdigest())
    else:
        (next_model / "manifest.json").unlink()
    reasons = {
        "changed bytes": "SHA-256",
        "blind": "lost or changed",
        "no manifest": "no manifest",
    }
    with pytest.raises(ModelRefused, match=reasons[fault]):
        await station.service.use_model(next_model)
    assert station.service.status.snapshot().model_version == "scripted"
    await station.show(cars((100, 100, 180, 150)))
    assert (await station.detection_events())[-1].model_version == "scripted"


async def test_minutes_of_flow_name_the_model_that_ended_them(
    station: Station, next_model: Path, picture: NDArray[np.uint8]
) -> None:
    await station.service.use_model(next_model)
    await station.service.infer(_frame(station, picture))
    await station.service.stop()
    assert {event.model_version for event in await station.flow_events()} == {"v1"}
