"""What really happened in a scenario."""

from functools import lru_cache
from typing import Final

from sentinel_sim.city.observers.driving import StandingVehicle, WrongWay
from sentinel_sim.city.observers.encounters import Encounters
from sentinel_sim.city.observers.flow import Congestion, Queue, Speeding
from sentinel_sim.city.observers.people import (
    AbandonedObject,
    CameraTamper,
    Crowd,
    Loiterer,
    PersonOnRoad,
)
from sentinel_sim.city.observers.stage import Observer, Sight, Stage
from sentinel_sim.city.observers.turning import UTurn
from sentinel_sim.city.scenario import Scenario
from sentinel_sim.city.truth import TruthEvent
from sentinel_sim.city.world import World

_OBSERVERS: Final = (
    WrongWay,
    StandingVehicle,
    Congestion,
    Queue,
    Speeding,
    UTurn,
    Encounters,
    PersonOnRoad,
    Loiterer,
    Crowd,
    AbandonedObject,
    CameraTamper,
)
_REMEMBERED: Final = 64


@lru_cache(maxsize=_REMEMBERED)
def truth_of(scenario: Scenario, seed: int) -> tuple[TruthEvent, ...]:
    """Everything that a perfect observer would report, by its start.

    It comes from the states of the world alone, whatever the plan wanted to happen, and is the
    same for every sampled rate.
    """
    plan = scenario.plan(seed)
    world = World(plan, seed)
    stage = Stage(scenario=scenario, plan=plan, walk_ids=world.walk_ids)
    observers: list[Observer] = [make(stage) for make in _OBSERVERS]
    for moment in world.run(scenario.duration_s):
        sight = Sight(stage, moment)
        for observer in observers:
            observer.see(sight)
    events = [event for observer in observers for event in observer.report(scenario.duration_s)]
    return tuple(sorted(events, key=lambda event: (event.started_s, event.type, event.actors)))
