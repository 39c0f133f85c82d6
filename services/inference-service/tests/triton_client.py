"""A client of the Open Inference Protocol that is not ours, as a program of its own.

Its messages have the same names as ours, so both cannot live in one process.
Writes what it saw as JSON. Arguments: HTTP address, gRPC address, a JPEG file.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import tritonclient.grpc as over_grpc
import tritonclient.http as over_http
from tritonclient.utils import InferenceServerException


def main(http_address: str, grpc_address: str, picture: str) -> None:
    """Ask both servers the same things."""
    image = np.array([Path(picture).read_bytes()], dtype=object)
    clients = {
        "http": (over_http.InferenceServerClient(http_address), over_http),
        "grpc": (over_grpc.InferenceServerClient(grpc_address), over_grpc),
    }
    report = {name: ask(client, library, image) for name, (client, library) in clients.items()}
    report["http"]["plain json"] = _run_network(*clients["http"], binary_data=False)
    sys.stdout.write(json.dumps(report))


def ask(client: Any, library: Any, image: Any) -> dict[str, Any]:
    """Everything the protocol has."""
    metadata = client.get_model_metadata("detector")
    if not isinstance(metadata, dict):
        metadata = client.get_model_metadata("detector", as_json=True)
    return {
        "live": client.is_server_live(),
        "ready": client.is_server_ready(),
        "model ready": client.is_model_ready("yolov8"),
        "other model ready": _ready_or_not(client, "resnet"),
        "detector outputs": [output["name"] for output in metadata["outputs"]],
        "boxes": _detect(client, library, image),
        "network": _run_network(client, library),
        "refusal": _refusal(client, library),
    }


def _ready_or_not(client: Any, name: str) -> bool:
    try:
        return bool(client.is_model_ready(name))
    except InferenceServerException:
        return False


def _detect(client: Any, library: Any, image: Any) -> dict[str, Any]:
    given = library.InferInput("image", [1], "BYTES")
    given.set_data_from_numpy(image)
    outputs = [library.InferRequestedOutput(name) for name in ("boxes", "scores", "classes")]
    answer = client.infer("detector", [given], outputs=outputs, request_id="7")
    classes = [item.decode() for item in answer.as_numpy("classes")]
    return {
        "boxes": answer.as_numpy("boxes").tolist(),
        "scores": answer.as_numpy("scores").tolist(),
        "classes": classes,
    }


def _run_network(client: Any, library: Any, **how: bool) -> dict[str, Any]:
    """`how`: `binary_data` of HTTP."""
    pictures = np.random.default_rng(5).random((2, 3, 64, 96), dtype=np.float32)
    given = library.InferInput("images", list(pictures.shape), "FP32")
    given.set_data_from_numpy(pictures, **how)
    wanted = library.InferRequestedOutput("output0", **how)
    output = client.infer("yolov8", [given], outputs=[wanted]).as_numpy("output0")
    return {"shape": list(output.shape), "sum": float(output.sum(dtype=np.float64))}


def _refusal(client: Any, library: Any) -> str:
    pictures = np.zeros((1, 3, 50, 50), dtype=np.float32)
    given = library.InferInput("images", list(pictures.shape), "FP32")
    given.set_data_from_numpy(pictures)
    try:
        client.infer("yolov8", [given])
    except InferenceServerException as error:
        return str(error.message())
    return "accepted"


if __name__ == "__main__":
    main(*sys.argv[1:])
