"""Where an actor's cut-out goes: scale by distance, feet on the ground, the side that one sees."""

from typing import Final, NamedTuple

import numpy as np

from sentinel_sim.city.camera import NEAR_M, PinholeCamera
from sentinel_sim.city.frame import ActorView, Floats
from sentinel_sim.city.kinds import KIND_INDEX, SIZES_M
from sentinel_sim.pictures.canvas import Spot
from sentinel_sim.pictures.cutouts import Cutout, Model

_BLEND: Final = 0.025
"""Two views of a vehicle are mixed within this share of the distance where they change."""

_STRIDE_M: Final = 1.5
"""Two steps; every person's cut-outs show about that much of walking."""

_STANDS_M_S: Final = 0.15
_LAMP_SHARE: Final = 0.32
_LAMP_M: Final = 0.62


class Footprint(NamedTuple):
    """What of an actor touches the ground, and how it stands to the camera.

    Attributes:
        corners_px: Shape (4, 2), around it.
        anchor_px: Middle of the lower edge of its box in the picture, not cut at its edges.
        depth_m: Of the corner nearest to the camera.
        lateral_m: How far right of the camera its way leads.
        facing_rad: Of its heading against the camera's: 0 goes away, pi comes, positive left.
    """

    corners_px: Floats
    anchor_px: tuple[float, float]
    depth_m: float
    lateral_m: float
    facing_rad: float


def footprint(camera: PinholeCamera, actor: ActorView) -> Footprint | None:
    """None where it is too near to the camera to be drawn."""
    length, width, height = SIZES_M[KIND_INDEX[actor.kind]].tolist()
    heading = np.array((np.cos(actor.heading_rad), np.sin(actor.heading_rad)))
    left = np.array((-heading[1], heading[0]))
    shape = np.array(((1, 1), (1, -1), (-1, -1), (-1, 1)), dtype=np.float64) / 2.0
    flat = np.array(actor.ground_m) + shape[:, :1] * length * heading + shape[:, 1:] * width * left
    corners, depths = camera.project_ground(flat)
    if depths.min() <= NEAR_M:
        return None
    raised = np.concatenate([flat, np.full((4, 1), height)], axis=1)
    roof, _ = camera.project(raised)
    every = np.concatenate([corners, roof])
    anchor = (float(every[:, 0].min() + every[:, 0].max()) / 2.0, float(corners[:, 1].max()))
    offset = np.array(actor.ground_m) - np.array(camera.position_m[:2])
    # Its way, as one looks along it away from the camera.
    east, north = (heading if float(heading @ offset) >= 0.0 else -heading).tolist()
    lateral = float(offset[0] * north - offset[1] * east)
    facing = (actor.heading_rad - camera.yaw_rad + np.pi) % (2.0 * np.pi) - np.pi
    return Footprint(corners, anchor, float(depths.min()), lateral, facing)


def spot_of(cutout: Cutout, place: Footprint, focal_px: float) -> Spot:
    """A cut-out at its true size."""
    return Spot(*place.anchor_px, focal_px / place.depth_m / cutout.px_per_m)


def vehicle_views(model: Model, depth_m: float) -> tuple[tuple[Cutout, float], ...]:
    """Which cut-outs of a vehicle to place one over the other, with their opacity."""
    cutouts = model.cutouts
    index = 0
    while index + 1 < len(cutouts):
        change_m = float(np.sqrt(cutouts[index].depth_m * cutouts[index + 1].depth_m))
        share = (depth_m / change_m - 1.0) / _BLEND
        if share <= -1.0:
            break
        if share < 1.0:
            return ((cutouts[index + 1], 1.0), (cutouts[index], (1.0 - share) / 2.0))
        index += 1
    return ((cutouts[index], 1.0),)


def person_view(facing_rad: float) -> str:
    """The side of a person that one sees."""
    turn = abs(facing_rad)
    if turn < np.pi / 4.0:
        return "away"
    if turn > 3.0 * np.pi / 4.0:
        return "toward"
    return "left" if facing_rad > 0.0 else "right"


def step_of(model: Model, walked_m: float, speed_m_s: float) -> Cutout:
    """The step of a person; one who stands has the feet together."""
    steps = model.cutouts
    if speed_m_s < _STANDS_M_S:
        return min(steps, key=lambda step: (step.body[2] - step.body[0]) / step.px_per_m)
    return steps[int(walked_m / _STRIDE_M * len(steps)) % len(steps)]


def lamps(cutout: Cutout, spot: Spot) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where the two lights of a vehicle are that one looks at."""
    side = _LAMP_SHARE * (cutout.body[2] - cutout.body[0]) * spot.scale
    y = spot.y - _LAMP_M * cutout.px_per_m * spot.scale
    return (spot.x - side, y), (spot.x + side, y)
