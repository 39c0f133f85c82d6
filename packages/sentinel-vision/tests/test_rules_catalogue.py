"""Parameters of the rules: what a zone may say."""

import pytest

from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import GroundPoint, Zone, ZoneType
from sentinel_vision.rules.catalogue import describe_rules, validate_zone_rules
from sentinel_vision.rules.congestion import CongestionParameters
from sentinel_vision.rules.stopped_vehicle import StoppedVehicleParameters
from sentinel_vision.testing.traffic import WHOLE_PICTURE, engine_for, lane, zone_set


def _zone(kind: ZoneType, **rules: dict[str, float | bool]) -> Zone:
    return Zone(name="z", type=kind, polygon=WHOLE_PICTURE, rules=rules)


def test_every_rule_is_described() -> None:
    rules = describe_rules()
    assert {rule.name for rule in rules} == set(IncidentType)
    for rule in rules:
        assert rule.summary
        for parameter in rule.parameters:
            assert parameter.description
            if not isinstance(parameter.default, bool):
                assert parameter.minimum is not None
                assert parameter.maximum is not None
                assert parameter.minimum <= parameter.default <= parameter.maximum


def test_overrides_replace_single_defaults() -> None:
    found = CongestionParameters.for_zone(lane(rules={"congestion": {"on_s": 15}}))
    assert found is not None
    assert (found.on_s, found.off_s) == (15.0, 60.0)


def test_a_default_may_depend_on_the_type_of_the_zone() -> None:
    in_lane = StoppedVehicleParameters.for_zone(lane())
    no_stop = StoppedVehicleParameters.for_zone(_zone(ZoneType.NO_STOP))
    assert in_lane is not None
    assert no_stop is not None
    assert (in_lane.on_s, no_stop.on_s) == (10.0, 60.0)


def test_a_rule_can_be_switched_off_and_looks_only_at_its_zones() -> None:
    off = lane(rules={"stopped_vehicle": {"enabled": False}})
    assert StoppedVehicleParameters.for_zone(off) is None
    assert StoppedVehicleParameters.for_zone(_zone(ZoneType.PARKING)) is None


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"earthquake": {"on_s": 1.0}}, "zones.1.rules.earthquake"),
        ({"congestion": {"patience": 1.0}}, "zones.1.rules.congestion.patience"),
        ({"congestion": {"on_s": 0.0}}, "zones.1.rules.congestion.on_s"),
        ({"congestion": {"on_s": 1e9}}, "zones.1.rules.congestion.on_s"),
        ({"congestion": {"on_s": True}}, "zones.1.rules.congestion.on_s"),
        ({"stopped_vehicle": {"enabled": 1.0}}, "zones.1.rules.stopped_vehicle.enabled"),
        ({"congestion": {"occupied_share": 0.2}}, "zones.1.rules.congestion"),
        ({"congestion": {"slow_exit_share": 0.4}}, "zones.1.rules.congestion"),
        ({"stopped_vehicle": {"moved_bl": 0.1}}, "zones.1.rules.stopped_vehicle"),
        ({"wrong_way": {"cosine": 0.5}}, "zones.1.rules.wrong_way.cosine"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    rules: dict[str, dict[str, float | bool]], field: str
) -> None:
    zones = zone_set(lane("first"), lane("second", rules=rules))
    with pytest.raises(InvalidInput) as refused:
        validate_zone_rules(zones)
    assert refused.value.field == field


def test_a_rule_in_a_zone_that_it_does_not_look_at_is_refused() -> None:
    with pytest.raises(InvalidInput, match="parking"):
        validate_zone_rules(zone_set(_zone(ZoneType.PARKING, congestion={"on_s": 15})))


def test_a_calibration_on_a_line_is_refused() -> None:
    points = [GroundPoint(image=(x / 10, 0.5), ground_m=(float(x), 0.0)) for x in range(4)]
    with pytest.raises(InvalidInput):
        validate_zone_rules(zone_set(lane(), calibration=points))


def test_good_rules_pass() -> None:
    rules: dict[str, dict[str, float | bool]] = {
        "congestion": {"on_s": 15, "occupied_share": 0.2, "occupied_exit_share": 0.1},
        "wrong_way": {"enabled": False},
    }
    validate_zone_rules(zone_set(lane(rules=rules)))
    engine_for(lane(rules=rules))
