"""A frame of the city as a picture, and what one really sees in it."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from sentinel_sim.city.camera import PinholeCamera
from sentinel_sim.city.frame import ActorView, CityFrame, Floats
from sentinel_sim.city.kinds import KIND_INDEX, KINDS, PERSON_KIND
from sentinel_sim.city.plan import Plan, Prop
from sentinel_sim.city.truth import TruthBox
from sentinel_sim.pictures.backdrops import Backdrop
from sentinel_sim.pictures.camera_trouble import CameraTrouble
from sentinel_sim.pictures.canvas import Canvas
from sentinel_sim.pictures.cutouts import Cutout, Model
from sentinel_sim.pictures.figures import (
    Footprint,
    footprint,
    lamps,
    person_view,
    spot_of,
    step_of,
    vehicle_views,
)
from sentinel_sim.pictures.foreground import draw_foreground
from sentinel_sim.pictures.lights import Lights
from sentinel_sim.pictures.props import cut_prop
from sentinel_sim.pictures.wardrobe import Wardrobe
from sentinel_sim.pictures.weather import (
    NIGHT_TINT,
    RAIN_TINT,
    Rain,
    Shake,
    Weather,
    darken,
    shift,
    tint,
    wet,
)

_NEAR_SHADOW_M: Final = 40.0
_SHADOW: Final = {Weather.DAY: 0.62, Weather.NIGHT: 0.5, Weather.RAIN: 0.5}
_SHADOW_M: Final = 0.16
_REFLECTION: Final = 0.16
_NOISE: Final = {Weather.DAY: 1.0, Weather.NIGHT: 2.2, Weather.RAIN: 1.2}
_SHAKE_PX: Final = 2.2
_FLICKER: Final = 0.6
_FILMED_FOCAL_PX: Final = 705.5
"""Of the camera that filmed the vehicles: a longer lens sees them as if they were nearer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a scene is drawn.

    Attributes:
        weather: By day and dry unless said otherwise.
        is_shaken: The mast moves in the wind.
        is_occluded: A mast and leaves stand before the camera.
    """

    weather: Weather = Weather.DAY
    is_shaken: bool = False
    is_occluded: bool = False


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Painting:
    """One finished picture.

    Attributes:
        picture: uint8, shape (height, width, 3), RGB.
        boxes: Of the actors that are drawn, as they are drawn.
    """

    picture: NDArray[np.uint8]
    boxes: tuple[TruthBox, ...]


class Painter:
    """Draws the frames of one camera, in the order of time."""

    def __init__(
        self, camera: PinholeCamera, backdrop: Backdrop, plan: Plan, look: Look, seed: int
    ) -> None:
        self._camera, self._plan, self._look = camera, plan, look
        width, height = camera.width, camera.height
        street = backdrop.scaled(width, height)
        self._ground = _lit(street, look.weather)
        self._front = street.front
        self._wardrobe = Wardrobe(seed)
        self._trouble = CameraTrouble(plan.camera_faults, seed)
        self._shake = Shake(_SHAKE_PX * width / 640.0, seed)
        horizon = height / 2.0 - camera.focal_px * float(np.tan(camera.pitch_rad))
        self._rain = Rain(width, height, horizon, seed)
        self._dice = np.random.default_rng((seed, 0x9A1E7))
        self._walked_m: dict[int, float] = {}
        self._dressed: dict[Cutout, Cutout] = {}
        self._time_s = 0.0

    def paint(self, frame: CityFrame) -> Painting:
        """Draw what one sees now."""
        step_s, self._time_s = frame.t_s - self._time_s, frame.t_s
        placed = []
        for actor in frame.actors:
            walked = self._walked_m.get(actor.actor_id, 0.0) + actor.speed_m_s * max(0.0, step_s)
            self._walked_m[actor.actor_id] = walked
            place = footprint(self._camera, actor)
            if place is not None:
                placed.append((actor, place))
        placed.sort(key=lambda pair: -pair[1].depth_m)
        canvas = Canvas(self._shade(placed))
        lights = Lights(self._camera.width, self._camera.height)
        self._populate(canvas, lights, placed)
        if self._front is not None:
            canvas.cover(self._ground, self._front)
        if self._look.is_occluded:
            draw_foreground(canvas)
        return self._finish(canvas, lights, placed, frame.t_s)

    def _populate(
        self,
        canvas: Canvas,
        lights: Lights,
        placed: list[tuple[ActorView, Footprint]],
    ) -> None:
        """All actors and things, the furthest first."""
        things = [(self._depth(prop), prop) for prop in self._props()]
        for actor, place in placed:
            while things and max(things, key=lambda t: t[0])[0] > place.depth_m:
                furthest = max(things, key=lambda t: t[0])
                things.remove(furthest)
                self._place_prop(canvas, furthest[1])
            if _is_person(actor):
                self._place_person(canvas, actor, place)
            else:
                self._place_vehicle(canvas, lights, actor, place)
        for _, prop in sorted(things, key=lambda t: -t[0]):
            self._place_prop(canvas, prop)

    def _props(self) -> list[Prop]:
        """Things that lie there now."""
        now_s = self._time_s
        return [prop for prop in self._plan.props if prop.placed_s <= now_s < prop.removed_s]

    def _shade(self, placed: list[tuple[ActorView, Footprint]]) -> Image.Image:
        """The ground with the soft shadows of a grey sky under all that stands on it."""
        ground = self._ground
        for is_near in (False, True):
            mask = Image.new("L", ground.size)
            draw = ImageDraw.Draw(mask)
            for actor, place in placed:
                if (place.depth_m < _NEAR_SHADOW_M) is is_near:
                    outline = self._shadow(actor, place)
                    draw.polygon([(x, y) for x, y in outline.tolist()], fill=255)
            for prop in self._props() if is_near else ():
                outline, _ = self._camera.project_ground(_ground_of(prop))
                draw.polygon([(x, y) for x, y in outline.tolist()], fill=255)
            reach_m = _NEAR_SHADOW_M * (0.65 if is_near else 1.8)
            radius = max(0.8, self._camera.focal_px / reach_m * _SHADOW_M)
            mask = mask.filter(ImageFilter.GaussianBlur(radius))
            depth = _SHADOW[self._look.weather]
            mask = mask.point(lambda value, d=depth: round(value * d))
            ground = Image.composite(Image.new("RGB", ground.size, (8, 8, 10)), ground, mask)
        return ground

    def _shadow(self, actor: ActorView, place: Footprint) -> Floats:
        """Outline of a shadow, no wider than what is drawn over it."""
        middle = place.corners_px.mean(axis=0)
        outline: Floats = middle + (place.corners_px - middle) * 0.96
        model = None if _is_person(actor) else self._model(actor, place)
        if model is not None:
            # A long vehicle at the edge reaches further ahead than its cut-out shows.
            cutout, _ = self._views(model, place)[0]
            spot = spot_of(cutout, place, self._camera.focal_px)
            half_px = (cutout.body[2] - cutout.body[0]) / 2.0 * spot.scale
            outline[:, 0] = np.clip(outline[:, 0], spot.x - half_px, spot.x + half_px)
        return outline

    def _model(self, actor: ActorView, place: Footprint) -> Model | None:
        view = "rear" if abs(place.facing_rad) < np.pi / 2.0 else "front"
        kind = KINDS[KIND_INDEX[actor.kind]]
        return self._wardrobe.vehicle(actor.actor_id, kind, view, place.lateral_m)

    def _place_vehicle(
        self, canvas: Canvas, lights: Lights, actor: ActorView, place: Footprint
    ) -> None:
        model = self._model(actor, place)
        if model is None:
            return
        views = [(self._dress(cutout), opacity) for cutout, opacity in self._views(model, place)]
        if self._look.weather is Weather.RAIN:
            self._reflect(canvas, views[0][0], place)
        for cutout, opacity in views:
            spot = spot_of(cutout, place, self._camera.focal_px)
            canvas.place(cutout, spot, actor.actor_id, opacity=opacity)
        first = views[0][0]
        if self._look.weather is Weather.NIGHT:
            shine = lights.rear if model.view == "rear" else lights.front
            spot = spot_of(first, place, self._camera.focal_px)
            shine(*lamps(first, spot), self._camera.focal_px / place.depth_m)

    def _views(self, model: Model, place: Footprint) -> tuple[tuple[Cutout, float], ...]:
        return vehicle_views(model, place.depth_m * _FILMED_FOCAL_PX / self._camera.focal_px)

    def _place_person(self, canvas: Canvas, actor: ActorView, place: Footprint) -> None:
        model = self._wardrobe.person(actor.actor_id, person_view(place.facing_rad))
        cutout = step_of(model, self._walked_m[actor.actor_id], actor.speed_m_s)
        spot = spot_of(cutout, place, self._camera.focal_px)
        canvas.place(self._dress(cutout), spot, actor.actor_id)

    def _place_prop(self, canvas: Canvas, prop: Prop) -> None:
        pixels, depths = self._camera.project_ground(np.array([prop.ground_m]))
        cutout = self._dress(cut_prop(prop.name, prop.size_m))
        x, y = pixels[0].tolist()
        place = Footprint(pixels, (x, y), float(depths[0]), 0.0, 0.0)
        canvas.place(cutout, spot_of(cutout, place, self._camera.focal_px), -2)

    def _depth(self, prop: Prop) -> float:
        return float(self._camera.project_ground(np.array([prop.ground_m]))[1][0])

    def _dress(self, cutout: Cutout) -> Cutout:
        """In the light of the weather."""
        weather = self._look.weather
        if weather is Weather.DAY:
            return cutout
        if cutout not in self._dressed:
            factors = NIGHT_TINT if weather is Weather.NIGHT else RAIN_TINT
            self._dressed[cutout] = replace(cutout, picture=tint(cutout.picture, factors))
        return self._dressed[cutout]

    def _reflect(self, canvas: Canvas, cutout: Cutout, place: Footprint) -> None:
        """What a wet road shows of a vehicle: itself upside down, weak and smeared."""
        scale = self._camera.focal_px / place.depth_m / cutout.px_per_m
        x1, y1, x2, y2 = cutout.body
        upside = cutout.picture.crop((int(x1), int(y1), int(x2), int(y2)))
        size = (max(1, round((x2 - x1) * scale)), max(1, round((y2 - y1) * scale * 0.8)))
        upside = upside.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize(size)
        fade = np.linspace(_REFLECTION * 255.0, 0.0, size[1])[:, None] / 255.0
        alpha = np.asarray(upside.getchannel("A")) * fade
        mask = Image.fromarray(alpha.astype(np.uint8)).filter(ImageFilter.BoxBlur(1.5))
        x, y = place.anchor_px
        canvas.picture.paste(upside.convert("RGB"), (round(x - size[0] / 2), round(y) - 2), mask)

    def _finish(
        self,
        canvas: Canvas,
        lights: Lights,
        placed: list[tuple[ActorView, Footprint]],
        time_s: float,
    ) -> Painting:
        picture = canvas.picture
        if self._look.weather is Weather.NIGHT:
            picture = lights.shine(picture)
        if self._look.weather is Weather.RAIN:
            picture = self._rain.fall(picture)
        x = y = 0.0
        if self._look.is_shaken:
            x, y = self._shake.at(time_s)
            picture = shift(picture, x, y)
        picture = self._expose(picture, time_s)
        picture = self._trouble.apply(picture, time_s)
        boxes = self._boxes(canvas, placed, time_s, (x, y))
        return Painting(picture=np.asarray(picture), boxes=boxes)

    def _expose(self, picture: Image.Image, time_s: float) -> Image.Image:
        """Noise of the sensor, and light that is never quite the same."""
        sigma = _NOISE[self._look.weather]
        shape = (picture.height, picture.width, 1)
        noise = self._dice.standard_normal(shape, dtype=np.float32) * sigma
        light = _FLICKER * np.sin(2.1 * time_s) + 0.4 * _FLICKER * np.sin(13.0 * time_s)
        exposed = np.asarray(picture).astype(np.float32) + noise + np.float32(light)
        return Image.fromarray(np.clip(exposed, 0, 255).astype(np.uint8))

    def _boxes(
        self,
        canvas: Canvas,
        placed: list[tuple[ActorView, Footprint]],
        time_s: float,
        shake_px: tuple[float, float],
    ) -> tuple[TruthBox, ...]:
        fault = self._trouble.at(time_s)
        if fault is not None and fault.kind != "lightning":
            return ()
        boxes = []
        size = (self._camera.width, self._camera.height)
        for actor, _ in placed:
            seen = canvas.seen(actor.actor_id)
            if seen is None:
                continue
            box, visibility = seen
            moved = [
                min(1.0, max(0.0, (side + shake_px[axis % 2]) / size[axis % 2]))
                for axis, side in enumerate(box)
            ]
            boxes.append(
                TruthBox(
                    t_s=round(time_s, 3),
                    actor_id=actor.actor_id,
                    class_id=actor.class_id,
                    box=(moved[0], moved[1], moved[2], moved[3]),
                    visibility=round(visibility, 3),
                )
            )
        return tuple(boxes)


def _is_person(actor: ActorView) -> bool:
    return actor.kind == KINDS[PERSON_KIND].name


def _ground_of(prop: Prop) -> Floats:
    """What a thing covers of the ground: it is about half as deep as wide."""
    (x, y), half = prop.ground_m, prop.size_m[0] / 2.0
    return np.array(
        [(x - 0.1, y - half), (x - 0.1, y + half), (x + half, y + half), (x + half, y - half)]
    )


def _lit(street: Backdrop, weather: Weather) -> Image.Image:
    if weather is Weather.NIGHT:
        return street.night or darken(street.day)
    return wet(street.day) if weather is Weather.RAIN else street.day
