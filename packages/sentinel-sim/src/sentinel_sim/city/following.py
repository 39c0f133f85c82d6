"""Who drives behind whom, and how.

Car following: the improved intelligent driver model of Treiber and Kesting, Traffic Flow Dynamics
(2013), chapter 11; the model itself is Treiber, Hennecke and Helbing (2000).
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sentinel_sim.city.frame import Floats

HEADWAY_S: Final = 1.3
STANDSTILL_M: Final = 2.5
BRAKING_M_S2: Final = 1.6
HARDEST_M_S2: Final = 8.0

LANE_KEY: Final = 1.0e4
"""Longer than any lane: lane * LANE_KEY + way orders everything on all lanes."""


class Obstacles(NamedTuple):
    """Things on lanes that one must not drive into; arrays of one length.

    Attributes:
        ways: Of their middles along the lane.
        speeds: Along the lane.
        halves: Half of their length.
        berths: What is kept clear of them beyond that.
    """

    lanes: NDArray[np.intp]
    ways: Floats
    speeds: Floats
    halves: Floats
    berths: Floats

    @classmethod
    def empty(cls) -> "Obstacles":
        """None."""
        none = np.empty(0)
        return cls(np.empty(0, dtype=np.intp), none, none, none, none)

    def joined(self, other: "Obstacles") -> "Obstacles":
        """Both."""
        if not len(other.ways):
            return self
        return Obstacles(*(np.concatenate(pair) for pair in zip(self, other, strict=True)))


class LaneOrder:
    """Everything on the lanes in the order of its way."""

    def __init__(self, things: Obstacles) -> None:
        keys = things.lanes * LANE_KEY + things.ways
        order = keys.argsort(kind="stable")
        self._keys = keys[order]
        self._lanes = np.append(things.lanes[order], -1)
        self._ways = np.append(things.ways[order], np.inf)
        self._speeds = np.append(things.speeds[order], 0.0)
        self._halves = np.append(things.halves[order], 0.0)
        self._berths = np.append(things.berths[order], 0.0)

    def ahead(self, lanes: NDArray[np.intp], ways: Floats) -> tuple[Floats, Floats, Floats]:
        """What is next in each lane after a way.

        Returns:
            Way of its rear end, its speed, its berth; infinite, 0 and 0 where there is nothing.
        """
        places = self._keys.searchsorted(lanes * LANE_KEY + ways, side="right")
        is_there = self._lanes[places] == lanes
        rears = np.where(is_there, self._ways[places] - self._halves[places], np.inf)
        speeds = np.where(is_there, self._speeds[places], 0.0)
        return rears, speeds, np.where(is_there, self._berths[places], 0.0)

    def behind(self, lane: int, way: float) -> tuple[float, float]:
        """Way of the front end of the last thing in a lane before a way, and its speed.

        Minus infinity and 0 where there is none.
        """
        place = int(self._keys.searchsorted(lane * LANE_KEY + way)) - 1
        if place < 0 or self._lanes[place] != lane:
            return -np.inf, 0.0
        return float(self._ways[place] + self._halves[place]), float(self._speeds[place])


def accelerate(
    speeds: Floats, desired: Floats, limits: Floats, gaps: Floats, leader_speeds: Floats
) -> Floats:
    """What each driver does, metres per second squared.

    Args:
        speeds: Shape (n,), as all others.
        desired: What it would drive on a free road.
        limits: Its strongest acceleration.
        gaps: Free way to the next thing, infinite where there is none.
        leader_speeds: How fast that is.
    """
    desired = np.maximum(desired, 0.1)
    share = speeds / desired
    over = np.maximum(share, 1.0)
    free = np.where(
        share <= 1.0,
        limits * (1.0 - share**4),
        -BRAKING_M_S2 * (1.0 - over ** (-4.0 * limits / BRAKING_M_S2)),
    )
    closing = speeds * (speeds - leader_speeds) / (2.0 * np.sqrt(limits * BRAKING_M_S2))
    wanted = STANDSTILL_M + np.maximum(0.0, speeds * HEADWAY_S + closing)
    nearness = wanted / np.maximum(gaps, 0.1)
    exponent = np.minimum(2.0 * limits / np.maximum(free, 1e-6), 50.0)
    calm = np.where(nearness < 1.0, free * (1.0 - np.minimum(nearness, 1.0) ** exponent), 0.0)
    near = limits * (1.0 - nearness**2)
    bounded = np.where(
        share <= 1.0,
        np.where(nearness >= 1.0, near, calm),
        np.where(nearness >= 1.0, free + near, free),
    )
    return np.maximum(bounded, -HARDEST_M_S2)
