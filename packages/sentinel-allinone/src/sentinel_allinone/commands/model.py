"""`sentinel model`: what is done to a model before it serves."""

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from sentinel_allinone.options import AsJson
from sentinel_allinone.terminal import out, print_json
from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_vision.detection.golden import check_golden, expect_golden
from sentinel_vision.detection.model import ModelFile, Precision, load_model, load_model_file
from sentinel_vision.detection.onnx_engine import OnnxDetector

INT8_FILE = "best.int8.onnx"

app = typer.Typer(help="Prepare models.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `quantise` a command of its own while it is the only one."""


@app.command()
def quantise(
    model: Annotated[Path, typer.Argument(help="A model folder, or a YOLOv8 ONNX file.")],
    *,
    images: Annotated[
        Path, typer.Option(help="Pictures of cameras like yours: by day, by night, in rain.")
    ],
    target: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the result [default: the model's folder]"),
    ] = None,
    pictures: Annotated[
        int, typer.Option(min=100, max=300, help="Pictures to calibrate on.")
    ] = 200,
    reduce_range: Annotated[
        bool, typer.Option(help="Weights of 7 bits; see the manual before you use it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make best.int8.onnx: several times smaller, and faster where the processor has VNNI."""
    if find_spec("onnx") is None:
        raise DependencyUnavailable(
            "this needs the library onnx; it comes with the extra quantisation of sentinel-vision"
        )
    from sentinel_vision.detection.quantisation import choose_pictures, quantise_model

    source = load_model(model) if model.is_dir() else load_model_file(model)
    chosen = choose_pictures(images, most=pictures)
    content = quantise_model(source.content, chosen, is_range_reduced=reduce_range)
    made = source.model_copy(
        update={
            "content": content,
            "sha256": hashlib.sha256(content).hexdigest(),
            "precision": Precision.INT8,
            "golden": source.golden or expect_golden(source),
        }
    )
    check_golden(OnnxDetector(made, threads=1), made)
    folder = target or (model if model.is_dir() else model.parent)
    manifest = _read_manifest(model, source)
    manifest["int8"] = {
        "file": INT8_FILE,
        "sha256": made.sha256,
        "size_bytes": len(content),
        "calibration": {"pictures": len(chosen), "reduce_range": reduce_range},
    }
    if made.golden is not None:
        manifest["golden"] = made.golden.model_dump(mode="json")
    _write(folder, source, made, manifest)
    _print(folder, source, made, as_json=as_json)


def _read_manifest(model: Path, source: ModelFile) -> dict[str, Any]:
    """What the folder says already; of a bare file, what must be said."""
    if not model.is_dir():
        return {"version": source.version, "file": "best.onnx", "sha256": source.sha256}
    manifest: dict[str, Any] = json.loads((model / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def _write(folder: Path, source: ModelFile, made: ModelFile, manifest: dict[str, Any]) -> None:
    """A whole model folder, its manifest last."""
    folder.mkdir(parents=True, exist_ok=True)
    float_file = folder / manifest.get("file", "best.onnx")
    if not float_file.exists() or float_file.read_bytes() != source.content:
        float_file.write_bytes(source.content)
    (folder / INT8_FILE).write_bytes(made.content)
    partial = folder / "manifest.json.partial"
    partial.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    partial.replace(folder / "manifest.json")


def _print(folder: Path, source: ModelFile, made: ModelFile, *, as_json: bool) -> None:
    size, before = len(made.content), len(source.content)
    if as_json:
        print_json(
            {
                "file": str(folder / INT8_FILE),
                "sha256": made.sha256,
                "size_bytes": size,
                "float32_size_bytes": before,
            }
        )
    else:
        text = f"{folder / INT8_FILE}: {size / 1e6:.1f} MB in place of {before / 1e6:.1f} MB"
        out.print(text, markup=False, soft_wrap=True)
