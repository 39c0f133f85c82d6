"""Cut-outs of real vehicles and people, as `tools/picture_assets` made them."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from PIL import Image

ASSETS: Final = files("sentinel_sim.pictures") / "assets"

_PADDING_PX = 12
"""Transparent room around a cut-out, so that it can be placed between pixels at any scale."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cutout:
    """One view of an actor.

    Attributes:
        picture: RGBA with transparent room around the actor.
        body: x1, y1, x2, y2 of the actor in `picture`.
        px_per_m: Pixels of a metre at the depth of its nearest point.
        lateral_m: How far right of the camera it stood, vehicles only.
        depth_m: How far it was from the camera, vehicles only.
    """

    picture: Image.Image
    body: tuple[float, float, float, float]
    px_per_m: float
    lateral_m: float = 0.0
    depth_m: float = 0.0

    def mirrored(self) -> "Cutout":
        """As seen from the other side."""
        x1, y1, x2, y2 = self.body
        width = self.picture.width
        return Cutout(
            picture=self.picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
            body=(width - x2, y1, width - x1, y2),
            px_per_m=self.px_per_m,
            lateral_m=-self.lateral_m,
            depth_m=self.depth_m,
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Model:
    """All cut-outs of one vehicle, by depth, or of one person, in the order of steps.

    Attributes:
        kind: As in `city.kinds`.
        view: What one sees: `front` or `rear` of a vehicle; of a person that walks `left`,
            `right`, `toward` or `away`.
        outfit: People of the same outfit can stand for one another.
    """

    name: str
    kind: str
    view: str
    cutouts: tuple[Cutout, ...]
    outfit: str = ""

    def mirrored(self) -> "Model":
        """As seen from the other side."""
        turned = {"left": "right", "right": "left"}
        return Model(
            name=f"{self.name}, mirrored",
            kind=self.kind,
            view=turned.get(self.view, self.view),
            cutouts=tuple(cutout.mirrored() for cutout in self.cutouts),
            outfit=self.outfit,
        )


@cache
def load_vehicles() -> tuple[Model, ...]:
    """All vehicles, each as it stood right of the camera."""
    models = (
        Model(
            name=model.name,
            kind=model.kind,
            view=model.view,
            cutouts=tuple(sorted(model.cutouts, key=lambda cutout: cutout.depth_m)),
        )
        for model in _load("vehicles")
    )
    return tuple(
        model if model.cutouts[0].lateral_m > 0.0 else model.mirrored() for model in models
    )


@cache
def load_people() -> tuple[Model, ...]:
    """All people."""
    return _load("people")


def load_picture(name: str) -> Image.Image:
    """A background or mask by its file's name without ending."""
    with (ASSETS / f"{name}.webp").open("rb") as stream, Image.open(stream) as picture:
        picture.load()
        return picture.copy()


def _load(name: str) -> tuple[Model, ...]:
    atlas = load_picture(name)
    entries = json.loads((ASSETS / f"{name}.json").read_text(encoding="utf-8"))
    models: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        models.setdefault(entry["name"], []).append(entry)
    return tuple(
        Model(
            name=model,
            kind=views[0]["kind"],
            view=views[0]["view"],
            cutouts=tuple(_cut(atlas, view) for view in views),
            outfit=views[0].get("outfit", ""),
        )
        for model, views in models.items()
    )


def _cut(atlas: Image.Image, entry: dict[str, Any]) -> Cutout:
    left, top, width, height = entry["rect"]
    part = atlas.crop((left, top, left + width, top + height))
    padded = Image.new("RGBA", (width + 2 * _PADDING_PX, height + 2 * _PADDING_PX))
    padded.paste(part, (_PADDING_PX, _PADDING_PX))
    x1, y1, x2, y2 = (side + _PADDING_PX for side in entry["body"])
    return Cutout(
        picture=padded,
        body=(x1, y1, x2, y2),
        px_per_m=entry["px_per_m"],
        lateral_m=entry.get("lateral_m", 0.0),
        depth_m=entry.get("depth_m", 0.0),
    )
