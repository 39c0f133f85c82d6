"""What holds of the rules for any traffic, any frame rate and any loss."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sentinel_core.domain.incidents import Condition, Incident, IncidentType, Transition
from sentinel_core.domain.zones import GroundPoint, Zone, ZoneType
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.rules.scene import SceneFrame
from sentinel_vision.testing.traffic import (
    WHOLE_PICTURE,
    Path,
    Vehicle,
    drive,
    engine_for,
    film,
    lane,
    opened,
    seconds_of,
    shoot,
    stand,
    then,
    watch,
    zone_set,
)

LEFT = lane(
    "left",
    ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)),
    rules={
        "congestion": {"on_s": 10, "off_s": 5, "occupied_share": 0.1, "occupied_exit_share": 0.05},
        "queue": {"on_s": 12, "vehicles": 6},
    },
)
RIGHT = lane("right", ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)), direction=(0.0, -1.0))


@dataclass(frozen=True)
class Plan:
    """A vehicle that drives, stops and drives on."""

    x: int
    speed: int
    stop_s: int
    go_s: int
    track_id: int

    def vehicle(self) -> Vehicle:
        x = 40.0 + 56.0 * self.x
        velocity = (0.0, 20.0 * self.speed)
        y = 60.0 if self.speed >= 0 else 340.0
        rest = y + velocity[1] * self.stop_s
        moving = drive(x, y, velocity=velocity)
        standing = then(moving, self.stop_s, stand(x, rest))
        path = then(standing, self.go_s, drive(x, rest, velocity=velocity, begin_s=self.go_s))
        return Vehicle(path=_within(path), track_id=self.track_id)


def _within(path: Path) -> Path:
    def visible(time_s: float) -> tuple[float, float] | None:
        place = path(time_s)
        return place if place is not None and 45.0 <= place[1] <= 350.0 else None

    return visible


PLANS = st.lists(
    st.builds(
        Plan,
        x=st.integers(0, 10),
        speed=st.sampled_from([-2, -1, 0, 1, 2]),
        stop_s=st.integers(0, 4),
        go_s=st.integers(5, 40),
        track_id=st.integers(1, 9),
    ),
    max_size=9,
)


def run(scenes: Sequence[SceneFrame]) -> list[IncidentChange]:
    return watch(engine_for(LEFT, RIGHT), scenes)


def shuffled(scene: SceneFrame, seed: int) -> SceneFrame:
    rows = np.random.default_rng(seed).permutation(len(scene.detections))
    return replace(scene, detections=scene.detections.select(rows))


@settings(max_examples=12, deadline=None)
@given(plans=PLANS, seed=st.integers(0, 1000))
def test_the_order_of_the_detections_changes_nothing(plans: list[Plan], seed: int) -> None:
    scenes = film([plan.vehicle() for plan in plans], 40.0)
    plain = [(change.transition, change.incident) for change in run(scenes)]
    mixed = [
        (change.transition, change.incident)
        for change in run([shuffled(scene, seed + scene.frame_index) for scene in scenes])
    ]
    assert repr(plain) == repr(mixed)


@settings(max_examples=12, deadline=None)
@given(plans=PLANS)
def test_the_same_frames_give_the_same_incidents(plans: list[Plan]) -> None:
    scenes = film([plan.vehicle() for plan in plans], 30.0)
    assert repr(_without_scenes(run(scenes))) == repr(_without_scenes(run(scenes)))


@settings(max_examples=40, deadline=None)
@given(
    plans=PLANS,
    cuts=st.sets(st.integers(1, 39), max_size=3),
    gap_s=st.sampled_from([0.2, 4.0, 20.0]),
)
def test_a_history_of_changes_is_sound(plans: list[Plan], cuts: set[int], gap_s: float) -> None:
    """At most one incident is open per type and key, and the changes of each make sense."""
    engine = engine_for(LEFT, RIGHT)
    open_now: dict[tuple[IncidentType, str], Incident] = {}
    for scene in _cut(film([plan.vehicle() for plan in plans], 40.0), cuts, gap_s):
        for change in engine.update(scene):
            _apply(change, open_now)
        assert {i.id for i in engine.active()} == {i.id for i in open_now.values()}


@settings(max_examples=25, deadline=None)
@given(plans=PLANS, pause_s=st.integers(4, 10_000), at=st.integers(10, 190))
def test_a_pause_raises_nothing_by_itself(plans: list[Plan], pause_s: int, at: int) -> None:
    """A stream that stands still for a while: the next frame makes no alarm."""
    scenes = film([plan.vehicle() for plan in plans], 40.0)
    engine = engine_for(LEFT, RIGHT)
    watch(engine, scenes[:at])
    (after,) = _later([scenes[at]], pause_s)
    assert opened(engine.update(after)) == []


RATES = [30.0, 10.0, 5.0, 3.0]
STAGED = {
    IncidentType.CONGESTION,
    IncidentType.QUEUE,
    IncidentType.STOPPED_VEHICLE,
    IncidentType.WRONG_WAY,
}


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("seed", range(3))
def test_lost_frames_hardly_shift_an_incident(fps: float, seed: int) -> None:
    """Q3: a jam, a stopped vehicle and a wrong-way driver, whole and with a third of it lost."""
    truth = {incident.type: incident for incident in opened(_play(30.0, loss=0.0, seed=0))}
    assert set(truth) == STAGED
    seen = {incident.type: incident for incident in opened(_play(fps, loss=0.3, seed=seed))}
    assert set(seen) == STAGED
    for kind, incident in seen.items():
        shift_s = seconds_of(incident.started_at) - seconds_of(truth[kind].started_at)
        assert abs(shift_s) <= 1.0 + _longest_gap_s(fps, seed), kind


def _play(fps: float, *, loss: float, seed: int) -> list[IncidentChange]:
    kept = _kept(fps, loss, seed)
    scenes = [shoot(_street(), index / fps, index=index) for index in np.flatnonzero(kept).tolist()]
    return watch(engine_for(LEFT, RIGHT), scenes)


def _kept(fps: float, loss: float, seed: int) -> NDArray[np.bool_]:
    return np.random.default_rng(seed).random(round(40 * fps)) >= loss


def _longest_gap_s(fps: float, seed: int) -> float:
    """The start is known to one interval of what was really sampled."""
    times = np.flatnonzero(_kept(fps, 0.3, seed)) / fps
    return float(np.diff(times).max())


def _street() -> list[Vehicle]:
    jam = [
        Vehicle(
            path=then(
                drive(40.0 + 45 * (n % 6), 40.0 + 50 * (n // 6), velocity=(0.0, 30.0)),
                6.0,
                stand(40.0 + 45 * (n % 6), 220.0 + 50 * (n // 6)),
            ),
            track_id=n + 1,
        )
        for n in range(12)
    ]
    broken_down = Vehicle(
        path=then(drive(400, 330, velocity=(0.0, -40.0)), 5.0, stand(400, 130)), track_id=50
    )
    wrong = Vehicle(path=drive(550, 60, velocity=(0.0, 30.0), begin_s=3.0, end_s=12.0), track_id=51)
    return [*jam, broken_down, wrong]


def _cut(scenes: Sequence[SceneFrame], cuts: set[int], gap_s: float) -> list[SceneFrame]:
    """The stream breaks at some seconds; each part is an epoch that begins `gap_s` later."""
    parts: list[SceneFrame] = []
    for scene in scenes:
        number = sum(scene.frame_index >= cut * 5 for cut in cuts)
        (moved,) = _later([scene], number * gap_s)
        parts.append(replace(moved, stream_epoch=f"epoch-{number}"))
    return parts


def _later(scenes: Sequence[SceneFrame], seconds: float) -> list[SceneFrame]:
    return [
        replace(
            scene,
            pts_90k=scene.pts_90k + round(seconds * 90_000),
            captured_at=scene.captured_at + timedelta(seconds=seconds),
        )
        for scene in scenes
    ]


def _apply(change: IncidentChange, open_now: dict[tuple[IncidentType, str], Incident]) -> None:
    incident = change.incident
    key = (incident.type, incident.key)
    before = open_now.get(key)
    if change.transition is Transition.OPENED:
        assert before is None
    assert before is None or before.id == incident.id
    assert incident.started_at <= incident.alarm_at
    assert 0.0 <= incident.severity <= 10.0
    if change.transition is Transition.ENDED:
        assert before is not None
        assert incident.condition is Condition.ENDED
        assert incident.ended_at is not None
        assert incident.ended_at >= incident.started_at
        assert incident.severity >= before.severity
        del open_now[key]
    else:
        assert incident.condition is Condition.ACTIVE
        assert incident.ended_at is None
        assert incident.explain
        open_now[key] = incident


def _busy_junction(seed: int) -> list[Vehicle]:
    """One turns round, two nearly meet and two crash, at times that depend on the seed."""
    shift = seed / 10.0

    def turning(time_s: float) -> tuple[float, float] | None:
        turned = min(max(time_s - 3.0, 0.0) / 3.0, 1.0) * np.pi
        further = 40.0 * (max(3.0 - time_s, 0.0) + max(time_s - 6.0, 0.0))
        x, y = 90.0 - 38.0 * (1.0 - np.cos(turned)) / 2.0, 190.0 + 38.0 * np.sin(turned)
        return (float(x), float(y - further)) if time_s < 9.0 else None

    return [
        Vehicle(path=turning, track_id=1, size_px=30.0),
        Vehicle(
            path=drive(150 - 70 * shift, 300, velocity=(70.0, 0.0), end_s=5.5),
            track_id=2,
            size_px=20.0,
        ),
        Vehicle(
            path=drive(360 - 70 * shift, 80, velocity=(0.0, 64.0), end_s=5.5),
            track_id=3,
            size_px=20.0,
        ),
        Vehicle(path=then(drive(320, 120, velocity=(60.0, 0.0)), 4.0, stand(560, 120)), track_id=4),
        Vehicle(path=then(drive(565, -90, velocity=(0.0, 50.0)), 4.0, stand(565, 110)), track_id=5),
    ]


CALIBRATION = [
    GroundPoint(image=(x, y), ground_m=(x * 64.0, -y * 36.0))
    for x, y in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
]
JUNCTION = Zone(
    name="junction",
    type=ZoneType.JUNCTION,
    polygon=WHOLE_PICTURE,
    rules={"speeding": {"limit_km_h": 12.0}},
)


def _see_junction(scenes: Sequence[SceneFrame]) -> list[IncidentChange]:
    engine = RuleEngine("cam", zone_set(JUNCTION, calibration=CALIBRATION), "v0")
    return watch(engine, scenes)


MOMENTS = {
    IncidentType.ILLEGAL_U_TURN,
    IncidentType.NEAR_MISS,
    IncidentType.COLLISION,
    IncidentType.SPEEDING,
}


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 9))
def test_the_order_of_the_detections_changes_no_moment(seed: int) -> None:
    scenes = film(_busy_junction(seed), 12.0)
    mixed = [shuffled(scene, seed + scene.frame_index) for scene in scenes]
    plain = _without_scenes(_see_junction(scenes))
    assert repr(plain) == repr(_without_scenes(_see_junction(mixed)))


@pytest.mark.parametrize("fps", [5.0, 10.0, 30.0])
@pytest.mark.parametrize("seed", range(2))
def test_lost_frames_hardly_shift_a_moment(fps: float, seed: int) -> None:
    """Each start of what is over in seconds lies within one interval and a second."""
    truth = {i.type: i for i in reversed(opened(_see_junction(film(_busy_junction(0), 12.0))))}
    assert set(truth) == MOMENTS
    kept = np.flatnonzero(np.random.default_rng(seed).random(round(12 * fps)) >= 0.1)
    scenes = [shoot(_busy_junction(0), index / fps, index=index) for index in kept.tolist()]
    seen = {i.type: i for i in reversed(opened(_see_junction(scenes)))}
    assert set(seen) == MOMENTS
    longest_s = float(np.diff(kept).max()) / fps
    for kind, incident in seen.items():
        shift_s = seconds_of(incident.started_at) - seconds_of(truth[kind].started_at)
        assert abs(shift_s) <= 1.0 + max(longest_s, 0.2), kind


@settings(max_examples=6, deadline=None)
@given(at=st.integers(5, 55), pause_s=st.integers(4, 10_000))
def test_a_pause_makes_no_moment_by_itself(at: int, pause_s: int) -> None:
    scenes = film(_busy_junction(0), 12.0)
    engine = RuleEngine("cam", zone_set(JUNCTION, calibration=CALIBRATION), "v0")
    watch(engine, scenes[:at])
    (after,) = _later([scenes[at]], pause_s)
    assert opened(engine.update(after)) == []


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 9), cut=st.integers(1, 11))
def test_a_history_of_moments_is_sound(seed: int, cut: int) -> None:
    engine = RuleEngine("cam", zone_set(JUNCTION, calibration=CALIBRATION), "v0")
    open_now: dict[tuple[IncidentType, str], Incident] = {}
    for scene in _cut(film(_busy_junction(seed), 12.0), {cut}, 0.2):
        for change in engine.update(scene):
            _apply(change, open_now)
        assert {i.id for i in engine.active()} == {i.id for i in open_now.values()}


def _without_scenes(changes: Sequence[IncidentChange]) -> list[tuple[Transition, Incident]]:
    return [(change.transition, change.incident) for change in changes]


def test_rule_engines_of_two_cameras_share_nothing() -> None:
    scenes = film(_street(), 20.0)
    first, second = engine_for(LEFT, RIGHT), engine_for(LEFT, RIGHT)
    alone = _without_scenes(watch(engine_for(LEFT, RIGHT), scenes))
    side_by_side: list[list[IncidentChange]] = [[], []]
    engines: list[RuleEngine] = [first, second]
    for scene in scenes:
        for engine, changes in zip(engines, side_by_side, strict=True):
            changes += engine.update(scene)
    assert [_without_scenes(changes) for changes in side_by_side] == [alone, alone]
