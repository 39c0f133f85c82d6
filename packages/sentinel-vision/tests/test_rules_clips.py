"""The demo clips, with the detections that the shipped model makes of them (Q2, Q3).

`tools/record_detections.py` made the fixtures; the tracker and the rules run here as in the
product. The video itself is not needed.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sentinel_core.domain.incidents import Incident, IncidentType
from sentinel_core.domain.zones import ZoneSet
from sentinel_core.runtime.assets import asset
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.catalogue import validate_zone_rules
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.rules.scene import SceneFrame
from sentinel_vision.testing.clips import Recording, load_recording
from sentinel_vision.testing.traffic import STARTED_AT, ended, opened, seconds_of
from sentinel_vision.tracking.tracker import Tracker

FIXTURES = Path(__file__).parent / "data"
QUIET = ["toll_night", "plaza_pedestrians"]
CONGESTED = [("toll_congestion", "Right"), ("toll_morning", "Left")]


@cache
def recording(clip: str) -> Recording:
    return load_recording(FIXTURES / f"{clip}.npz")


def zones_of(clip: str) -> ZoneSet:
    return ZoneSet.model_validate_json(asset(f"data/demo/zones/{clip}.json").read_bytes())


def play(
    clip: str,
    seen: Recording,
    *,
    loops: int = 1,
    fps: float = 5.0,
    loss: float = 0.0,
    seed: int = 0,
) -> list[IncidentChange]:
    """Track and judge a recording as inference-service does."""
    random = np.random.default_rng(seed)
    engine, tracker = RuleEngine(clip, zones_of(clip), "v0"), Tracker()
    changes = []
    for turn in range(loops):
        tracker.reset()
        due_s = 0.0
        for index, (time_s, found) in enumerate(zip(seen.times_s, seen.detections, strict=True)):
            if time_s < due_s - 1e-6:
                continue
            due_s += 1.0 / fps
            if random.random() < loss:
                continue
            media_s = turn * seen.length_s + time_s
            scene = SceneFrame(
                stream_epoch=f"epoch-{turn}",
                frame_index=index,
                pts_90k=round(media_s * 90_000),
                captured_at=STARTED_AT + timedelta(seconds=media_s),
                width=seen.width,
                height=seen.height,
                detections=tracker.update(found, media_s),
            )
            changes += engine.update(scene)
    return changes


def sides(incidents: Sequence[Incident], kind: IncidentType) -> set[str]:
    """The first words of the zones in which incidents of a kind are."""
    return {str(i.zone_name).split(maxsplit=1)[0] for i in incidents if i.type is kind}


@pytest.mark.parametrize(("clip", "side"), CONGESTED)
def test_congestion_on_one_carriageway_and_nothing_else(clip: str, side: str) -> None:
    (incident,) = opened(play(clip, recording(clip)))
    assert sides([incident], IncidentType.CONGESTION) == {side}
    assert seconds_of(incident.alarm_at) < 20.0


@pytest.mark.parametrize("clip", QUIET)
def test_nothing_where_nothing_is(clip: str) -> None:
    assert play(clip, recording(clip)) == []


def test_backwards_the_free_carriageway_drives_on_the_wrong_way() -> None:
    incidents = opened(play("toll_morning", recording("toll_morning").backwards()))
    assert sides(incidents, IncidentType.WRONG_WAY) == {"Right"}
    assert sum(incident.type is IncidentType.WRONG_WAY for incident in incidents) >= 10
    assert sides(incidents, IncidentType.STOPPED_VEHICLE) == set()


@pytest.mark.parametrize(("clip", "side"), CONGESTED)
def test_a_loop_of_many_turns_is_one_congestion(clip: str, side: str) -> None:
    changes = play(clip, recording(clip), loops=12)
    (incident,) = opened(changes)
    assert sides([incident], IncidentType.CONGESTION) == {side}
    assert ended(changes) == []


@pytest.mark.parametrize("clip", QUIET)
def test_nothing_however_often_it_loops(clip: str) -> None:
    assert play(clip, recording(clip), loops=6) == []


BUSY = [(3.0, 0.0), (2.5, 0.0), (2.0, 0.0), (5.0, 0.5), (3.0, 0.3), (2.0, 0.3)]


@pytest.mark.parametrize(("fps", "loss"), BUSY)
@pytest.mark.parametrize(("clip", "side"), CONGESTED)
def test_a_busy_machine_sees_the_same(clip: str, side: str, fps: float, loss: float) -> None:
    (calm,) = opened(play(clip, recording(clip)))
    for seed in range(2):
        (incident,) = opened(play(clip, recording(clip), loops=2, fps=fps, loss=loss, seed=seed))
        assert sides([incident], IncidentType.CONGESTION) == {side}
        shift_s = (incident.started_at - calm.started_at).total_seconds()
        assert abs(shift_s) <= 1.0 + 2.0 / fps


@pytest.mark.parametrize(("fps", "loss"), BUSY)
@pytest.mark.parametrize("clip", QUIET)
def test_a_busy_machine_sees_nothing_more(clip: str, fps: float, loss: float) -> None:
    assert play(clip, recording(clip), fps=fps, loss=loss) == []


@pytest.mark.parametrize(
    "clip", [path.stem for path in sorted(asset("data/demo/zones").glob("*.json"))]
)
def test_the_zones_of_the_demo_are_valid(clip: str) -> None:
    zones = zones_of(clip)
    validate_zone_rules(zones)
    assert zones.zones
    assert asset(f"data/demo/{clip}.mp4").exists()
