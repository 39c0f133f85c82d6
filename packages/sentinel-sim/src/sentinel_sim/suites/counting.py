"""Counting lines in the synthetic city: what is counted against who really crossed.

A line lies across the lanes of one direction of the avenue, at a place on the ground. Truth is
who crosses that place on the ground, whatever any camera sees of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Final

import numpy as np

from sentinel_core.contracts.generated.flow_event import FlowEvent
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_core.domain.zones import Zone, ZoneSet, ZoneType
from sentinel_sim.city.detector import USUAL, DetectorModel, Noise
from sentinel_sim.city.frame import CityFrame
from sentinel_sim.city.kinds import FIRST_RIDER_ID
from sentinel_sim.city.library import SCENARIOS
from sentinel_sim.city.scenario import Scenario, play
from sentinel_sim.suites.targets import Cell, Target
from sentinel_vision.flow.meter import FlowMeter
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.rules.scene import SceneFrame
from sentinel_vision.tracking.tracker import Tracker

SCENARIO: Final = "avenue_hour"
PLACE_M: Final = 50.0
"""Where the lines lie along the avenue."""

EDGES_M: Final = {"eastbound": (-7.2, 0.0), "westbound": (0.0, 7.2)}
"""Between which distances from its middle each of them runs."""

BEGIN: Final = datetime(2026, 6, 2, 8, tzinfo=UTC)
TRUTH_FPS: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCount:
    """One line, one frame rate.

    Attributes:
        crossed: Vehicles that really crossed, either way.
        counted: What the product counted, either way.
        wrong_way: Of these, against the direction of the lanes, where nobody drove.
    """

    line: str
    fps: float
    crossed: int
    counted: int
    wrong_way: int

    @property
    def error_share(self) -> float:
        """How far the count is off."""
        return abs(self.counted - self.crossed) / max(self.crossed, 1)

    def row(self) -> tuple[Cell, ...]:
        """Of the table `COLUMNS`."""
        share = 100.0 * self.error_share
        return (self.line, self.fps, self.crossed, self.counted, self.wrong_way, share)


COLUMNS = ("line", "frames/s", "crossed", "counted", "wrong way", "error %")


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingReport:
    """All lines and rates."""

    counts: Sequence[LineCount]

    def targets(self, most_error_share: float = 0.05) -> list[Target]:
        """A line each: how far a count may be off at 5 frames a second and more."""
        return [
            Target(
                "flow",
                f"count {count.line} at {count.fps:g} frames/s, off by",
                round(count.error_share, 4),
                "<=",
                most_error_share,
            )
            for count in self.counts
            if count.fps >= TRUTH_FPS
        ]


def run_counting(
    *,
    seed: int = 1,
    rates: Sequence[float] = (10.0, 5.0, 3.0, 2.0),
    seconds: float = 600.0,
    noise: Noise = USUAL,
) -> CountingReport:
    """Count normal traffic at several rates of the same world."""
    scene = SCENARIOS[SCENARIO]
    lines = make_lines(scene)
    fastest = max((*rates, TRUTH_FPS))
    frames = list(
        takewhile(lambda frame: frame.t_s <= seconds, play(scene, seed=seed, fps=fastest))
    )
    truth = true_crossings(frames)
    counts = []
    for fps in rates:
        events = _measure(scene, lines, _thinned(frames, fps), DetectorModel(seed, noise))
        for line in lines:
            forward, backward = _total(events, str(line.id))
            counts.append(
                LineCount(
                    line=line.name,
                    fps=fps,
                    crossed=truth[line.name],
                    counted=forward + backward,
                    wrong_way=backward,
                )
            )
    return CountingReport(counts=counts)


def make_lines(scene: Scenario) -> tuple[Zone, ...]:
    """Lines that are crossed forward by who drives as one should."""
    lines = []
    for name, (low, high) in EDGES_M.items():
        # Eastbound traffic goes away from the camera: from its left edge on, up is to the left.
        ends = (high, low) if name == "westbound" else (low, high)
        pixels, _ = scene.camera.project_ground(np.array([(PLACE_M, y) for y in ends]))
        size = (scene.width, scene.height)
        points = np.clip(pixels / size, 0.0, 1.0).tolist()
        lines.append(
            Zone(
                name=name,
                type=ZoneType.COUNTING_LINE,
                polygon=tuple((float(x), float(y)) for x, y in points),
            )
        )
    return tuple(lines)


def true_crossings(frames: Sequence[CityFrame]) -> dict[str, int]:
    """Vehicles that pass `PLACE_M` on the ground, by line; each once."""
    before: dict[int, float] = {}
    crossed: dict[str, set[int]] = {name: set() for name in EDGES_M}
    for frame in frames:
        here: dict[int, float] = {}
        for actor, (x, y) in zip(frame.actor_ids.tolist(), frame.ground_m.tolist(), strict=True):
            if actor >= FIRST_RIDER_ID:
                continue
            here[actor] = x
            if actor in before and (before[actor] < PLACE_M) != (x < PLACE_M):
                crossed["eastbound" if y < 0.0 else "westbound"].add(actor)
        before = here
    return {name: len(actors) for name, actors in crossed.items()}


def _thinned(frames: Sequence[CityFrame], fps: float) -> Iterator[CityFrame]:
    due_s = 0.0
    for frame in frames:
        if frame.t_s >= due_s - 1e-6:
            due_s += 1.0 / fps
            yield frame


def _measure(
    scene: Scenario, lines: tuple[Zone, ...], frames: Iterator[CityFrame], detector: DetectorModel
) -> list[FlowEvent]:
    engine = RuleEngine("suite", ZoneSet(version=1, zones=lines), "suite")
    meter, tracker = FlowMeter("suite", engine.layout, "suite"), Tracker()
    events = []
    for index, frame in enumerate(frames):
        shot = SceneFrame(
            stream_epoch="suite",
            frame_index=index,
            pts_90k=round(frame.t_s * TICKS_PER_SECOND),
            captured_at=BEGIN + timedelta(seconds=frame.t_s),
            width=scene.width,
            height=scene.height,
            detections=tracker.update(detector.detect(frame), frame.t_s),
        )
        engine.update(shot)
        if engine.view is not None:
            events += meter.watch(engine.view, is_disturbed=False)
    return events + meter.close()


def _total(events: Sequence[FlowEvent], line_id: str) -> tuple[int, int]:
    """Vehicles forward and backward over a line; persons do not count."""
    found = [line for event in events for line in event.lines if line.line_id == line_id]
    return (
        sum(count for line in found for name, count in line.forward.items() if name != "person"),
        sum(count for line in found for name, count in line.backward.items() if name != "person"),
    )
