"""Scenarios: a world, a camera that looks at it, and what is drawn into its picture."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from uuid import UUID
from zlib import crc32

import numpy as np

from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import ZoneSet
from sentinel_sim.city.camera import PinholeCamera
from sentinel_sim.city.frame import CityFrame
from sentinel_sim.city.kinds import FIRST_RIDER_ID
from sentinel_sim.city.occlusion import visible_shares
from sentinel_sim.city.plan import Plan
from sentinel_sim.city.roads import GroundPolygon
from sentinel_sim.city.world import Moment, World, blend

PlanMaker = Callable[[np.random.Generator], Plan]
"""Makes what is to happen out of the dice of a seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What happens, whoever looks at it.

    Attributes:
        summary: A sentence for people.
        duration_s: Of the scene; the world runs before it, so that it does not begin empty.
        make_plan: What happens, by seed.
        staged: What is to be found in it; nothing: normal traffic.
        world: Scenarios of the same world show the same things at the same seed; "": the name's.
    """

    name: str
    summary: str
    duration_s: float
    make_plan: PlanMaker
    staged: frozenset[IncidentType] = frozenset()
    world: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Scenario:
    """A story as one camera sees it.

    Attributes:
        zones: As a user would have drawn them, with a calibration where the camera has one.
        grounds: The same areas on the ground, as far as the camera sees them.
        lane_of_zone: Which lane of the layout a lane zone is.
    """

    story: Story
    camera: PinholeCamera
    zones: ZoneSet
    grounds: Mapping[UUID, GroundPolygon]
    lane_of_zone: Mapping[UUID, str]

    @property
    def name(self) -> str:
        """Of the story."""
        return self.story.name

    @property
    def summary(self) -> str:
        """Of the story."""
        return self.story.summary

    @property
    def duration_s(self) -> float:
        """Of the story."""
        return self.story.duration_s

    @property
    def staged(self) -> frozenset[IncidentType]:
        """Of the story."""
        return self.story.staged

    @property
    def width(self) -> int:
        """Pixels of the picture."""
        return self.camera.width

    @property
    def height(self) -> int:
        """Pixels of the picture."""
        return self.camera.height

    def cut(self, seconds: float) -> "Scenario":
        """The same, but only its first seconds."""
        story = replace(self.story, duration_s=seconds, world=self.story.world or self.story.name)
        return replace(self, story=story)

    def plan(self, seed: int) -> Plan:
        """What happens at a seed."""
        world = self.story.world or self.story.name
        return self.story.make_plan(np.random.default_rng((seed, crc32(world.encode()))))

    def moments(self, seed: int) -> Iterator[Moment]:
        """The world in its own steps, from 0 to the end."""
        return World(self.plan(seed), seed).run(self.duration_s)


def play(scenario: Scenario, *, seed: int, fps: float) -> Iterator[CityFrame]:
    """Film a scenario.

    The world is the same at every rate; a rate only picks from it. What lies between two steps of
    the world is interpolated.

    Args:
        scenario: What to film.
        seed: The same seed gives the same frames, byte for byte.
        fps: Frames per second, the first at 0.
    """
    index = 0
    for before, after in pairwise(scenario.moments(seed)):
        while index / fps < after.t_s - 1e-9:
            yield film(scenario.camera, blend(before, after, index / fps))
            index += 1


def film(camera: PinholeCamera, moment: Moment) -> CityFrame:
    """What a camera sees of the world."""
    rows, boxes, inside, depths = camera.film(moment.places, moment.headings, moment.kinds)
    bodies = moment.ids[rows] % FIRST_RIDER_ID
    hides = bodies[:, None] != bodies
    return CityFrame(
        t_s=moment.t_s,
        width=camera.width,
        height=camera.height,
        actor_ids=moment.ids[rows],
        kinds=moment.kinds[rows],
        boxes_px=boxes,
        visibility=inside * visible_shares(boxes, depths, hides),
        ground_m=moment.places[rows],
        heading_rad=moment.headings[rows],
        speed_m_s=moment.speeds[rows],
        distance_m=depths,
    )
