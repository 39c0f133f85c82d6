"""Make the golden picture from two demo clips, and write into a manifest what its model sees there.

    .venv/bin/python tools/golden_picture.py make
    .venv/bin/python tools/golden_picture.py expect data/models/v0

The picture is 640x360: vehicles of the toll road on its left, people of the plaza on its right.
A new picture makes the expectations of all manifests void.
"""

import argparse
import json
from itertools import islice
from pathlib import Path

import av
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from sentinel_vision.detection.golden import GOLDEN_PICTURE, expect_golden
from sentinel_vision.detection.model import load_model

ROOT = Path(__file__).parents[1]
HALF = (320, 360)


def main() -> None:
    """Do what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("make")
    commands.add_parser("expect").add_argument("folder", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "make":
        make()
    else:
        expect(arguments.folder)


def make() -> None:
    """Write the picture."""
    halves = [
        cut("toll_morning", frame=120, corner=(160, 0)),
        cut("plaza_pedestrians", frame=120, corner=(320, 0)),
    ]
    picture = np.ascontiguousarray(np.concatenate(halves, axis=1))
    (ROOT / GOLDEN_PICTURE).write_bytes(simplejpeg.encode_jpeg(picture, quality=90))


def cut(clip: str, *, frame: int, corner: tuple[int, int]) -> NDArray[np.uint8]:
    """A part of a frame, uint8, shape (360, 320, 3)."""
    with av.open(str(ROOT / f"data/demo/{clip}.mp4")) as container:
        decoded = next(islice(container.decode(video=0), frame, None))
        whole = decoded.to_ndarray(format="rgb24").astype(np.uint8)
    (x, y), (width, height) = corner, HALF
    return whole[y : y + height, x : x + width]


def expect(folder: Path) -> None:
    """Write `golden` into the manifest of a model folder."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["golden"] = expect_golden(load_model(folder)).model_dump(mode="json")
    path.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
