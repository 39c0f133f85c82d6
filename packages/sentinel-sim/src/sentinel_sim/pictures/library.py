"""All scenarios that can be drawn, and the street behind each."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sentinel_core.domain.errors import InvalidInput
from sentinel_sim.city.scenario import Scenario
from sentinel_sim.pictures import plaza, toll_road
from sentinel_sim.pictures.backdrops import BACKDROPS, Backdrop

PICTURED: Final[Mapping[str, Scenario]] = MappingProxyType(
    {
        **{story.name: toll_road.view(story) for story in toll_road.STORIES},
        **{story.name: plaza.view(story) for story in plaza.STORIES},
    }
)
"""Scenarios with a real street behind them, by name."""

_STREETS: Final = {
    **dict.fromkeys((story.name for story in toll_road.STORIES), "toll_road"),
    **dict.fromkeys((story.name for story in plaza.STORIES), "plaza"),
}


def scenario_named(name: str) -> Scenario:
    """One of them.

    Raises:
        InvalidInput: There is none of that name.
    """
    if name not in PICTURED:
        raise InvalidInput(
            f"there is no scenario {name!r}; there are {', '.join(PICTURED)}", field="scenario"
        )
    return PICTURED[name]


def backdrop_of(scenario: Scenario) -> Backdrop:
    """The empty street that its camera sees."""
    return BACKDROPS[_STREETS[scenario.name]]()
