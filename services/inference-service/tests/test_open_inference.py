"""Any client of the Open Inference Protocol gets its answers, and clear refusals."""

import asyncio
import base64
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import httpx2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sentinel_core.adapters.grpc import GrpcServer
from sentinel_core.domain.errors import DependencyUnavailable, InvalidInput, ModelRefused
from sentinel_core.runtime.assets import asset
from sentinel_core.runtime.health_pages import HealthPages
from sentinel_core.runtime.settings import InferenceSettings
from sentinel_inference.detector import build_detector
from sentinel_inference.oip.grpc_service import OpenInferenceService
from sentinel_inference.oip.models import ModelShelf
from sentinel_inference.oip.rest_app import RestApp
from sentinel_inference.oip.tensors import from_raw, to_raw
from sentinel_inference.oip.web_server import WebServer
from sentinel_vision.detection.classes import CLASS_NAMES
from sentinel_vision.detection.detector import YoloDetector
from sentinel_vision.detection.engine import Detector, ScaledPicture
from sentinel_vision.detection.model import ModelFile
from sentinel_vision.detection.remote_engine import RemoteEngine, RemoteModel

TRITON_CLIENT = Path(__file__).with_name("triton_client.py")


@dataclass
class OpenServers:
    """The shipped model behind both servers."""

    detector: Detector
    http: WebServer
    grpc: GrpcServer


@pytest.fixture(scope="module")
def detector() -> Detector:
    return build_detector(InferenceSettings())


@pytest.fixture
async def servers(detector: Detector) -> AsyncIterator[OpenServers]:
    shelf = ModelShelf(lambda: detector)

    async def ask_health() -> dict[str, str | None]:
        return {"database": None}

    pages = HealthPages(ask_health, lambda: (b"up 1\n", "text/plain"))
    http = WebServer("127.0.0.1:0", RestApp(shelf, pages.is_ready, pages))
    service = OpenInferenceService(shelf, pages.is_ready)
    grpc = GrpcServer("127.0.0.1:0", service.register)
    await http.start()
    await grpc.start()
    yield OpenServers(detector, http, grpc)
    await grpc.stop()
    await http.stop()


@pytest.fixture
async def client(servers: OpenServers) -> AsyncIterator[httpx2.AsyncClient]:
    url = f"http://127.0.0.1:{servers.http.port}"
    async with httpx2.AsyncClient(base_url=url, timeout=30.0) as client:
        yield client


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture of the toll road, as a JPEG file."""
    path = tmp_path_factory.mktemp("street") / "toll.jpg"
    with av.open(str(asset("data/demo/toll_congestion.mp4"))) as clip:
        frame = next(clip.decode(video=0))
    Image.fromarray(frame.to_ndarray(format="rgb24")).save(path, quality=92)
    return path


async def test_tritonclient_gets_the_same_from_both(servers: OpenServers, street: Path) -> None:
    addresses = (f"127.0.0.1:{servers.http.port}", f"127.0.0.1:{servers.grpc.port}")
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(TRITON_CLIENT), *addresses, str(street), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    report = json.loads(output)
    for protocol in ("http", "grpc"):
        seen = report[protocol]
        assert (seen["live"], seen["ready"], seen["model ready"]) == (True, True, True)
        assert seen["other model ready"] is False
        assert seen["detector outputs"] == ["boxes", "scores", "classes"]
        assert seen["network"]["shape"] == [2, 10, 126]
        assert "multiples of 32" in seen["refusal"]
    assert report["http"]["boxes"] == report["grpc"]["boxes"]
    assert report["http"]["network"] == report["grpc"]["network"]
    _assert_sees_the_road(report["http"]["boxes"], servers.detector, street)
    assert report["http"]["plain json"]["sum"] == pytest.approx(report["http"]["network"]["sum"])


def _assert_sees_the_road(seen: dict[str, Any], detector: Detector, street: Path) -> None:
    """What the detector sees without any protocol."""
    picture = np.asarray(Image.open(street).convert("RGB"))
    found = detector.detect(picture, (picture.shape[1], picture.shape[0]))
    assert len(found) >= 5
    np.testing.assert_allclose(seen["scores"], found.confidences, atol=1e-6)
    assert {"car", "truck"} & set(seen["classes"])


async def test_pages_of_the_server(client: httpx2.AsyncClient, detector: Detector) -> None:
    assert (await client.get("/healthz")).text == "ok\n"
    assert (await client.get("/metrics")).text == "up 1\n"
    assert (await client.get("/v2")).json()["extensions"] == ["binary_tensor_data"]
    assert (await client.get("/v2/health/live")).json() == {"live": True}
    assert (await client.get("/v2/health/ready")).json() == {"ready": True}
    network = (await client.get("/v2/models/yolov8")).json()
    assert network["versions"] == [detector.model_version]
    assert network["inputs"] == [{"name": "images", "datatype": "FP32", "shape": [-1, 3, -1, -1]}]
    version = f"/v2/models/yolov8/versions/{detector.model_version}"
    assert (await client.get(f"{version}/ready")).json() == {"ready": True}


def _body(**changes: object) -> dict[str, object]:
    tensor = {"name": "images", "datatype": "FP32", "shape": [1, 3, 32, 32], "data": [0.0] * 3072}
    return {"inputs": [{**tensor, **changes}]}


async def test_json_alone_will_do(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/v2/models/yolov8/infer", json={**_body(), "id": "a"})
    assert answer.status_code == 200
    assert answer.json()["id"] == "a"
    output = answer.json()["outputs"][0]
    assert output["shape"] == [1, 10, 21]
    assert len(output["data"]) == 10 * 21


@pytest.fixture(scope="module")
def street_base64(street: Path) -> str:
    return base64.b64encode(street.read_bytes()).decode()


async def test_curl_can_send_a_picture_as_base64(
    client: httpx2.AsyncClient, street_base64: str
) -> None:
    image = {
        "name": "image",
        "datatype": "BYTES",
        "shape": [1],
        "parameters": {"content_type": "base64"},
        "data": [street_base64],
    }
    answer = await client.post("/v2/models/detector/infer", json={"inputs": [image]})
    classes = answer.json()["outputs"][2]["data"]
    assert {"car", "truck"} & set(classes)
    image["data"] = ["no base64!"]
    answer = await client.post("/v2/models/detector/infer", json={"inputs": [image]})
    assert (answer.status_code, answer.json()["error"]) == (400, "image is no base64")


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("/v2/models/resnet/infer", _body(), 404, "there is no model resnet"),
        ("/v2/models/yolov8/versions/9/infer", _body(), 404, "there is no model yolov8 9"),
        ("/v2/models/yolov8/infer", {"inputs": 5}, 400, "no inference request"),
        ("/v2/models/yolov8/infer", {"inputs": []}, 400, "the inputs are images"),
        ("/v2/models/yolov8/infer", _body(name="x"), 400, "the inputs are images"),
        ("/v2/models/yolov8/infer", _body(datatype="FP64"), 400, "images is FP32"),
        ("/v2/models/yolov8/infer", _body(datatype="FP8"), 400, "no datatype FP8"),
        ("/v2/models/yolov8/infer", _body(data=[0.0]), 400, "3072 elements, 1 came"),
        ("/v2/models/yolov8/infer", _body(data=None), 400, "has no data"),
        ("/v2/models/yolov8/infer", _body(data=["a"] * 3072), 400, "no FP32"),
        ("/v2/models/yolov8/infer", _body(shape=[1, 3, -32, -32]), 400, "the shape"),
        ("/v2/models/yolov8/infer", _body(shape=[9, 3, 9999, 9999]), 400, "elements, more than"),
        (
            "/v2/models/yolov8/infer",
            {**_body(), "outputs": [{"name": "heat"}]},
            400,
            "there is no output heat",
        ),
        (
            "/v2/models/yolov8/infer",
            _body(data=None, parameters={"binary_data_size": 8}),
            400,
            "needs 12288 bytes, 0 came",
        ),
        (
            "/v2/models/detector/infer",
            {"inputs": [{"name": "image", "datatype": "BYTES", "shape": [1], "data": ["no"]}]},
            400,
            "no JPEG or PNG",
        ),
    ],
)
async def test_refusals_say_why(
    client: httpx2.AsyncClient, path: str, body: object, status: int, words: str
) -> None:
    answer = await client.post(path, json=body)
    assert answer.status_code == status
    assert words in answer.json()["error"]


async def test_only_what_the_protocol_has(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/v2/models/yolov8/infer")).status_code == 405
    assert (await client.post("/v2")).status_code == 405
    assert (await client.get("/v2/repository/index")).status_code == 404
    compressed = await client.post(
        "/v2/models/yolov8/infer", content=b"x", headers={"Content-Encoding": "gzip"}
    )
    assert compressed.status_code == 415


@pytest.mark.parametrize("side", [7_000, 20_000])
async def test_a_picture_too_large_to_look_at_is_refused(detector: Detector, side: int) -> None:
    """A small file that unfolds to a huge picture."""
    file = BytesIO()
    Image.new("1", (side, side)).save(file, "PNG")
    shelf = ModelShelf(lambda: detector)
    tensor = from_raw(
        "image", "BYTES", [1], len(file.getvalue()).to_bytes(4, "little") + file.getvalue()
    )
    with pytest.raises(InvalidInput, match=r"7000x7000|too large"):
        await shelf.infer(shelf.find("detector"), [tensor], [])


def _remote(servers: OpenServers, **changes: Any) -> RemoteModel:
    address = f"127.0.0.1:{servers.grpc.port}"
    remote = RemoteModel(address=address, model="yolov8", class_names=CLASS_NAMES, timeout_s=30.0)
    return replace(remote, **changes)


async def test_another_machine_may_run_the_network(servers: OpenServers, street: Path) -> None:
    """An engine that asks this server finds what the network finds here."""
    picture = np.asarray(Image.open(street).convert("RGB"))
    remote = await asyncio.to_thread(RemoteEngine, _remote(servers, batch_size=4))
    assert remote.batch_sizes == (1, 2, 4)
    assert remote.version == servers.detector.model_version
    model = ModelFile(version=remote.version, sha256="remote", content=b"")
    detector = await asyncio.to_thread(YoloDetector, model, remote)
    pictures = [ScaledPicture(picture, (640, 360))] * 3
    found = await asyncio.to_thread(detector.detect_batch, pictures)
    expected = servers.detector.detect(picture, (640, 360))
    assert len(expected) >= 5
    for seen in found:
        np.testing.assert_allclose(seen.boxes, expected.boxes, atol=0.01)
        np.testing.assert_allclose(seen.confidences, expected.confidences, atol=1e-4)


async def test_a_remote_engine_says_what_is_wrong(servers: OpenServers) -> None:
    with pytest.raises(ModelRefused, match="there is no model resnet"):
        await asyncio.to_thread(RemoteEngine, _remote(servers, model="resnet"))
    remote = await asyncio.to_thread(RemoteEngine, _remote(servers))
    with pytest.raises(ModelRefused, match="multiples of 32"):
        await asyncio.to_thread(remote.run, np.zeros((1, 3, 50, 50), dtype=np.float32))
    await servers.grpc.stop()
    with pytest.raises(DependencyUnavailable, match="does not answer"):
        await asyncio.to_thread(remote.run, np.zeros((1, 3, 32, 32), dtype=np.float32))


@given(elements=st.lists(st.binary(max_size=40), max_size=8))
def test_bytes_come_back_as_they_were(elements: list[bytes]) -> None:
    raw = b"".join(len(item).to_bytes(4, "little") + item for item in elements)
    tensor = from_raw("x", "BYTES", [len(elements)], raw)
    assert tensor.values.tolist() == elements
    assert to_raw(tensor) == raw


@given(raw=st.binary(max_size=64), shape=st.lists(st.integers(0, 5), max_size=3))
def test_any_bytes_are_a_tensor_or_refused(raw: bytes, shape: list[int]) -> None:
    for datatype in ("BYTES", "FP32", "INT64", "BOOL", "UINT8"):
        try:
            tensor = from_raw("x", datatype, shape, raw)
        except InvalidInput:
            continue
        assert to_raw(tensor) == raw
