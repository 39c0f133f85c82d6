"""A model as a folder: `best.onnx` and, written last, `manifest.json`."""

import hashlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from sentinel_core.domain.errors import ModelRefused

MAX_MODEL_BYTES = 512 * 1024 * 1024


class ModelManifest(BaseModel):
    """The part of `manifest.json` that serving needs; more may stand there."""

    model_config = ConfigDict(frozen=True, extra="allow")

    version: str
    file: str = "best.onnx"
    sha256: str


class ModelFile(BaseModel):
    """The bytes of a model and what they are called."""

    model_config = ConfigDict(frozen=True)

    version: str
    sha256: str
    content: bytes


def load_model(folder: Path) -> ModelFile:
    """Read a model folder and check its hash.

    Raises:
        ModelRefused: No manifest, no model, too large, or not the bytes that the manifest names.
    """
    try:
        manifest = ModelManifest.model_validate_json((folder / "manifest.json").read_bytes())
    except OSError as error:
        raise ModelRefused(f"no manifest.json in {folder}") from error
    except ValidationError as error:
        raise ModelRefused(f"{folder / 'manifest.json'} is no model manifest") from error
    content = _read(folder / Path(manifest.file).name)
    digest = hashlib.sha256(content).hexdigest()
    if digest != manifest.sha256:
        raise ModelRefused(f"{manifest.file} is not the file that its manifest names (SHA-256)")
    return ModelFile(version=manifest.version, sha256=digest, content=content)


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
