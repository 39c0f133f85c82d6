"""Reduce a YOLOv8 COCO export to the product's six classes and write it as model `v0`.

    .venv/bin/python tools/prepare_model.py YOLOV8N_COCO.onnx data/models/v0

The last convolution of each class branch keeps six of its eighty output channels; nothing else
of the network changes, so the scores of those classes stay what they were. The branches are
found by walking back from the output, never by node names, which differ between exports.
"""

import argparse
import ast
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import GraphProto, ModelProto, NodeProto, numpy_helper

from sentinel_vision.detection.classes import CLASS_NAMES


def main() -> None:
    """Read, reduce, check, write `best.onnx` and then `manifest.json`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    model = onnx.load(arguments.source)
    source_names = read_class_names(model)
    keep = [index_of(source_names, name) for name in CLASS_NAMES]
    reduce_classes(model, keep)
    write_class_names(model)
    onnx.checker.check_model(model, full_check=True)
    arguments.target.mkdir(parents=True, exist_ok=True)
    onnx.save(model, arguments.target / "best.onnx")
    write_manifest(arguments.source, arguments.target)


def read_class_names(model: ModelProto) -> dict[int, str]:
    """Class names by index, from the export's metadata."""
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    names: dict[int, str] = ast.literal_eval(metadata["names"])
    return names


def index_of(names: dict[int, str], name: str) -> int:
    """Index of a class in the source model."""
    return next(index for index, known in names.items() if known == name)


def reduce_classes(model: ModelProto, keep: list[int]) -> None:
    """Keep the class channels `keep`, in that order."""
    graph = model.graph
    output = producer(graph, graph.output[0].name)  # Concat of boxes and class scores
    sigmoid = producer(graph, output.input[1])
    levels = producer(graph, sigmoid.input[0])  # Concat of the three strides
    for reshape in [producer(graph, name) for name in levels.input]:
        convolution = producer(graph, reshape.input[0])
        for parameter in convolution.input[1:]:
            slice_initializer(graph, parameter, keep)
        # 0 keeps the batch, -1 takes all cells of the stride.
        shape = numpy_helper.from_array(
            np.array([0, len(keep), -1], dtype=np.int64), f"{reshape.name}_six_classes"
        )
        graph.initializer.append(shape)
        reshape.input[1] = shape.name
    drop_dead_nodes(graph)
    graph.output[0].type.tensor_type.shape.dim[1].dim_value = 4 + len(keep)
    del graph.value_info[:]


def producer(graph: GraphProto, tensor: str) -> NodeProto:
    """The node whose output is `tensor`."""
    nodes: list[NodeProto] = list(graph.node)
    return next(node for node in nodes if tensor in node.output)


def slice_initializer(graph: GraphProto, name: str, keep: list[int]) -> None:
    """Keep rows `keep` of a weight or bias."""
    tensor = next(tensor for tensor in graph.initializer if tensor.name == name)
    tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor)[keep], name))


def drop_dead_nodes(graph: GraphProto) -> None:
    """Remove nodes and initializers that nothing reads any more."""
    while True:
        read = {name for node in graph.node for name in node.input} | {graph.output[0].name}
        dead = [node for node in graph.node if not read.intersection(node.output)]
        if not dead:
            break
        for node in dead:
            graph.node.remove(node)
    for tensor in [tensor for tensor in graph.initializer if tensor.name not in read]:
        graph.initializer.remove(tensor)


def write_class_names(model: ModelProto) -> None:
    """Replace the names in the metadata; all other entries stay, the licence among them."""
    names = str(dict(enumerate(CLASS_NAMES)))
    for entry in model.metadata_props:
        if entry.key == "names":
            entry.value = names


def write_manifest(source: Path, target: Path) -> None:
    """Written last: a folder without a manifest is no model."""
    manifest = {
        "version": target.name,
        "file": "best.onnx",
        "sha256": sha256(target / "best.onnx"),
        "size_bytes": (target / "best.onnx").stat().st_size,
        "classes": list(CLASS_NAMES),
        "architecture": "YOLOv8n",
        "trained_on": "COCO",
        "made_from_sha256": sha256(source),
        "licence": "AGPL-3.0",
        "notice": "YOLOv8n weights by Ultralytics, https://ultralytics.com/license; six of the "
        "eighty COCO classes kept by tools/prepare_model.py",
    }
    (target / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
