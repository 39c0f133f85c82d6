"""Camera tamper: covered, blinded, moved, blurred, frozen, lost; and what else is suspended."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.incidents import EndReason, Incident, IncidentType, Priority
from sentinel_core.domain.zones import Zone, ZoneSet
from sentinel_vision.detection.classes import PERSON
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.catalogue import validate_zone_rules
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.rules.picture import Luma, ViewReference
from sentinel_vision.rules.scene import SceneFrame
from sentinel_vision.testing.traffic import (
    STARTED_AT,
    Vehicle,
    drive,
    ended,
    film,
    lane,
    opened,
    seconds_of,
    stand,
    watch,
)
from sentinel_vision.testing.views import COLUMNS, ROWS, Disturbance, draw_street, show

WIDE = draw_street(margin=24)


def part_of(right: float = 0.0, down: float = 0.0) -> Luma:
    """What a camera that has turned by these shares of its picture sees of the wide street."""
    top, left = 24 + round(down * ROWS), 24 + round(right * COLUMNS)
    return WIDE[top : top + ROWS, left : left + COLUMNS]


def turned(right: float = 0.0, down: float = 0.0) -> Disturbance:
    """The picture moves, with all that is in it."""
    return lambda luma, _: _with_noise_of(luma, part_of(right, down))


def _with_noise_of(luma: Luma, picture: Luma) -> Luma:
    noise = luma.astype(np.int16) - part_of()
    noise[50:66] = 0
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def blurred(luma: Luma, _: float) -> Luma:
    """A box of 9 x 9 pixels, by running sums."""
    values = luma.astype(np.float64)
    for _axis in range(2):
        sums = np.cumsum(np.pad(values, [(5, 4), (0, 0)], mode="edge"), axis=0)
        values = ((sums[9:] - sums[:-9]) / 9.0).T
    return values.astype(np.uint8)


def cloth(luma: Luma, time_s: float) -> Luma:
    noise = np.random.default_rng(round(time_s * 10)).normal(0.0, 2.0, luma.shape)
    return (80.0 + 0.1 * np.arange(COLUMNS) + noise).astype(np.uint8)


def partly(share: float) -> Disturbance:
    def cover(luma: Luma, _: float) -> Luma:
        covered = luma.copy()
        covered[:, : round(share * COLUMNS)] = 60
        return covered

    return cover


def night(luma: Luma, _: float) -> Luma:
    return (luma // 30).astype(np.uint8)


def glare(luma: Luma, _: float) -> Luma:
    return (240 + luma // 25).astype(np.uint8)


def frozen(luma: Luma, _: float) -> Luma:
    del luma
    return part_of()


def _tremble(luma: Luma, time_s: float) -> Luma:
    return turned(0.06)(luma, time_s) if time_s >= 20.0 and 0.7 < time_s % 2.0 < 1.5 else luma


def clip(
    seconds: float, *vehicles: Vehicle, begin_s: float = 0.0, epoch: str = "epoch-1"
) -> list[SceneFrame]:
    """At a low rate: a look is taken once a second."""
    return film(vehicles, seconds, fps=2.5, begin_s=begin_s, epoch=epoch)


def engine(
    *zones: Zone, version: int = 1, resume: Sequence[Incident] = (), **rule: float
) -> RuleEngine:
    zone_set = ZoneSet(version=version, zones=zones, rules={"camera_tamper": rule})
    return RuleEngine("cam", zone_set, "v0", resume=resume)


def see(
    fault: Disturbance, *, from_s: float = 30.0, to_s: float = np.inf, seconds: float = 60.0
) -> list[IncidentChange]:
    scenes = show(clip(seconds), fault=fault, between_s=(from_s, to_s), street=part_of())
    return watch(engine(), scenes)


def explained(incident: Incident) -> dict[str, tuple[float, float]]:
    return {entry.condition: (entry.measured, entry.threshold) for entry in incident.explain}


@pytest.mark.parametrize(
    ("fault", "kind", "condition"),
    [
        (cloth, "covered", "share of the view that is hidden"),
        (partly(0.75), "covered", "share of the view that is hidden"),
        (night, "covered", "mean brightness"),
        (glare, "blinded", "mean brightness"),
        (turned(0.06), "moved", "shift of the view"),
        (turned(0.0, -0.08), "moved", "shift of the view"),
        (blurred, "blurred", "sharpness"),
    ],
    ids=["cloth", "three quarters", "black", "white", "turned", "tilted", "out of focus"],
)
def test_a_fault_is_told_within_ten_seconds_and_explained(
    fault: Disturbance, kind: str, condition: str
) -> None:
    (incident,) = opened(see(fault))
    assert incident.type is IncidentType.CAMERA_TAMPER
    assert incident.priority is Priority.HIGH
    assert (incident.key, incident.zone_id) == (kind, None)
    assert 30.0 <= seconds_of(incident.started_at) <= 32.2
    # A flash says nothing for 2 s: a change of the whole picture is told so much later.
    assert seconds_of(incident.alarm_at) <= 40.4
    assert condition in explained(incident)
    assert explained(incident)[f"{kind} for"][0] >= 8.0


@pytest.mark.parametrize("from_s", [30.0, 31.0], ids=["even", "odd"])
def test_a_fault_is_told_in_time_whichever_look_sees_it_first(from_s: float) -> None:
    """While all is well only every second look is taken."""
    (incident,) = opened(see(turned(0.06), from_s=from_s))
    assert from_s <= seconds_of(incident.started_at) <= from_s + 2.2
    assert seconds_of(incident.alarm_at) <= from_s + 10.4


def test_a_calm_picture_is_looked_at_every_other_second() -> None:
    """A camera that trembles for a moment between two looks casts no doubt on anything."""
    scenes = show(clip(60.0), fault=_tremble, street=part_of())
    tampered, doubts = engine(), 0
    for scene in scenes:
        tampered.update(scene)
        doubts += tampered.view is not None and tampered.view.findings.is_doubtful
    assert not doubts


def test_a_camera_turned_by_five_percent_is_told_with_its_shift() -> None:
    (incident,) = opened(see(turned(0.05)))
    assert seconds_of(incident.alarm_at) <= 40.0
    measured, threshold = explained(incident)["shift of the view"]
    assert threshold == 0.04
    assert measured == pytest.approx(0.05, abs=0.006)


def test_a_camera_turned_to_another_place() -> None:
    elsewhere = draw_street(seed=9)
    (incident,) = opened(see(lambda luma, _: _with_noise_of(luma, elsewhere)))
    assert incident.key == "moved"
    measured, threshold = explained(incident)["likeness to the view"]
    assert measured < threshold


def test_a_frozen_picture_takes_thirty_seconds() -> None:
    (incident,) = opened(see(frozen, seconds=80.0))
    assert incident.key == "frozen"
    assert seconds_of(incident.alarm_at) == pytest.approx(61.0, abs=1.3)


@pytest.mark.parametrize("fault", [cloth, night, turned(0.08), blurred])
def test_it_is_over_when_the_view_is_back(fault: Disturbance) -> None:
    changes = see(fault, to_s=50.0, seconds=80.0)
    (end,) = ended(changes)
    assert end.end_reason is EndReason.CLEARED
    assert seconds_of(end.ended_at) == pytest.approx(51.0, abs=2.2)


def lightning(luma: Luma, time_s: float) -> Luma:
    levels = 150 if time_s % 9 < 1.5 else 0
    return np.clip(luma.astype(np.int16) + levels, 0, 255).astype(np.uint8)


def cloud(luma: Luma, time_s: float) -> Luma:
    return (luma * (0.65 + 0.3 * float(np.sin(time_s / 4.0)))).astype(np.uint8)


def shaking(luma: Luma, time_s: float) -> Luma:
    right = 0.03 * float(np.sin(time_s * 7.0))
    return _with_noise_of(luma, part_of(right, 0.02 * float(np.cos(time_s * 5.0))))


def nudged(luma: Luma, time_s: float) -> Luma:
    return _with_noise_of(luma, part_of(0.09)) if time_s % 20 < 3 else luma


def dusk(luma: Luma, time_s: float) -> Luma:
    """Half an hour of dusk in three minutes: the light goes, lamps come on by and by."""
    gone = min(1.0, time_s / 180.0)
    lamps = np.zeros(luma.shape)
    lamps[30:60, 20:50] = lamps[10:30, 110:140] = 120.0
    return np.clip(luma * (1.0 - 0.75 * gone) + lamps * gone, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "weather",
    [lightning, cloud, shaking, nudged, dusk, partly(0.4), turned(0.02)],
    ids=["lightning", "clouds", "shake", "nudges", "dusk", "a lorry before the lens", "settled"],
)
def test_what_happens_to_every_camera_is_no_fault(weather: Disturbance) -> None:
    assert see(weather, from_s=20.0, seconds=200.0 if weather is dusk else 90.0) == []


def test_it_sinks_a_little_at_a_time_and_is_found_out() -> None:
    def sinking(luma: Luma, time_s: float) -> Luma:
        return _with_noise_of(luma, part_of(0.0, round((time_s - 20) / 30) / ROWS))

    (incident,) = opened(see(sinking, from_s=20.0, seconds=210.0))
    assert incident.key == "moved"


# The other rules

ROAD = lane("road", rules={"congestion": {"enabled": False}})
BROKEN_DOWN = Vehicle(path=stand(320, 200), track_id=7)
WALKER = Vehicle(
    path=drive(60, 300, velocity=(4.0, 0.0), begin_s=32.0), track_id=8, class_id=PERSON
)


def test_all_rules_of_a_covered_camera_are_held_back_and_begin_anew_when_it_sees_again() -> None:
    scenes = show(
        clip(100.0, BROKEN_DOWN, WALKER), fault=cloth, between_s=(30.0, 60.0), street=part_of()
    )
    changes = watch(engine(ROAD), scenes)
    told = [(c.transition.value, c.incident.type.value, c.incident.end_reason) for c in changes]
    assert told == [
        ("opened", "stopped_vehicle", None),
        ("opened", "camera_tamper", None),
        ("ended", "stopped_vehicle", EndReason.SUSPENDED),
        ("ended", "camera_tamper", EndReason.CLEARED),
        ("opened", "pedestrian_on_road", None),
        ("opened", "stopped_vehicle", None),
    ]
    assert changes[2].incident.ended_at == changes[1].incident.alarm_at
    # Not of the time in which nothing could be trusted.
    assert min(seconds_of(change.incident.started_at) for change in changes[4:]) >= 70.0


def test_a_person_who_comes_up_while_the_picture_is_in_doubt_is_not_told_of() -> None:
    scenes = show(clip(39.0, WALKER), fault=turned(0.1), between_s=(31.0, 99.0), street=part_of())
    assert watch(engine(ROAD), scenes) == []


def test_the_zones_of_the_present_view_are_drawn_anew() -> None:
    rules = engine(ROAD)
    watch(rules, show(clip(50.0), fault=turned(0.1), between_s=(30.0, 999.0), street=part_of()))
    assert [incident.key for incident in rules.active()] == ["moved"]
    changes = rules.replace_zones(
        ZoneSet(version=2, zones=(ROAD,)), STARTED_AT + timedelta(seconds=50)
    )
    assert [change.incident.end_reason for change in changes] == [EndReason.ZONE_CHANGED]
    assert rules.reference is None
    later = show(clip(40.0, BROKEN_DOWN, begin_s=50.0), fault=turned(0.1), street=part_of())
    (found,) = opened(watch(rules, later))
    assert found.type is IncidentType.STOPPED_VEHICLE
    assert rules.reference is not None


def test_after_a_restart_the_reference_of_the_earlier_run_counts() -> None:
    first = engine(ROAD)
    watch(first, show(clip(30.0), street=part_of()))
    assert first.reference is not None
    kept = ViewReference.from_bytes(first.reference.to_bytes())
    second = engine(ROAD)
    second.use_reference(kept)
    (incident,) = opened(watch(second, show(clip(20.0), fault=turned(0.07), street=part_of())))
    assert (incident.key, seconds_of(incident.alarm_at)) == ("moved", 8.0)


def test_a_moved_camera_is_still_moved_after_a_restart() -> None:
    first = engine(ROAD)
    scenes = list(show(clip(60.0), fault=turned(0.07), between_s=(30.0, 99.0), street=part_of()))
    left_open = opened(watch(first, scenes))
    assert first.reference is not None
    second = engine(ROAD, resume=left_open)
    second.use_reference(first.reference)
    again = show(
        clip(60.0, BROKEN_DOWN, begin_s=100.0, epoch="epoch-2"),
        fault=turned(0.07),
        street=part_of(),
    )
    assert watch(second, again) == []
    assert [incident.id for incident in second.active()] == [left_open[0].id]


@pytest.mark.parametrize("data", [b"", b"no file", b"PK\x05\x06" + bytes(18)])
def test_a_broken_reference_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        ViewReference.from_bytes(data)


# Lost


def test_a_camera_without_pictures_is_lost_until_one_comes() -> None:
    rules = engine(ROAD)
    watch(rules, show(clip(20.0), street=part_of()))
    assert rules.lost_after_s == 60.0
    rules.lose_stream(STARTED_AT + timedelta(seconds=25))
    (change,) = rules.miss_pictures(STARTED_AT + timedelta(seconds=80))
    assert (change.incident.key, seconds_of(change.incident.started_at)) == ("lost", 19.6)
    assert seconds_of(change.incident.alarm_at) == 80.0
    assert explained(change.incident)["no picture for"] == (60.4, 60.0)
    assert rules.miss_pictures(STARTED_AT + timedelta(seconds=90)) == []
    later = show(clip(40.0, BROKEN_DOWN, begin_s=200.0, epoch="epoch-2"), street=part_of())
    changes = watch(rules, later)
    (end,) = ended(changes)
    assert (end.id, seconds_of(end.ended_at)) == (change.incident.id, 200.0)
    assert [incident.type for incident in opened(changes)] == [IncidentType.STOPPED_VEHICLE]


def test_a_camera_that_never_showed_a_picture_is_not_lost() -> None:
    assert engine(ROAD).miss_pictures(STARTED_AT) == []


def test_nobody_misses_a_camera_that_was_switched_off() -> None:
    rules = engine()
    watch(rules, show(clip(5.0), street=part_of()))
    rules.miss_pictures(STARTED_AT + timedelta(seconds=80))
    (change,) = rules.excuse_pictures(STARTED_AT + timedelta(seconds=90))
    assert change.incident.end_reason is EndReason.CLEARED
    assert rules.active() == ()


# Where it is off, and what it costs


def test_it_can_be_switched_off() -> None:
    zones = ZoneSet(version=1, rules={"camera_tamper": {"enabled": False}})
    validate_zone_rules(zones)
    rules = RuleEngine("cam", zones, "v0")
    assert watch(rules, show(clip(60.0), fault=cloth, between_s=(20.0, 99.0))) == []
    assert rules.lost_after_s is None


@pytest.mark.parametrize("size", [(8, 12), (90, 160), (160, 90)])
def test_pictures_of_any_size_are_taken(size: tuple[int, int]) -> None:
    street = np.resize(draw_street(), size)
    assert _pictures(engine(), [street] * 20) == []


def test_a_camera_that_sends_another_size_begins_anew() -> None:
    rules = engine()
    street = part_of()
    assert _pictures(rules, [street] * 20 + [street[:80, :140]] * 40) == []
    assert rules.reference is not None
    assert rules.reference.picture.shape == (40, 70)


def test_without_pixels_nothing_is_said() -> None:
    dark = show(clip(60.0), fault=night)
    assert watch(engine(), [replace(scene, luma=None) for scene in dark]) == []


def _pictures(rules: RuleEngine, pictures: Sequence[Luma]) -> list[IncidentChange]:
    changes: list[IncidentChange] = []
    scenes = show(film([], float(len(pictures)), fps=1.0))
    for index, (scene, luma) in enumerate(zip(scenes, pictures, strict=True)):
        noise = np.random.default_rng(index).integers(0, 5, luma.shape, dtype=np.uint8)
        changes += rules.update(replace(scene, luma=luma // 2 + noise))
    return changes
