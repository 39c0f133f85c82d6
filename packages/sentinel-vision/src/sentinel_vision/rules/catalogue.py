"""All rules: their names and parameters, for checks, forms and manuals."""

from dataclasses import dataclass
from inspect import getdoc
from typing import Final

from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import Zone, ZoneSet, ZoneType
from sentinel_vision.rules.abandoned_object import AbandonedObjectParameters
from sentinel_vision.rules.box_filter import BOXES, BoxFilterParameters
from sentinel_vision.rules.collision import CollisionParameters
from sentinel_vision.rules.congestion import CongestionParameters
from sentinel_vision.rules.crowding import CrowdingParameters
from sentinel_vision.rules.ground import GroundPlane
from sentinel_vision.rules.illegal_u_turn import IllegalUTurnParameters
from sentinel_vision.rules.loitering import LoiteringParameters
from sentinel_vision.rules.near_miss import NearMissParameters
from sentinel_vision.rules.parameters import (
    ParameterDescription,
    Parameters,
    describe_parameters,
)
from sentinel_vision.rules.pedestrian_on_road import PedestrianOnRoadParameters
from sentinel_vision.rules.queue import QueueParameters
from sentinel_vision.rules.speeding import SpeedingParameters
from sentinel_vision.rules.stopped_vehicle import StoppedVehicleParameters
from sentinel_vision.rules.view_faults import CameraTamperParameters
from sentinel_vision.rules.wrong_way import WrongWayParameters

RULES: Final[tuple[type[Parameters], ...]] = (
    CongestionParameters,
    QueueParameters,
    StoppedVehicleParameters,
    WrongWayParameters,
    IllegalUTurnParameters,
    SpeedingParameters,
    NearMissParameters,
    CollisionParameters,
    PedestrianOnRoadParameters,
    LoiteringParameters,
    CrowdingParameters,
    AbandonedObjectParameters,
    CameraTamperParameters,
)

_BY_NAME: Final = {parameters.rule.value: parameters for parameters in RULES}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDescription:
    """A rule as a form shows it.

    Attributes:
        name: As in `Zone.rules`.
        zone_types: Where it can be set; none: for the whole picture.
        needs_calibration: It is silent while the camera has no calibration.
        needs_pixels: It is silent where only boxes are known, as in a back-test.
        parameters: In the order to be shown.
    """

    name: IncidentType
    summary: str
    version: int
    zone_types: tuple[ZoneType, ...]
    needs_calibration: bool
    needs_pixels: bool
    parameters: tuple[ParameterDescription, ...]


def describe_rules() -> tuple[RuleDescription, ...]:
    """All rules that exist."""
    return tuple(
        RuleDescription(
            name=parameters.rule,
            summary=(getdoc(parameters) or "").partition("\n")[0],
            version=parameters.version,
            zone_types=tuple(kind for kind in ZoneType if kind in parameters.zone_types),
            needs_calibration=parameters.needs_calibration,
            needs_pixels=parameters.needs_pixels,
            parameters=tuple(describe_parameters(parameters)),
        )
        for parameters in RULES
    )


def validate_zone_rules(zones: ZoneSet) -> None:
    """Check what zones say about rules, before they are stored.

    Raises:
        InvalidInput: A rule or a parameter that does not exist, a value out of bounds or of the
            wrong kind, an exit that is stricter than its enter condition, a rule in a type of
            zone at which it does not look, or a calibration whose points lie on one line.
            `field` is a path such as `zones.2.rules.congestion.on_s`.
    """
    for index, zone in enumerate(zones.zones):
        for name in zone.rules:
            _validate_rule(zone, name, f"zones.{index}.rules")
    for name in zones.rules:
        _validate_camera_rule(zones, name)
    if zones.calibration:
        GroundPlane(zones.calibration)


def _validate_rule(zone: Zone, name: str, path: str) -> None:
    parameters = _BY_NAME.get(name)
    if parameters is None:
        known = ", ".join(_BY_NAME)
        raise InvalidInput(f"there is no rule {name}; there are {known}", field=f"{path}.{name}")
    if zone.type not in parameters.zone_types:
        raise InvalidInput(
            f"{name} does not look at zones of type {zone.type}", field=f"{path}.{name}"
        )
    try:
        parameters.for_zone(zone)
    except InvalidInput as error:
        raise InvalidInput(error.message, field=f"{path}.{error.field}") from None


def _validate_camera_rule(zones: ZoneSet, name: str) -> None:
    """`ZoneSet.rules`: of rules that look at the whole picture, and of the boxes that count."""
    readers = {BOXES: BoxFilterParameters.for_camera} | {
        key: found.for_camera for key, found in _BY_NAME.items() if not found.zone_types
    }
    if name not in readers:
        known = ", ".join(readers)
        raise InvalidInput(
            f"there is no rule {name} for a whole picture; there are {known}",
            field=f"rules.{name}",
        )
    try:
        readers[name](zones)
    except InvalidInput as error:
        raise InvalidInput(error.message, field=f"rules.{error.field}") from None
