"""Boxes drawn into pictures, for snapshots and for `sentinel detect --video`."""

from collections.abc import Set
from functools import lru_cache
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from sentinel_vision.detection.classes import CLASS_NAMES
from sentinel_vision.detection.detections import NO_TRACK, Detections

# The dashboard draws the same classes in the same colours.
CLASS_COLOURS = ("#f472b6", "#a78bfa", "#22d3ee", "#c084fc", "#fbbf24", "#34d399")
INCIDENT_COLOUR = "#f87171"
HALO_COLOUR = "#0b0f14"


def draw_detections(
    jpeg: bytes, detections: Detections, highlighted: Set[int], quality: int
) -> bytes:
    """The picture with its boxes; tracks in `highlighted` belong to an incident."""
    image = Image.open(BytesIO(jpeg)).convert("RGB")
    _draw(image, detections, highlighted)
    target = BytesIO()
    image.save(target, "JPEG", quality=quality)
    return target.getvalue()


def annotate_rgb(
    rgb: NDArray[np.uint8], detections: Detections, highlighted: Set[int] = frozenset()
) -> NDArray[np.uint8]:
    """A copy of `rgb` (uint8, shape (h, w, 3)) with boxes given in its own pixels."""
    image = Image.fromarray(rgb)
    _draw(image, detections, highlighted)
    return np.asarray(image)


def _draw(image: Image.Image, detections: Detections, highlighted: Set[int]) -> None:
    canvas = ImageDraw.Draw(image)
    unit = max(1, round(max(image.size) / 640))
    font = _font(11 * unit)
    rows = zip(
        detections.boxes.tolist(),
        detections.class_ids.tolist(),
        detections.track_ids.tolist(),
        strict=True,
    )
    for box, class_id, track_id in rows:
        colour = INCIDENT_COLOUR if track_id in highlighted else CLASS_COLOURS[class_id]
        canvas.rectangle(box, outline=HALO_COLOUR, width=3 * unit)
        canvas.rectangle(box, outline=colour, width=unit)
        label = CLASS_NAMES[class_id] + (f" {track_id}" if track_id != NO_TRACK else "")
        _draw_label(canvas, (box[0], box[1]), label, colour, font)


def _draw_label(
    canvas: ImageDraw.ImageDraw,
    corner: tuple[float, float],
    text: str,
    colour: str,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
) -> None:
    left, top, right, bottom = canvas.textbbox((0, 0), text, font=font)
    height = bottom - top + 4
    x, y = corner[0], max(0.0, corner[1] - height)
    canvas.rectangle((x, y, x + right - left + 4, y + height), fill=HALO_COLOUR)
    canvas.text((x + 2 - left, y + 2 - top), text, fill=colour, font=font)


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
