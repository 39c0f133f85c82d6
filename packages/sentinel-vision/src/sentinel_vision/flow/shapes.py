"""When is a zone still the same, so that what was learned about it holds?"""

from hashlib import sha256
from json import dumps

from sentinel_core.domain.zones import Zone, ZoneSet


def zone_shape(zone: Zone, zones: ZoneSet) -> str:
    """Changes with where a zone is and with what its figures mean; its name may change."""
    points = [(point.image, point.ground_m) for point in zones.calibration]
    text = dumps([zone.type, zone.polygon, zone.direction, points])
    return sha256(text.encode()).hexdigest()[:12]
