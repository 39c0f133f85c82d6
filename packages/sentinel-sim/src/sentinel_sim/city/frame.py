"""One picture of the city as numbers: which actor is where in it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_sim.city.kinds import CLASS_OF_KIND, KINDS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class ActorView(NamedTuple):
    """One actor in one picture.

    Attributes:
        box_px: x1, y1, x2, y2, cut at the picture's edges.
        visibility: Share of the actor that is in the picture and that nothing hides, 0..1.
        ground_m: Middle of its footprint.
        heading_rad: From the x axis of the ground, counter-clockwise.
        kind: Name of a `kinds.KINDS`.
        distance_m: Depth from the camera: what is nearer hides what is further.
    """

    actor_id: int
    class_id: int
    box_px: tuple[float, float, float, float]
    visibility: float
    ground_m: tuple[float, float]
    heading_rad: float
    speed_m_s: float
    kind: str
    distance_m: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CityFrame:
    """The actors in one picture, a struct of arrays; row i of each is the same actor.

    Attributes:
        width: Pixels of the picture, as `height`.
        actor_ids: int64, shape (n,), ascending. A rider is `kinds.FIRST_RIDER_ID` + its vehicle.
        kinds: int64, shape (n,), indices into `kinds.KINDS`.
        boxes_px: float64, shape (n, 4), x1, y1, x2, y2, cut at the picture's edges.
        visibility: float64, shape (n,), see `ActorView`, as for the arrays that follow.
        ground_m: float64, shape (n, 2).
    """

    t_s: float
    width: int
    height: int
    actor_ids: Integers
    kinds: Integers
    boxes_px: Floats
    visibility: Floats
    ground_m: Floats
    heading_rad: Floats
    speed_m_s: Floats
    distance_m: Floats

    def __len__(self) -> int:
        return len(self.actor_ids)

    @property
    def class_ids(self) -> Integers:
        """What a detector calls each, shape (n,)."""
        return CLASS_OF_KIND[self.kinds]

    @property
    def pts_90k(self) -> int:
        """Time on the media clock."""
        return round(self.t_s * TICKS_PER_SECOND)

    @property
    def actors(self) -> tuple[ActorView, ...]:
        """The rows as objects."""
        return tuple(
            ActorView(
                actor_id,
                KINDS[kind].class_id,
                (box[0], box[1], box[2], box[3]),
                visibility,
                (ground[0], ground[1]),
                heading,
                speed,
                KINDS[kind].name,
                distance,
            )
            for actor_id, kind, box, visibility, ground, heading, speed, distance in zip(
                self.actor_ids.tolist(),
                self.kinds.tolist(),
                self.boxes_px.tolist(),
                self.visibility.tolist(),
                self.ground_m.tolist(),
                self.heading_rad.tolist(),
                self.speed_m_s.tolist(),
                self.distance_m.tolist(),
                strict=True,
            )
        )


def drop_frames(
    frames: Iterable[CityFrame], share: float, *, seed: int, run: float = 2.0
) -> Iterator[CityFrame]:
    """Lose some frames, as a bad network does: in runs of `run` on average.

    Args:
        frames: What was filmed.
        share: 0..1, how many are lost in the long run.
        seed: The same seed loses the same frames.
        run: Average length of a loss in frames.
    """
    generator = np.random.default_rng((seed, 0xD20B))
    is_lost = False
    begin = share / (run * (1.0 - share)) if share < 1.0 else 1.0
    for frame in frames:
        is_lost = bool(generator.random() < (1.0 - 1.0 / run if is_lost else begin))
        if not is_lost:
            yield frame
