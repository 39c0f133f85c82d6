"""Make the pictures that the synthetic city is put together from, out of the reference data.

Needs OpenCV, PyAV and Pillow, none of which the product's own environment has to know for this:

    python -m venv /tmp/assets && /tmp/assets/bin/pip install av numpy opencv-python-headless pillow
    /tmp/assets/bin/python tools/picture_assets/make.py ../shared/data

`recipe.json` says what is cut out of which picture; it was chosen by eye from all labelled boxes.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from matting import Cut, Picture, cut_person, cut_vehicle
from numpy.typing import NDArray
from PIL import Image

HERE = Path(__file__).resolve().parent
ASSETS = HERE.parents[1] / "packages/sentinel-sim/src/sentinel_sim/pictures/assets"
ATLAS_WIDTH = 1024
WEBP: Mapping[str, Any] = {"quality": 92, "method": 6}
OLD_CLOCK_ROWS = 14
"""The source burns a date into the upper rows."""

RAIN_FROM_DAY = np.array([[1.3319, -0.0080, -105.13], [-0.0019, 1.3240, -59.68], [0.0, 0.0, 1.0]])
"""The camera zoomed in for the rainy recording: its pixels from those of the day's.

Fitted to the two backgrounds by OpenCV's `findTransformECC` (correlation 0.81)."""

NIGHT_FROM_DAY = np.array([[1.0159, 0.0087, -2.333], [-0.0002, 1.0149, -0.3645], [0.0, 1e-4, 1.0]])
RAIN_ZOOM = 1.325

FOCAL_PX, PITCH_RAD, YAW_RAD, HEIGHT_M = 705.5, 0.1111, 0.0467, 6.68
"""As `sentinel_sim.pictures.toll_road.CAMERA`; see there."""

LEAVES = np.array(
    [
        [(232, 296), (396, 296), (396, 360), (215, 360)],
        [(256, 140), (322, 140), (322, 184), (256, 184)],
    ]
)
"""Where palms hang over the carriageways."""


def main() -> None:
    """Write all of it."""
    data = Path(sys.argv[1] if len(sys.argv) > 1 else HERE.parents[2] / "shared/data")
    recipe = json.loads((HERE / "recipe.json").read_text(encoding="utf-8"))
    ASSETS.mkdir(parents=True, exist_ok=True)
    source = Source(data)
    write_plates(source)
    write_atlas("vehicles", *cut_vehicles(source, recipe["vehicles"]))
    write_atlas("people", *cut_people(source, recipe["people"]))
    total = sum(path.stat().st_size for path in ASSETS.iterdir())
    print(f"{total / 1e6:.2f} MB in {ASSETS}")


class Source:
    """The reference data."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.clip = cache(self._clip)
        self.plate = cache(self._plate)

    def picture(self, name: str, frame: int) -> Picture:
        """One picture of a clip or of the labelled images."""
        if name.endswith(".mp4"):
            found: Picture = self.clip(name)[frame]
            return found
        return _load(self._data / "traffic/images" / name)

    def plate_of(self, name: str) -> Picture:
        """The empty street as the camera of a picture saw it then."""
        if name.endswith(".mp4"):
            return self.plate(clip=name)
        series = Path(name).stem.rsplit("_", 1)[0]
        return self.plate(images=series, clip="toll_morning.mp4" if "morning" in series else "")

    def _clip(self, name: str) -> list[Picture]:
        with av.open(str(self._data / "video" / name)) as container:
            return [
                np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
                for frame in container.decode(video=0)
            ]

    def _plate(self, *, clip: str = "", images: str = "") -> Picture:
        frames = list(self.clip(clip)[::2]) if clip else []
        if images:
            frames += [_load(p) for p in sorted(self._data.glob(f"traffic/images/*/{images}*"))]
        plate: Picture = np.median(np.stack(frames), axis=0).astype(np.uint8)
        return plate


def _load(path: Path) -> Picture:
    return np.asarray(Image.open(path).convert("RGB"))


def write_plates(source: Source) -> None:
    """The empty streets, and what stands in front of the vehicles."""
    day = source.plate(clip="toll_morning.mp4", images="toll_morning")
    night = source.plate(clip="toll_night.mp4", images="toll_night")
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    night = cv2.warpPerspective(
        night, NIGHT_FROM_DAY, (640, 360), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    plaza = source.plate(clip="plaza_pedestrians.mp4")
    for name, plate in (("toll_day", day), ("toll_night", night)):
        Image.fromarray(_without_clock(plate)).save(ASSETS / f"{name}.webp", **WEBP)
    Image.fromarray(plaza).save(ASSETS / "plaza.webp", **WEBP)
    Image.fromarray(_front_of(day)).save(ASSETS / "toll_front.webp", lossless=True)


def _without_clock(plate: Picture) -> Picture:
    clean = plate.copy()
    clean[:OLD_CLOCK_ROWS] = plate[OLD_CLOCK_ROWS : 2 * OLD_CLOCK_ROWS][::-1]
    return clean


def _front_of(plate: Picture) -> Picture:
    """Alpha of the palms that hang over the road: green, or dark and near to green."""
    area = np.zeros(plate.shape[:2], np.uint8)
    cv2.fillPoly(area, list(LEAVES), 1)
    colour = plate.astype(np.float32)
    green = colour[..., 1] - np.maximum(colour[..., 0], colour[..., 2])
    mask = ((green > 1.5) & (area > 0)).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.8)
    alpha: Picture = (soft * 255).round().astype(np.uint8)
    return alpha


def cut_vehicles(
    source: Source, recipe: Sequence[Mapping[str, Any]]
) -> tuple[list[Cut], list[dict[str, Any]]]:
    """All views of all vehicles, and what is known of each."""
    cuts, facts = [], []
    road = source.plate(clip="toll_morning.mp4", images="toll_morning")[120:300]
    for vehicle in recipe:
        for view in vehicle["cuts"]:
            name = view["source"]
            is_rain = "morning" not in name
            plate = source.plate_of(name)
            cut = cut_vehicle(source.picture(name, view["frame"]), plate, tuple(view["box"]))
            if is_rain:
                cut = _as_by_day(cut, plate, road)
            lateral, depth = _place(cut, is_rain=is_rain)
            scale = FOCAL_PX * (RAIN_ZOOM if is_rain else 1.0) / depth
            cuts.append(cut)
            facts.append(
                {
                    "name": vehicle["name"],
                    "kind": vehicle["kind"],
                    "view": vehicle["view"],
                    "lateral_m": round(lateral, 2),
                    "depth_m": round(depth, 2),
                    "px_per_m": round(scale, 3),
                }
            )
    return cuts, facts


def _as_by_day(cut: Cut, plate: Picture, road: Picture) -> Cut:
    """Rain is darker and bluer: as the grey road of one is to that of the other."""
    gain = np.median(road.reshape(-1, 3), axis=0) / np.median(plate[120:300].reshape(-1, 3), axis=0)
    rgba = cut.rgba.astype(np.float32)
    rgba[..., :3] = np.clip(rgba[..., :3] * gain, 0, 255)
    return cut._replace(rgba=rgba.round().astype(np.uint8))


def _place(cut: Cut, *, is_rain: bool) -> tuple[float, float]:
    """How far beside the camera, and how deep in the picture, a vehicle's nearest point stood."""
    x = cut.origin[0] + (cut.body[0] + cut.body[2]) / 2.0
    y = float(cut.origin[1] + cut.body[3])
    if is_rain:
        x, y, w = np.linalg.inv(RAIN_FROM_DAY) @ (x, y, 1.0)
        x, y = x / w, y / w
    across, down = (x - 320.0) / FOCAL_PX, (y - 180.0) / FOCAL_PX
    fall = down * np.cos(PITCH_RAD) + np.sin(PITCH_RAD)
    depth = HEIGHT_M / fall
    ahead = depth * (np.cos(PITCH_RAD) - down * np.sin(PITCH_RAD))
    lateral = np.cos(YAW_RAD) * across * depth + np.sin(YAW_RAD) * ahead
    return float(lateral), float(depth)


def cut_people(
    source: Source, recipe: Sequence[Mapping[str, Any]]
) -> tuple[list[Cut], list[dict[str, Any]]]:
    """All steps of all people, and what is known of each."""
    cuts, facts = [], []
    clip, plate = source.clip("plaza_pedestrians.mp4"), source.plate(clip="plaza_pedestrians.mp4")
    for person in recipe:
        steps = [cut_person(clip[c["frame"]], plate, tuple(c["box"])) for c in person["cuts"]]
        # One height for all steps: knees bend, and boxes breathe.
        height = float(np.percentile([cut.body[3] - cut.body[1] for cut in steps], 80))
        for cut in steps:
            cuts.append(cut)
            facts.append(
                {
                    "name": person["name"],
                    "kind": "person",
                    "view": person["facing"],
                    "outfit": person["outfit"],
                    "px_per_m": round(height / 1.75, 3),
                }
            )
    return cuts, facts


def write_atlas(name: str, cuts: Sequence[Cut], facts: Sequence[dict[str, Any]]) -> None:
    """One picture with all cut-outs, and a list of where each is in it."""
    trimmed = [_trim(cut) for cut in cuts]
    order = sorted(range(len(cuts)), key=lambda index: -trimmed[index].rgba.shape[0])
    places: dict[int, tuple[int, int]] = {}
    x = y = shelf = 0
    for index in order:
        height, width = trimmed[index].rgba.shape[:2]
        if x + width > ATLAS_WIDTH:
            x, y, shelf = 0, y + shelf, 0
        places[index] = (x, y)
        x, shelf = x + width, max(shelf, height)
    atlas: NDArray[np.uint8] = np.zeros((y + shelf, ATLAS_WIDTH, 4), np.uint8)
    entries = []
    for index, (cut, fact) in enumerate(zip(trimmed, facts, strict=True)):
        left, top = places[index]
        height, width = cut.rgba.shape[:2]
        atlas[top : top + height, left : left + width] = cut.rgba
        entries.append({**fact, "rect": [left, top, width, height], "body": list(cut.body)})
    Image.fromarray(atlas).save(ASSETS / f"{name}.webp", exact=True, alpha_quality=100, **WEBP)
    lines = ",\n".join(json.dumps(entry) for entry in entries)
    (ASSETS / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def _trim(cut: Cut) -> Cut:
    """Two pixels around what is not transparent."""
    rows, columns = np.where(cut.rgba[..., 3] > 4)
    top, left = max(0, int(rows.min()) - 2), max(0, int(columns.min()) - 2)
    part = cut.rgba[top : int(rows.max()) + 3, left : int(columns.max()) + 3]
    x1, y1, x2, y2 = cut.body
    return cut._replace(rgba=part, body=(x1 - left, y1 - top, x2 - left, y2 - top))


if __name__ == "__main__":
    main()
