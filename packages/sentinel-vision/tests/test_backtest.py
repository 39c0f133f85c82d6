"""Archived frames through the rules: as live, with other parameters, and what cannot be tried."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from sentinel_core.contracts.generated.detection_event import (
    DetectedObject,
    DetectionEvent,
    FrameSize,
)
from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.media_clock import format_utc
from sentinel_core.domain.normality import NormalityCell, hour_of_week
from sentinel_core.testing.builders import make_detection_event, make_object
from sentinel_vision.backtest.plan import BacktestPlan
from sentinel_vision.backtest.replay import Backtest, BacktestResult
from sentinel_vision.backtest.scenes import scene_of
from sentinel_vision.detection.classes import CLASS_NAMES
from sentinel_vision.detection.detections import NO_TRACK
from sentinel_vision.flow.shapes import zone_shape
from sentinel_vision.rules.scene import SceneFrame
from sentinel_vision.testing.traffic import (
    STARTED_AT,
    Vehicle,
    drive,
    engine_for,
    film,
    lane,
    opened,
    seconds_of,
    stand,
    watch,
    zone_set,
)

SPAN_S = 60.0
LANE = lane()
TRAFFIC = [
    Vehicle(path=stand(100.0, 200.0, begin_s=5.0, end_s=30.0), track_id=1),
    Vehicle(path=stand(400.0, 200.0, begin_s=5.0, end_s=50.0), track_id=2),
    Vehicle(path=drive(550.0, 340.0, velocity=(0.0, -60.0), begin_s=20.0, end_s=25.0), track_id=3),
]


def archived(scene: SceneFrame) -> DetectionEvent:
    """A scene as the archive gives it back."""
    found = scene.detections
    boxes = found.normalised_xywh(scene.width, scene.height).round(5).tolist()
    return make_detection_event(
        scene.frame_index,
        timestamp=format_utc(scene.captured_at),
        pts_90k=scene.pts_90k,
        frame_id=scene.frame_id,
        stream_epoch=scene.stream_epoch,
        frame=FrameSize(width=scene.width, height=scene.height),
        detections=[
            DetectedObject(
                class_=CLASS_NAMES[class_id], confidence=0.8, bbox=box, track_id=track_id
            )
            for box, class_id, track_id in zip(
                boxes, found.class_ids.tolist(), found.track_ids.tolist(), strict=True
            )
        ],
    )


EVENTS = [archived(scene) for scene in film(TRAFFIC, SPAN_S)]


def run(
    plan: BacktestPlan,
    events: Sequence[DetectionEvent] = EVENTS,
    *,
    learned: Sequence[NormalityCell] = (),
) -> BacktestResult:
    end = STARTED_AT + timedelta(seconds=SPAN_S)
    backtest = Backtest("cam", plan, STARTED_AT, end, learned=learned)
    backtest.feed(events[: len(events) // 2])
    backtest.feed(events[len(events) // 2 :])
    return backtest.result()


def plan_for(rule: IncidentType = IncidentType.STOPPED_VEHICLE, **parts: Any) -> BacktestPlan:
    return BacktestPlan(**{"zones": zone_set(LANE), "rule": rule, **parts})


def test_a_frame_is_what_the_rules_saw() -> None:
    (scene,) = film(TRAFFIC, 0.2, begin_s=22.0)
    found = scene_of(archived(scene))
    assert (found.width, found.height, found.pts_90k) == (640, 360, scene.pts_90k)
    assert found.frame_index == scene.frame_index
    assert found.captured_at == scene.captured_at
    assert found.detections.track_ids.tolist() == [1, 2, 3]
    assert abs(found.detections.boxes - scene.detections.boxes).max() < 0.01


def test_unknown_classes_are_left_out_and_untracked_boxes_stay_untracked() -> None:
    objects = [make_object(class_="tram"), make_object(class_="bus", track_id=None)]
    found = scene_of(make_detection_event(0, detections=objects)).detections
    assert found.class_ids.tolist() == [CLASS_NAMES.index("bus")]
    assert found.track_ids.tolist() == [NO_TRACK]


@pytest.mark.parametrize("rule", [IncidentType.STOPPED_VEHICLE, IncidentType.WRONG_WAY])
def test_unchanged_parameters_raise_what_was_raised(rule: IncidentType) -> None:
    live = opened(watch(engine_for(LANE), film(TRAFFIC, SPAN_S)))
    (variant,) = run(plan_for(rule)).variants
    assert [(i.key, i.started_at, i.alarm_at) for i in variant.incidents] == [
        (i.key, i.started_at, i.alarm_at) for i in live if i.type is rule
    ]
    assert variant.incidents


def test_a_sweep_tries_each_value() -> None:
    result = run(plan_for(swept="on_s", values=(10.0, 35.0, 120.0)))
    assert [variant.value for variant in result.variants] == [10.0, 35.0, 120.0]
    assert [len(variant.incidents) for variant in result.variants] == [2, 1, 0]


def test_parameters_can_be_set() -> None:
    (variant,) = run(plan_for(changes={"on_s": 35.0})).variants
    (incident,) = variant.incidents
    assert seconds_of(incident.alarm_at) == pytest.approx(40.0, abs=1.0)


def test_a_rule_that_is_switched_off_is_tried() -> None:
    off = zone_set(lane(rules={"stopped_vehicle": {"enabled": False}}))
    (variant,) = run(plan_for(zones=off)).variants
    assert len(variant.incidents) == 2


def test_one_zone_can_be_tried_alone() -> None:
    left = lane("left", ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)))
    right = lane("right", ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)))
    (variant,) = run(plan_for(zones=zone_set(left, right), zone_name="right")).variants
    assert [incident.zone_name for incident in variant.incidents] == ["right"]


def test_alarms_per_day_are_over_what_is_covered() -> None:
    half = [event for event in EVENTS if event.pts_90k <= 30 * 90_000]
    result = run(plan_for(), half)
    assert result.coverage.covered_s == pytest.approx(30.0)
    assert result.coverage.share == pytest.approx(0.5)
    assert result.coverage.frames == len(half)
    assert result.variants[0].alarms_per_day == pytest.approx(2 / 30 * 86_400)


def test_gaps_are_not_covered() -> None:
    events = [event for event in EVENTS if not 20.0 < event.pts_90k / 90_000 < 40.0]
    assert run(plan_for(), events).coverage.covered_s == pytest.approx(SPAN_S - 20.0, abs=0.5)


def test_nothing_archived_predicts_nothing() -> None:
    result = run(plan_for(), [])
    assert (result.coverage.frames, result.coverage.share) == (0, 0.0)
    assert (result.variants[0].incidents, result.variants[0].alarms_per_day) == ((), None)


@pytest.mark.parametrize("rule", [IncidentType.CAMERA_TAMPER, IncidentType.ABANDONED_OBJECT])
def test_rules_that_look_at_pictures_say_that_they_cannot_be_tried(rule: IncidentType) -> None:
    with pytest.raises(InvalidInput, match="looks at pictures"):
        plan_for(rule)


@pytest.mark.parametrize(
    "parts",
    [
        {"changes": {"nonsense": 1.0}},
        {"changes": {"on_s": -1.0}},
        {"swept": "nonsense", "values": (1.0,)},
        {"swept": "on_s"},
        {"values": (1.0,)},
        {"swept": "on_s", "values": tuple(float(value) for value in range(5, 25))},
        {"zones": zone_set()},
        {"zone_name": "elsewhere"},
    ],
)
def test_what_cannot_be_tried_is_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        plan_for(**parts)


def test_what_is_usual_is_no_news_in_a_back_test_either() -> None:
    corners = ((0.2, 0.1), (0.8, 0.1), (0.8, 0.9), (0.2, 0.9))
    road = lane("road", corners, rules={"congestion": {"on_s": 20}, "queue": {"enabled": False}})
    zones = zone_set(road)
    jam = [
        Vehicle(
            path=stand(165.0 + 62.0 * (place % 6), 100.0 + 62.0 * (place // 6)),
            track_id=place,
            size_px=58.0,
        )
        for place in range(24)
    ]
    events = [archived(scene) for scene in film(jam, SPAN_S)]
    habit = NormalityCell(
        zone_id=road.id,
        shape=zone_shape(road, zones),
        hour=hour_of_week(STARTED_AT),
        minutes=120,
        speed_minutes=120,
        days=2,
        last_day=date(2026, 1, 5),
        speed_mean=0.3,
        free_speed_mean=2.0,
        fullness_mean=0.3,
    )
    plan = plan_for(IncidentType.CONGESTION, zones=zones)
    news, usual = run(plan, events), run(plan, events, learned=[habit])
    assert (news.usual_hours, len(news.variants[0].incidents)) == (0, 1)
    assert (usual.usual_hours, len(usual.variants[0].incidents)) == (1, 0)
