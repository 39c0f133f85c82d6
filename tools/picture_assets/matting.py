"""Cut-outs: what is in front of a fixed camera's background, with soft edges."""

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]
Box = tuple[float, float, float, float]

_ROUNDS = 4
_SCALE = 3
"""Mattes are cut in a picture this many times larger: the actors are small."""


class Cut(NamedTuple):
    """A matted crop.

    Attributes:
        rgba: uint8, shape (h, w, 4); colours go on where alpha is 0.
        body: x1, y1, x2, y2 of what is opaque, in pixels of the crop.
        origin: Where the crop was in the picture.
    """

    rgba: Picture
    body: tuple[int, int, int, int]
    origin: tuple[int, int]


def cut_vehicle(frame: Picture, plate: Picture, box: Box) -> Cut:
    """A vehicle without its shadow: a shadow is darker but has the road's colour and no edges."""
    area = _crop(box, frame.shape, margin=max(6.0, 0.18 * max(box[2] - box[0], box[3] - box[1])))
    seen = frame[area].astype(np.float32)
    empty = np.clip(plate[area].astype(np.float32) * _gain(frame, plate), 0, 255)
    offset = _lab(seen) - _lab(empty)
    distance = cv2.GaussianBlur(_distance(offset, 0.6, 1.6), (0, 0), 0.8)
    edges = np.abs(cv2.Laplacian(seen.mean(axis=2), cv2.CV_32F))
    shade = (offset[..., 0] < -3) & (np.hypot(offset[..., 1], offset[..., 2]) < 5)
    shade &= seen.mean(axis=2) > 0.35 * np.maximum(empty.mean(axis=2), 4)
    shade &= cv2.GaussianBlur(edges, (0, 0), 1.5) < 7
    y, x = np.mgrid[area]
    width, height = box[2] - box[0], box[3] - box[1]
    core = (x > box[0] + 0.2 * width) & (x < box[2] - 0.2 * width)
    core &= (y > box[1] + 0.25 * height) & (y < box[3] - 0.2 * height)
    guess = np.full(distance.shape, cv2.GC_PR_BGD, np.uint8)
    guess[(distance > 9) & ~shade] = cv2.GC_PR_FGD
    guess[(distance > 22) & ~shade] = cv2.GC_FGD
    guess[distance < 4] = cv2.GC_BGD
    guess[core] = cv2.GC_FGD
    guess[(x < box[0] - 3) | (x > box[2] + 3) | (y < box[1] - 3) | (y > box[3] + 3)] = cv2.GC_BGD
    mask = _grab(seen, guess, least_share=1.0)
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros_like(mask)
    cv2.drawContours(filled, outlines, -1, 1, -1)
    return _finish(seen, filled, area)


def cut_person(frame: Picture, plate: Picture, box: Box) -> Cut:
    """A person: all that differs from the background, also a foot or a hand of its own."""
    area = _crop(box, frame.shape, margin=8.0)
    seen = frame[area].astype(np.float32)
    offset = _lab(_enlarge(seen)) - _lab(_enlarge(plate[area].astype(np.float32)))
    distance = cv2.GaussianBlur(_distance(offset, 0.8, 1.3), (0, 0), 1.5)
    guess = np.full(distance.shape, cv2.GC_BGD, np.uint8)
    guess[distance > 7] = cv2.GC_PR_BGD
    guess[distance > 13] = cv2.GC_PR_FGD
    guess[distance > 26] = cv2.GC_FGD
    y, x = np.mgrid[0 : distance.shape[0], 0 : distance.shape[1]] / float(_SCALE)
    y, x = y + area[0].start, x + area[1].start
    guess[(x < box[0] - 4) | (x > box[2] + 4) | (y < box[1] - 4) | (y > box[3] + 3)] = cv2.GC_BGD
    mask = _grab(seen, guess, least_share=0.06)
    return _finish(seen, mask, area)


def _crop(box: Box, shape: tuple[int, ...], *, margin: float) -> tuple[slice, slice]:
    top, bottom = max(0, int(box[1] - margin)), min(shape[0], int(box[3] + margin))
    left, right = max(0, int(box[0] - margin)), min(shape[1], int(box[2] + margin))
    return slice(top, bottom), slice(left, right)


def _gain(frame: Picture, plate: Picture) -> Any:
    """What the camera's exposure did since the plate, by channel; most of a picture is empty."""
    below = slice(60, None)
    ratio = frame[below].astype(np.float32) / np.maximum(plate[below].astype(np.float32), 8.0)
    return np.median(ratio.reshape(-1, 3), axis=0)


def _lab(rgb: Floats) -> Floats:
    lab: Floats = cv2.cvtColor((rgb / 255.0).astype(np.float32), cv2.COLOR_RGB2LAB)
    return lab


def _distance(offset: Floats, luma: float, colour: float) -> Floats:
    weights = np.array((luma, colour, colour), np.float32)
    distance: Floats = np.sqrt(((offset * weights) ** 2).sum(axis=2))
    return distance


def _enlarge(crop: Floats) -> Floats:
    large = cv2.resize(crop, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_CUBIC)
    enlarged: Floats = np.clip(large, 0, 255).astype(np.float32)
    return enlarged


def _grab(seen: Floats, guess: NDArray[np.uint8], *, least_share: float) -> NDArray[np.uint8]:
    """The largest piece, and those that have at least a share of its area; 0 or 1."""
    large = np.ascontiguousarray(_enlarge(seen).astype(np.uint8)[..., ::-1])
    marks = cv2.resize(guess, large.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)
    cv2.grabCut(large, marks, None, *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    mask = ((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)).astype(np.uint8)
    round_ = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, round_, iterations=2)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(mask)
    areas = stats[1:, cv2.CC_STAT_AREA]
    kept = 1 + np.flatnonzero(areas >= least_share * areas.max())
    return np.isin(pieces, kept).astype(np.uint8)


def _finish(seen: Floats, mask: NDArray[np.uint8], area: tuple[slice, slice]) -> Cut:
    """Soft edges, and no colour of the old background in them."""
    solid = cv2.erode(mask, np.ones((3, 3), np.uint8)).astype(np.float32)
    soft = cv2.GaussianBlur(solid, (0, 0), 0.45 * _SCALE)
    alpha = cv2.resize(soft, seen.shape[1::-1], interpolation=cv2.INTER_AREA)
    weight = cv2.erode((alpha > 0.9).astype(np.float32), np.ones((2, 2), np.uint8)) + 1e-6
    spread = cv2.GaussianBlur(seen * weight[..., None], (0, 0), 1.6)
    spread = spread / cv2.GaussianBlur(weight, (0, 0), 1.6)[..., None]
    colour = seen * alpha[..., None] + spread * (1.0 - alpha[..., None])
    rows, columns = np.where(alpha > 0.5)
    body = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    rgba = np.dstack([np.clip(colour, 0, 255), alpha * 255.0]).round().astype(np.uint8)
    origin = area[1].start, area[0].start
    return Cut(rgba, body, origin)
