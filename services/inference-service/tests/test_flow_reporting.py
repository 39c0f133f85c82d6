"""Minutes of flow are sent once each, and what was learned from them decides what is news."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from sentinel_core.contracts.generated.flow_event import FlowEvent, ZoneFlow
from sentinel_core.domain.media_clock import format_utc
from sentinel_core.domain.zones import Zone, ZoneSet, ZoneType
from sentinel_core.testing.builders import make_flow_event, make_zone_flow
from sentinel_inference.testing.station import (
    HEIGHT,
    NO_STOP,
    WIDTH,
    Station,
    cars,
    running_station,
)
from sentinel_vision.detection.detections import Detections
from sentinel_vision.flow.shapes import zone_shape

PARKED = (100.0, 100.0, 180.0, 150.0)
ROAD = Zone(
    name="road",
    type=ZoneType.LANE,
    polygon=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),
    rules={"congestion": {"on_s": 5.0}},
)
FIVE_A_SECOND = 5


def full_road(step: int) -> Detections:
    """Twelve large cars that crawl to the right, a pixel a frame."""
    boxes = [
        (x + step % 60, y, x + step % 60 + 130, y + 100)
        for x in (0, 150, 300, 450)
        for y in (10, 130, 250)
    ]
    return cars(*boxes)


async def test_a_minute_is_sent_when_the_next_begins_and_the_rest_at_the_end(
    station: Station,
) -> None:
    await station.show(cars(PARKED), times=65 * FIVE_A_SECOND)
    assert len(await station.flow_events()) == 1
    await station.service.stop()
    first, second = await station.flow_events()
    assert first.camera_id == "cam_01"
    assert (first.zones[0].name, first.zones[0].vehicles) == (NO_STOP.name, 1)
    assert first.coverage == pytest.approx(1.0, abs=0.01)
    assert second.coverage < 0.2
    assert parsed(second) - parsed(first) == timedelta(minutes=1)


def parsed(event: FlowEvent) -> datetime:
    """When the minute began."""
    return datetime.fromisoformat(event.minute)


async def test_a_minute_with_an_incident_is_marked(station: Station) -> None:
    await station.show(cars(PARKED), times=40)
    await station.service.stop()
    assert [event.is_disturbed for event in await station.flow_events()] == [True]


async def test_changed_zones_begin_a_part(station: Station) -> None:
    await station.show(Detections.empty(), times=10)
    async with station.database.transaction() as work:
        camera = await work.cameras.get("cam_01")
        await work.cameras.replace_zones(camera.id, ZoneSet(version=1, zones=(ROAD,)))
    await station.clock.advance(1.0)
    while not (events := await station.flow_events()):
        await station.clock.advance(1.0)
    assert [zone.name for zone in events[0].zones] == [NO_STOP.name]


def crawl(minute: datetime) -> FlowEvent:
    """The road as `full_road` shows it."""
    zone: ZoneFlow = make_zone_flow(
        zone_id=str(ROAD.id),
        shape=zone_shape(ROAD, ZoneSet(zones=(ROAD,))),
        speed_mean=5 / float(np.sqrt(130 * 100)),
        density=None,
    )
    return make_flow_event(minute=format_utc(minute), zones=[zone], unit="BL")


async def jam(folder: Path, *, days: int) -> list[str]:
    """The types of incidents that a full road opens after so many days of the same at this hour."""
    async with running_station(folder) as first:
        now = first.clock.utc_now().replace(minute=0, second=0, microsecond=0)
        async with first.database.transaction() as work:
            camera = await work.cameras.get("cam_01")
            await work.cameras.replace_zones(camera.id, ZoneSet(version=1, zones=(ROAD,)))
            for week in range(1, days + 1):
                begin = now - timedelta(days=7 * week)
                minutes = [crawl(begin + timedelta(minutes=minute)) for minute in range(60)]
                await work.flow.store(minutes)
    async with running_station(folder) as station:
        for step in range(20 * FIVE_A_SECOND):
            await station.show(full_road(step))
        await station.service.stop()
        return [
            event.type for event in await station.incident_events() if event.transition == "opened"
        ]


@pytest.mark.parametrize(("days", "expected"), [(0, ["congestion"]), (1, ["congestion"]), (2, [])])
async def test_what_was_usual_twice_is_no_news(
    folder: Path, days: int, expected: list[str]
) -> None:
    assert (WIDTH, HEIGHT) == (640, 360)
    assert await jam(folder, days=days) == expected
