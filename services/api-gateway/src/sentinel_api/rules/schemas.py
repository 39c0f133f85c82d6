"""Rules on the wire."""

from typing import Self

from sentinel_api.schemas import Answer
from sentinel_core.domain.incidents import TYPE_PRIORITIES, IncidentType, Priority
from sentinel_core.domain.zones import ZoneType
from sentinel_vision.rules.catalogue import RuleDescription
from sentinel_vision.rules.parameters import ParameterDescription


class ParameterAnswer(Answer):
    """One parameter of a rule, with all that its field in a form needs.

    Attributes:
        unit: `BL` is body lengths; empty: a share, a cosine or a switch.
        type_defaults: Where the default is another, by type of zone.
        minimum: Null for a switch.
    """

    name: str
    unit: str
    default: float | bool
    type_defaults: dict[ZoneType, float]
    minimum: float | None
    maximum: float | None
    description: str

    @classmethod
    def of(cls, parameter: ParameterDescription) -> Self:
        """As everybody sees it."""
        return cls(
            name=parameter.name,
            unit=parameter.unit,
            default=parameter.default,
            type_defaults=dict(parameter.type_defaults),
            minimum=parameter.minimum,
            maximum=parameter.maximum,
            description=parameter.description,
        )


class RuleAnswer(Answer):
    """A rule.

    Attributes:
        name: As in `rules` of a zone or a zone set.
        zone_types: Where it can be set; empty: for the whole picture.
        needs_calibration: It is silent while the camera has no calibration.
        needs_pixels: It is silent where only boxes are known, as in a back-test.
        parameters: In the order to be shown.
    """

    name: IncidentType
    summary: str
    version: int
    priority: Priority
    zone_types: list[ZoneType]
    needs_calibration: bool
    needs_pixels: bool
    parameters: list[ParameterAnswer]

    @classmethod
    def of(cls, rule: RuleDescription) -> Self:
        """As everybody sees it."""
        return cls(
            name=rule.name,
            summary=rule.summary,
            version=rule.version,
            priority=TYPE_PRIORITIES[rule.name],
            zone_types=list(rule.zone_types),
            needs_calibration=rule.needs_calibration,
            needs_pixels=rule.needs_pixels,
            parameters=[ParameterAnswer.of(parameter) for parameter in rule.parameters],
        )
