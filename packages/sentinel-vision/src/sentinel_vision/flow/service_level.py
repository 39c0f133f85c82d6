"""Level of service A (free) to F (broken down).

Source: Highway Capacity Manual, 6th edition. By density: basic freeway segments, exhibit 12-15
(11, 18, 26, 35, 45 passenger cars per mile and lane). By speed: urban street segments, exhibit
16-3 (80, 67, 50, 40, 30 % of the free flow speed).
"""

from typing import Final, Literal

Level = Literal["A", "B", "C", "D", "E", "F"]
Basis = Literal["density", "speed"]

_LEVELS: Final[tuple[Level, ...]] = ("A", "B", "C", "D", "E", "F")
_DENSITIES: Final = (7.0, 11.0, 16.0, 22.0, 28.0)
_SPEED_SHARES: Final = (0.8, 0.67, 0.5, 0.4, 0.3)


def find_level(
    density: float | None, speed: float | None, free_flow: float | None
) -> tuple[Level | None, Basis | None]:
    """The level, and what it goes by.

    Args:
        density: Vehicles per kilometre of lane; None where the camera is not calibrated.
        speed: Mean speed; None where no vehicle was seen.
        free_flow: How fast vehicles go when nothing holds them up, in the same unit.
    """
    if density is not None:
        return _LEVELS[sum(density > limit for limit in _DENSITIES)], "density"
    if speed is None or not free_flow:
        return None, None
    share = speed / free_flow
    return _LEVELS[sum(share <= limit for limit in _SPEED_SHARES)], "speed"
