"""The synthetic city: how many frames of boxes it makes in a second."""

import sys
from collections.abc import Iterator
from itertools import islice

import numpy as np
from report import Report, Table, argument_parser

from sentinel_core.adapters.system_clock import SystemClock
from sentinel_sim.city.detector import USUAL, DetectorModel
from sentinel_sim.city.frame import CityFrame
from sentinel_sim.city.plan import Plan, merge
from sentinel_sim.city.scenario import Scenario, Story, play
from sentinel_sim.city.scenes import avenue, street

SECONDS = 40.0
PASSES = 3
SCENES = {
    "avenue, quiet": lambda _: avenue.traffic(300.0),
    "avenue, dense": lambda _: avenue.traffic(1400.0),
    "street with people": lambda dice: _crowded_street(dice),
}


def main() -> int:
    """Measure some scenes at some rates; the best of several passes for each frame."""
    arguments = argument_parser(__doc__.splitlines()[0]).parse_args()
    report = Report("city")
    table = Table(
        "Boxes of the synthetic city, one thread",
        ("scene", "filmed at", "actors in a frame", "frames/s", "with detector", "times real time"),
    )
    report.tables.append(table)
    for name, make_plan in SCENES.items():
        story = Story(name=name, summary="", duration_s=SECONDS, make_plan=make_plan)
        view = street.view if name.startswith("street") else avenue.view
        for fps in (25.0, 5.0):
            actors, plain_ms, detect_ms = _measure(view(story), fps)
            both = 1000.0 / (plain_ms + detect_ms)
            table.add(name, fps, actors, 1000.0 / plain_ms, both, both / fps)
    return report.finish(arguments.results, strict=arguments.strict)


def _measure(scenario: Scenario, fps: float) -> tuple[float, float, float]:
    """Actors in a frame, milliseconds of a frame, and of its detection."""
    clock = SystemClock()
    count = round(SECONDS * fps)
    times_ms, detect_ms = np.full((2, PASSES, count), np.inf)
    actors = 0.0
    for passed, detected in zip(times_ms, detect_ms, strict=True):
        frames: Iterator[CityFrame] = play(scenario, seed=1, fps=fps)
        model = DetectorModel(1, USUAL)
        # The first frame brings the warm-up of the world with it.
        began = clock.monotonic()
        for index, frame in enumerate(islice(frames, count)):
            filmed = clock.monotonic()
            passed[index] = (filmed - began) * 1000.0
            model.detect(frame)
            began = clock.monotonic()
            detected[index] = (began - filmed) * 1000.0
            actors += len(frame) / (count * PASSES)
    return (
        round(actors, 1),
        float(times_ms.min(axis=0)[1:].mean()),
        float(detect_ms.min(axis=0)[1:].mean()),
    )


def _crowded_street(dice: np.random.Generator) -> Plan:
    plans = street.traffic(400.0), street.walkers(dice, 900.0, SECONDS)
    return merge(*plans)


if __name__ == "__main__":
    sys.exit(main())
