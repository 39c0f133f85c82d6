"""All scenarios by their names."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sentinel_core.domain.incidents import IncidentType
from sentinel_sim.city.scenario import Scenario, Story
from sentinel_sim.city.scenes import avenue


def _collect() -> tuple[Scenario, ...]:
    return (
        avenue.view(
            Story(
                name="avenue_breakdown",
                summary="A vehicle breaks down on an avenue, the others drive around it.",
                duration_s=120.0,
                make_plan=avenue.plan_breakdown,
                staged=frozenset({IncidentType.STOPPED_VEHICLE}),
            )
        ),
        avenue.view(
            Story(
                name="avenue_wrong_way",
                summary="A vehicle comes along a lane of an avenue from the wrong end.",
                duration_s=90.0,
                make_plan=avenue.plan_wrong_way,
                staged=frozenset({IncidentType.WRONG_WAY}),
            )
        ),
    )


SCENARIOS: Final[Mapping[str, Scenario]] = MappingProxyType(
    {scenario.name: scenario for scenario in _collect()}
)
