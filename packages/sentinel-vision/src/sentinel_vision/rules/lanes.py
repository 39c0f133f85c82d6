"""How long the lanes of a zone are."""

import numpy as np

from sentinel_core.domain.zones import Zone
from sentinel_vision.rules.geometry import polygon_area
from sentinel_vision.rules.ground import GroundPlane

_SHORTEST_KM = 1e-3


def lane_kilometres(zone: Zone, ground: GroundPlane, lane_width_m: float) -> float | None:
    """Kilometres of lane in a zone, by its area; None where the zone reaches the horizon."""
    area_m2 = polygon_area(ground.to_metres(np.array(zone.polygon)))
    return max(area_m2 / lane_width_m / 1000.0, _SHORTEST_KM) if np.isfinite(area_m2) else None
