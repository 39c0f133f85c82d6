"""Abandoned object: put down by somebody, left by everybody, found by its pixels."""

from collections.abc import Sequence

import numpy as np
import pytest

from sentinel_core.domain.incidents import EndReason, IncidentType
from sentinel_core.domain.zones import GroundPoint, Zone, ZoneSet, ZoneType
from sentinel_vision.detection.classes import PERSON
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.engine import RuleEngine
from sentinel_vision.rules.picture import Luma
from sentinel_vision.testing.traffic import (
    Path,
    Vehicle,
    drive,
    ended,
    film,
    opened,
    seconds_of,
    stand,
    then,
    watch,
)
from sentinel_vision.testing.views import Disturbance, draw_street, show

BAG = np.s_[70:78, 80:88]
"""Pixels of the luma; its foot is at (336, 312) of the 640 x 360 picture."""

FOOT = (336.0, 312.0)


def bag(*, from_s: float = 40.0, to_s: float = np.inf, level: int = 235) -> Disturbance:
    def put(luma: Luma, time_s: float) -> Luma:
        if from_s <= time_s < to_s:
            luma = luma.copy()
            luma[BAG] = level
        return luma

    return put


def owner(leaves_s: float = 42.0, back_s: float = np.inf, away_px_s: float = 120.0) -> Vehicle:
    """Comes, puts the bag down at 40 s, goes and perhaps comes back."""
    x, y = FOOT[0] + 30.0, FOOT[1]
    path: Path = then(
        stand(x, y, begin_s=36.0),
        leaves_s,
        drive(x, y, velocity=(away_px_s, 0.0), begin_s=leaves_s),
    )
    path = then(path, leaves_s + 5.0, stand(x, y, begin_s=back_s))
    return Vehicle(path=path, track_id=4, class_id=PERSON)


def engine(*zones: Zone, calibration: Sequence[GroundPoint] = (), **rule: float) -> RuleEngine:
    rules = {"abandoned_object": {"enabled": True, "on_s": 30.0, **rule}}
    zone_set = ZoneSet(version=1, zones=zones, rules=rules, calibration=tuple(calibration))
    return RuleEngine("cam", zone_set, "v0")


def see(
    put: Disturbance, *persons: Vehicle, seconds: float = 100.0, rules: RuleEngine | None = None
) -> list[IncidentChange]:
    scenes = show(film(persons, seconds, fps=2.0), fault=put, street=_plaza())
    return watch(rules or engine(), scenes)


def _plaza() -> Luma:
    """A street whose ground is plain where the bag is put."""
    street = draw_street()
    street[64:, 60:120] = 110
    return street


def test_a_bag_that_its_owner_left() -> None:
    (incident,) = opened(see(bag(), owner()))
    assert incident.type is IncidentType.ABANDONED_OBJECT
    assert (incident.zone_id, incident.key) == (None, "place:0.53,0.87")
    # Nobody is near from about 42.5 s on, which is long before the bag is known to be a thing.
    assert 42.0 <= seconds_of(incident.started_at) <= 43.5
    assert 72.0 <= seconds_of(incident.alarm_at) <= 74.0
    explained = {entry.condition: entry for entry in incident.explain}
    assert explained["nobody near for"].measured >= 30.0
    size = explained["pixels that are new and stand still"]
    assert size.measured == pytest.approx(64 / (90 * 160), abs=0.001)


@pytest.mark.parametrize(
    "persons",
    [(), (owner(leaves_s=99.0),), (owner(back_s=60.0),)],
    ids=["nobody brought it", "the owner stays", "the owner comes back"],
)
def test_not_without_an_owner_or_with_one(persons: tuple[Vehicle, ...]) -> None:
    assert see(bag(), *persons) == []


@pytest.mark.parametrize(
    ("put", "away", "ends_s"),
    [
        (bag(to_s=90.0), owner(), 90.0),
        (bag(), owner(back_s=90.0), 90.0),
    ],
    ids=["taken away", "the owner is back"],
)
def test_it_is_over(put: Disturbance, away: Vehicle, ends_s: float) -> None:
    (end,) = ended(see(put, away, seconds=110.0))
    assert end.end_reason is EndReason.CLEARED
    assert seconds_of(end.ended_at) == pytest.approx(ends_s, abs=1.6)


def test_what_went_has_left_nothing() -> None:
    """The bag was always there; somebody takes it along: what is new is the ground."""
    there_first = bag(from_s=0.0, to_s=40.0)
    assert see(there_first, owner()) == []


def test_a_person_who_stands_is_no_thing() -> None:
    sits = Vehicle(path=stand(*FOOT, begin_s=36.0), track_id=4, class_id=PERSON)
    assert see(bag(), sits) == []


def test_a_car_that_parks_is_no_thing() -> None:
    car = Vehicle(path=stand(*FOOT, begin_s=39.0), track_id=9)
    assert see(bag(), owner(), car) == []


def test_a_cloud_is_no_thing() -> None:
    def cloud(luma: Luma, time_s: float) -> Luma:
        return (luma * (0.8 + 0.2 * float(np.cos(time_s / 20.0)))).astype(np.uint8)

    assert see(cloud, owner()) == []


def test_somebody_passes_before_it() -> None:
    """It is hidden for a moment, and goes on being there."""
    passer = Vehicle(
        path=drive(60, 316, velocity=(60.0, 0.0), begin_s=52.0), track_id=6, class_id=PERSON
    )

    def put(luma: Luma, time_s: float) -> Luma:
        luma = bag()(luma, time_s)
        at = passer.path(time_s)
        if at is not None:
            x = round(at[0] / 4)
            luma[69:79, max(0, x - 5) : max(0, x + 5)] = 30
        return luma

    (incident,) = opened(see(put, owner(), passer, seconds=110.0))
    assert 72.0 <= seconds_of(incident.alarm_at) < 85.0


def test_calibrated_near_is_in_metres() -> None:
    corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    plane = [GroundPoint(image=(x, y), ground_m=(20.0 * x, 20.0 * y)) for x, y in corners]
    # 120 px are 3.75 m: away enough, though no more than three heights.
    beside = owner(away_px_s=24.0)
    (incident,) = opened(see(bag(), beside, rules=engine(calibration=plane)))
    units = {entry.condition: entry.unit for entry in incident.explain}
    assert units.get("nearest person", "m") == "m"


def test_not_where_it_is_ignored_or_off() -> None:
    ignored = Zone(
        name="works",
        type=ZoneType.IGNORE,
        polygon=((0.4, 0.7), (0.7, 0.7), (0.7, 1.0), (0.4, 1.0)),
    )
    assert see(bag(), owner(), rules=engine(ignored)) == []
    assert see(bag(), owner(), rules=RuleEngine("cam", ZoneSet(version=1), "v0")) == []


def test_a_camera_that_was_covered_learns_its_background_anew() -> None:
    def put(luma: Luma, time_s: float) -> Luma:
        return (luma // 30).astype(np.uint8) if 50.0 <= time_s < 75.0 else bag()(luma, time_s)

    changes = see(put, owner(), seconds=140.0)
    assert [incident.type for incident in opened(changes)] == [IncidentType.CAMERA_TAMPER]
