"""What to try: a rule of a camera, with parameters that are not in force, one of them swept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import ZoneSet
from sentinel_vision.rules.catalogue import RULES, validate_zone_rules

MAX_SWEEP = 12

_PARAMETERS = {parameters.rule: parameters for parameters in RULES}
_OF_PIXELS = frozenset(
    {IncidentType.CAMERA_TAMPER, IncidentType.ABANDONED_OBJECT}
    | {parameters.rule for parameters in RULES if parameters.needs_pixels}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestPlan:
    """What to try.

    Attributes:
        zones: Of the camera.
        changes: Parameters that differ from what the zones say, in every zone of the rule.
        swept: A parameter that is tried with each of `values`; "": none.
        zone_name: Try it in this zone alone; None: wherever the rule looks.
    """

    zones: ZoneSet
    rule: IncidentType
    changes: Mapping[str, float | bool] = field(default_factory=dict)
    swept: str = ""
    values: Sequence[float] = ()
    zone_name: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be tried.

        Raises:
            InvalidInput: A rule that looks at pictures, that does not exist or looks at none of
                the zones; a parameter that does not exist or is out of bounds; too many values.
        """
        if self.rule in _OF_PIXELS:
            raise InvalidInput(
                f"{self.rule} looks at pictures, and only boxes are kept: it cannot be back-tested",
                field="rule",
            )
        if bool(self.swept) != bool(self.values):
            raise InvalidInput("a sweep needs a parameter and values", field="sweep")
        if len(self.values) > MAX_SWEEP:
            raise InvalidInput(f"a sweep has at most {MAX_SWEEP} values", field="sweep.values")
        if not self._zone_indices():
            raise InvalidInput(f"{self.rule} looks at none of the zones", field="rule")
        for _, zones in self.variants():
            validate_zone_rules(zones)

    def variants(self) -> list[tuple[float | None, ZoneSet]]:
        """The zones to be tried, by the swept value; None: without a sweep."""
        if not self.values:
            return [(None, self._with({}))]
        return [(value, self._with({self.swept: value})) for value in self.values]

    def _zone_indices(self) -> list[int]:
        parameters = _PARAMETERS.get(self.rule)
        if parameters is None:
            return []
        return [
            index
            for index, zone in enumerate(self.zones.zones)
            if zone.type in parameters.zone_types and self.zone_name in (None, zone.name)
        ]

    def _with(self, more: Mapping[str, float | bool]) -> ZoneSet:
        chosen = self._zone_indices()
        changes = {"enabled": True, **self.changes, **more}
        zones = [
            zone.model_copy(
                update={
                    "rules": {
                        **zone.rules,
                        self.rule.value: {**zone.rules.get(self.rule.value, {}), **changes},
                    }
                }
            )
            if index in chosen
            else zone
            for index, zone in enumerate(self.zones.zones)
        ]
        return self.zones.model_copy(update={"zones": tuple(zones)})
