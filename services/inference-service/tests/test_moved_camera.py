"""A camera that moves, is lost, reads another source: its reference through restarts and the store."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentinel_core.contracts.topics import FRAMES_BUCKET
from sentinel_core.domain.cameras import Camera
from sentinel_inference.testing.station import Station, cars, running_station
from sentinel_vision.rules.picture import ViewReference
from sentinel_vision.testing.views import COLUMNS, ROWS, draw_street

WIDE = draw_street(margin=16)
PARKED = (100.0, 100.0, 180.0, 150.0)


def part_of(right: float = 0.0) -> NDArray[np.uint8]:
    """What a camera that has turned to the right by this share of its picture sees."""
    left = 16 + round(right * COLUMNS)
    return WIDE[16 : 16 + ROWS, left : left + COLUMNS]


async def look(station: Station, seconds: float, right: float = 0.0) -> None:
    """Show a parked car for so long, to a camera that looks so far to the right."""
    station.street = part_of(right)
    await station.show(cars(PARKED), times=round(seconds * 5))


async def stored(station: Station) -> dict[str, ViewReference]:
    return {
        info.key.path: ViewReference.from_bytes(await station.objects.get(info.key))
        async for info in station.objects.list(FRAMES_BUCKET, "cam_01/reference")
    }


async def told(station: Station) -> list[tuple[str, str, str | None]]:
    return [
        (event.transition, event.type, event.reason)
        for event in await station.incident_events()
        if event.transition in ("opened", "ended")
    ]


async def test_a_turned_camera_suspends_its_rules_and_goes_on_when_it_is_back(
    station: Station,
) -> None:
    await look(station, 15.0)
    await station.sweep(4)
    await look(station, 10.0, right=0.05)
    assert await told(station) == [
        ("opened", "stopped_vehicle", None),
        ("opened", "camera_tamper", None),
        ("ended", "stopped_vehicle", "suspended"),
    ]
    moved = next(e for e in await station.incident_events() if e.type == "camera_tamper")
    assert {entry.condition for entry in moved.explain} >= {"shift of the view"}
    await look(station, 25.0)
    assert (await told(station))[3:] == [("ended", "camera_tamper", "cleared")]


async def test_the_reference_is_stored_with_the_version_of_the_zones(station: Station) -> None:
    await look(station, 15.0)
    await station.sweep(4)
    ((path, reference),) = (await stored(station)).items()
    assert path.startswith("cam_01/reference/v1-")
    assert reference.picture.shape == (ROWS // 2, COLUMNS // 2)
    async with station.database.transaction() as work:
        camera = await work.cameras.get("cam_01")
        await work.cameras.replace_zones(camera.id, await work.cameras.zones(camera.id))
    await station.sweep(4)
    await look(station, 15.0, right=0.08)
    await station.sweep(4)
    assert {path.split("-")[0] for path in await stored(station)} == {
        "cam_01/reference/v1",
        "cam_01/reference/v2",
    }
    assert ("opened", "camera_tamper", None) not in await told(station)


async def test_a_restart_forgets_no_reference(folder: Path) -> None:
    async with running_station(folder) as station:
        await look(station, 15.0)
        await station.sweep(4)
    async with running_station(folder) as station:
        station.epoch = "01JEPOCH000000000000000001"
        await look(station, 1.0, right=0.08)
        await station.sweep(4)
        await look(station, 11.0, right=0.08)
        assert [event for event in await told(station) if event[1] == "camera_tamper"] == [
            ("opened", "camera_tamper", None)
        ]


async def test_another_source_is_another_view(station: Station) -> None:
    await look(station, 15.0)
    await station.sweep(4)
    await _change(station, lambda camera: replace(camera, source_url="rtsp://10.0.0.9/other"))
    await station.sweep(4)
    await look(station, 30.0, right=0.09)
    await station.sweep(4)
    assert ("opened", "camera_tamper", None) not in await told(station)
    assert len(await stored(station)) == 2


async def test_a_camera_without_pictures_for_a_minute_is_lost(station: Station) -> None:
    await look(station, 2.0)
    await station.sweep(55)
    assert await told(station) == []
    await station.sweep(10)
    assert await told(station) == [("opened", "camera_tamper", None)]
    await look(station, 12.0)
    assert ("ended", "camera_tamper", "cleared") in await told(station)


async def test_a_camera_that_is_switched_off_is_not_lost(station: Station) -> None:
    await look(station, 2.0)
    await _change(station, lambda camera: replace(camera, enabled=False))
    await station.sweep(70)
    assert await told(station) == []
    await _change(station, lambda camera: replace(camera, enabled=True))
    await station.sweep(4)
    assert await told(station) == [("opened", "camera_tamper", None)]
    await _change(station, lambda camera: replace(camera, enabled=False))
    await station.sweep(4)
    assert (await told(station))[1:] == [("ended", "camera_tamper", "cleared")]


async def _change(station: Station, change: Callable[[Camera], Camera]) -> None:
    async with station.database.transaction() as work:
        camera = await work.cameras.get("cam_01")
        await work.cameras.update(replace(change(camera), revision=camera.revision + 1))
