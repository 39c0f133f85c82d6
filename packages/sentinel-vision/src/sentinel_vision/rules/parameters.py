"""Parameters of the rules: names, units, bounds, defaults, and how a zone overrides them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import Zone, ZoneSet, ZoneType
from sentinel_vision.rules.hysteresis import Timing

_REASONS: Mapping[str, str] = {"extra_forbidden": "there is no such parameter"}


def parameter(default: float, unit: str, bounds: tuple[float, float], text: str) -> Any:
    """A numeric parameter of a rule with all that a form or a manual needs."""
    lowest, highest = bounds
    return Field(
        default,
        ge=lowest,
        le=highest,
        strict=True,
        allow_inf_nan=False,
        description=text,
        json_schema_extra={"unit": unit},
    )


class Parameters(BaseModel):
    """What every rule has.

    Attributes:
        rule: The rule's name in `Zone.rules`.
        version: Goes into each incident; grows when the rule's meaning changes.
        zone_types: Where the rule looks at all; none: at the whole picture.
        needs_calibration: Without one the rule is silent.
        needs_pixels: Boxes alone do not tell; the rule is silent in a back-test.
        type_defaults: Defaults that are different in a zone of that type.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    rule: ClassVar[IncidentType]
    version: ClassVar[int] = 1
    zone_types: ClassVar[frozenset[ZoneType]] = frozenset({ZoneType.LANE})
    needs_calibration: ClassVar[bool] = False
    needs_pixels: ClassVar[bool] = False
    type_defaults: ClassVar[Mapping[ZoneType, Mapping[str, float]]] = {}

    enabled: bool = Field(
        default=True,
        strict=True,
        description="Whether the rule looks at this zone.",
        json_schema_extra={"unit": ""},
    )

    @classmethod
    def for_zone(cls, zone: Zone) -> Self | None:
        """The parameters in force in a zone; None where the rule does not look there.

        Raises:
            InvalidInput: The zone names a parameter that does not exist or is out of bounds.
        """
        if zone.type not in cls.zone_types:
            return None
        defaults = cls.type_defaults.get(zone.type, {})
        return cls._read({**defaults, **zone.rules.get(cls.rule.value, {})}, f"zone {zone.name}")

    @classmethod
    def for_camera(cls, zones: ZoneSet) -> Self | None:
        """The parameters of a rule that looks at the whole picture; None where it is off.

        Raises:
            InvalidInput: As `for_zone`.
        """
        return cls._read(zones.rules.get(cls.rule.value, {}), "the camera")

    @classmethod
    def _read(cls, values: Mapping[str, float | bool], owner: str) -> Self | None:
        try:
            found = cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join((cls.rule.value, *(str(part) for part in first["loc"])))
            reason = _REASONS.get(first["type"], first["msg"].removeprefix("Value error, "))
            raise InvalidInput(f"{name} of {owner}: {reason}", field=name) from None
        return found if found.enabled else None


class RuleParameters(Parameters):
    """Of a rule whose condition lasts. Each rule's own class adds to it."""

    on_s: float
    off_s: float
    cooldown_s: float = parameter(
        5.0, "s", (0.0, 3600.0), "After an incident no new one begins here for so long."
    )

    @property
    def timing(self) -> Timing:
        """What the state machine needs."""
        return Timing(on_s=self.on_s, off_s=self.off_s, cooldown_s=self.cooldown_s)


class MomentParameters(Parameters):
    """Of a rule whose incidents are over when they are seen."""

    cooldown_s: float = parameter(
        5.0, "s", (0.0, 3600.0), "The same vehicles raise no new one for so long."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterDescription:
    """One parameter, for a form or a manual.

    Attributes:
        type_defaults: Where the default is different, by type of zone.
        minimum: None for a switch.
    """

    name: str
    unit: str
    default: float | bool
    type_defaults: Mapping[ZoneType, float]
    minimum: float | None
    maximum: float | None
    description: str


def describe_parameters(parameters: type[Parameters]) -> Iterator[ParameterDescription]:
    """All parameters of a rule, in the order of their definition."""
    for name, field in parameters.model_fields.items():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        yield ParameterDescription(
            name=name,
            unit=str(extra.get("unit", "")),
            default=field.default,
            type_defaults={
                kind: values[name]
                for kind, values in parameters.type_defaults.items()
                if name in values
            },
            minimum=_bound(field, "ge"),
            maximum=_bound(field, "le"),
            description=field.description or "",
        )


def _bound(field: FieldInfo, kind: str) -> float | None:
    return next((getattr(item, kind) for item in field.metadata if hasattr(item, kind)), None)
