"""A model as a folder: `best.onnx`, `best.int8.onnx` where there is one, and `manifest.json`, last."""

import hashlib
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sentinel_core.domain.errors import ModelRefused

MAX_MODEL_BYTES = 512 * 1024 * 1024


class Precision(StrEnum):
    """Numbers that a network computes with."""

    FLOAT32 = "float32"
    INT8 = "int8"


class ExpectedBox(BaseModel):
    """An object that a model sees in the golden picture.

    Attributes:
        name: Class.
        box: x1, y1, x2, y2 in 0..1 of the picture.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str
    confidence: float = Field(ge=0, le=1)
    box: tuple[float, float, float, float]


class GoldenExpectation(BaseModel):
    """What a model sees in the golden picture, as float32 on ONNX Runtime's CPU provider.

    Attributes:
        picture_sha256: Hex digest of the picture.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    picture_sha256: str
    boxes: tuple[ExpectedBox, ...]


class Int8File(BaseModel):
    """The same model in 8-bit integers; more may stand there."""

    model_config = ConfigDict(frozen=True, extra="allow")

    file: str = "best.int8.onnx"
    sha256: str


class ModelManifest(BaseModel):
    """The part of `manifest.json` that serving needs; more may stand there."""

    model_config = ConfigDict(frozen=True, extra="allow")

    version: str
    file: str = "best.onnx"
    sha256: str
    int8: Int8File | None = None
    golden: GoldenExpectation | None = None


class ModelFile(BaseModel):
    """The bytes of a model and what they are called."""

    model_config = ConfigDict(frozen=True)

    version: str
    sha256: str
    content: bytes = Field(repr=False)
    precision: Precision = Precision.FLOAT32
    golden: GoldenExpectation | None = None


def read_manifest(folder: Path) -> ModelManifest:
    """What a model folder says it holds.

    Raises:
        ModelRefused: No manifest, or one that is none.
    """
    try:
        return ModelManifest.model_validate_json((folder / "manifest.json").read_bytes())
    except OSError as error:
        raise ModelRefused(f"no manifest.json in {folder}") from error
    except ValidationError as error:
        raise ModelRefused(f"{folder / 'manifest.json'} is no model manifest") from error


def load_model(folder: Path, precision: Precision = Precision.FLOAT32) -> ModelFile:
    """Read a model folder and check its hash.

    Raises:
        ModelRefused: No manifest, no model of that precision, too large, or not the bytes that the
            manifest names.
    """
    manifest = read_manifest(folder)
    entry = manifest.int8 if precision is Precision.INT8 else manifest
    if entry is None:
        raise ModelRefused(f"{folder} holds no int8 model; make it with sentinel model quantise")
    content = _read(folder / Path(entry.file).name)
    digest = hashlib.sha256(content).hexdigest()
    if digest != entry.sha256:
        raise ModelRefused(f"{entry.file} is not the file that its manifest names (SHA-256)")
    return ModelFile(
        version=manifest.version,
        sha256=digest,
        content=content,
        precision=precision,
        golden=manifest.golden,
    )


def load_model_file(path: Path) -> ModelFile:
    """Read a bare ONNX file; its version is its name and the head of its hash.

    Raises:
        ModelRefused: It cannot be read or is too large.
    """
    content = _read(path)
    digest = hashlib.sha256(content).hexdigest()
    return ModelFile(version=f"{path.stem}@{digest[:8]}", sha256=digest, content=content)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_MODEL_BYTES:
            raise ModelRefused(f"{path} is larger than {MAX_MODEL_BYTES >> 20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise ModelRefused(f"{path} cannot be read: {error.strerror}") from error
