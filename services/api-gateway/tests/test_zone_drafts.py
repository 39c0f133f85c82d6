"""Suggested lanes and previews of calibrations."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from sentinel_api.testing import World, eventually
from sentinel_api.zones.service import MOST_WAITING, ZoneDrafts
from sentinel_core.adapters.memory.detection_archive import MemoryDetectionArchive
from sentinel_core.contracts.generated.detection_event import DetectedObject, DetectionEvent
from sentinel_core.domain.errors import Conflict
from sentinel_core.domain.media_clock import format_utc
from sentinel_core.testing.builders import make_detection_event
from sentinel_vision.flow.suggestions import MIN_TRACKS

SUGGESTIONS = "/api/cameras/cam_01/zones/suggestions"
PREVIEW = "/api/cameras/cam_01/calibration/preview"
FRAMES = 25
# A road of 10 m x 55 m that runs away from the camera.
ROAD = [
    {"image": [0.3, 0.4], "ground_m": [0, 60]},
    {"image": [0.6, 0.4], "ground_m": [10, 60]},
    {"image": [0.9, 0.95], "ground_m": [10, 5]},
    {"image": [0.1, 0.95], "ground_m": [0, 5]},
]


def passage(world: World, track_id: int) -> list[DetectionEvent]:
    """A car that drives down the picture in five seconds, some minutes ago."""
    begin = world.ports.clock.utc_now() - timedelta(minutes=30) + timedelta(seconds=6 * track_id)
    return [
        make_detection_event(
            track_id * FRAMES * 2 + index,
            timestamp=format_utc(begin + timedelta(seconds=index / 5)),
            detections=[
                DetectedObject(
                    class_="car",
                    confidence=0.9,
                    bbox=[0.4, 0.05 + 0.03 * index, 0.12, 0.1],
                    track_id=track_id,
                )
            ],
        )
        for index in range(FRAMES)
    ]


async def archive(world: World, cars: int) -> None:
    await world.add_camera()
    for track_id in range(cars):
        await world.ports.detection_archive.append(passage(world, track_id))


async def test_a_suggested_lane_can_be_stored_as_it_is(
    world: World, api: httpx2.AsyncClient
) -> None:
    await archive(world, MIN_TRACKS)
    found = (await api.get(SUGGESTIONS)).json()
    assert (found["camera_id"], found["tracks"], found["message"]) == ("cam_01", MIN_TRACKS, None)
    (lane,) = found["suggestions"]
    assert lane["tracks"] == MIN_TRACKS
    assert lane["zone"]["direction"] == [0.0, 1.0]
    stored = await api.put(
        "/api/cameras/cam_01/zones", json={"version": 0, "zones": [lane["zone"]]}
    )
    assert stored.status_code == 200
    assert stored.json()["zones"] == [lane["zone"]]


async def test_too_few_vehicles_are_said_in_words(world: World, api: httpx2.AsyncClient) -> None:
    await archive(world, 3)
    found = (await api.get(SUGGESTIONS, params={"hours": 2})).json()
    assert found["suggestions"] == []
    assert "Only 3 vehicles" in found["message"]
    assert "last 2 h" in found["message"]


async def test_only_the_hours_asked_for_are_read(world: World, api: httpx2.AsyncClient) -> None:
    await archive(world, MIN_TRACKS)
    found = (await api.get(SUGGESTIONS, params={"hours": 0.1})).json()
    assert (found["tracks"], found["suggestions"]) == (0, [])


@pytest.mark.parametrize("hours", [0, -1, 7, "all", "nan", "inf", "1e400"])
async def test_hours_are_bounded(world: World, api: httpx2.AsyncClient, hours: object) -> None:
    await world.add_camera()
    assert (await api.get(SUGGESTIONS, params={"hours": str(hours)})).status_code == 422


async def test_unknown_camera(api: httpx2.AsyncClient) -> None:
    assert (await api.get(SUGGESTIONS)).status_code == 404
    assert (await api.post(PREVIEW, json={"points": ROAD})).status_code == 404


async def test_a_calibration_is_shown_before_it_is_stored(
    world: World, api: httpx2.AsyncClient
) -> None:
    await world.add_camera()
    seen = (await api.post(PREVIEW, json={"points": ROAD})).json()
    assert seen["residuals_m"] == [0.0] * 4
    assert seen["spacing_m"] == 10.0
    assert {line["axis"] for line in seen["lines"]} == {"x", "y"}
    assert all(
        0 <= value <= 1 for line in seen["lines"] for point in line["points"] for value in point
    )
    near = max(seen["places"], key=lambda place: place["image"][1])
    far = min(seen["places"], key=lambda place: place["image"][1])
    assert near["error_m"] < 0.2 < far["error_m"]
    assert near["along_m"] < far["along_m"]
    nothing: dict[str, Any] = (await api.get("/api/cameras/cam_01/zones")).json()
    assert nothing["calibration"] == []


async def test_a_fifth_point_that_does_not_fit_shows(world: World, api: httpx2.AsyncClient) -> None:
    await world.add_camera()
    wrong = {"image": [0.5, 0.6], "ground_m": [5, 50]}
    seen = (await api.post(PREVIEW, json={"points": [*ROAD, wrong]})).json()
    assert max(seen["residuals_m"]) > 2.0
    assert seen["point_error"] > 0.01


@pytest.mark.parametrize(
    "points",
    [
        ROAD[:3],
        [{"image": [0.1 * n, 0.1 * n], "ground_m": [n, n]} for n in range(4)],
        [{**ROAD[0], "ground_m": [1e300, 0]}, *ROAD[1:]],
        [{**ROAD[0], "image": [2, 0]}, *ROAD[1:]],
    ],
    ids=["three", "on one line", "on no planet", "outside the picture"],
)
async def test_points_that_make_no_calibration(
    world: World, api: httpx2.AsyncClient, points: list[dict[str, Any]]
) -> None:
    await world.add_camera()
    assert (await api.post(PREVIEW, json={"points": points})).status_code == 422


async def test_points_that_contradict_each_other_are_no_error_of_the_server(
    world: World, api: httpx2.AsyncClient
) -> None:
    await world.add_camera()
    crossed = [{**ROAD[0], "ground_m": [10, 5]}, *ROAD[1:3], {**ROAD[3], "ground_m": [0, 60]}]
    answer = await api.post(PREVIEW, json={"points": crossed})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "calibration"


class WaitingArchive(MemoryDetectionArchive):
    """Gives nothing until it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go = asyncio.Event()

    async def read(
        self, camera_key: str, start: datetime, end: datetime
    ) -> AsyncIterator[Sequence[DetectionEvent]]:
        await self.may_go.wait()
        async for group in super().read(camera_key, start, end):
            yield group


async def test_of_many_who_ask_at_once_some_are_told_to_come_back(world: World) -> None:
    await world.add_camera()
    slow = WaitingArchive()
    drafts = ZoneDrafts(clock=world.ports.clock, database=world.database, archive=slow)
    asked = [
        asyncio.create_task(drafts.suggest("cam_01", 1.0)) for _ in range(2 * MOST_WAITING + 2)
    ]
    await eventually(lambda: sum(task.done() for task in asked) == MOST_WAITING + 1)
    slow.may_go.set()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Conflict)]
    assert len(refused) == MOST_WAITING + 1
    assert (await drafts.suggest("cam_01", 1.0)).tracks == 0


@pytest.mark.parametrize(
    "points",
    [
        [{"image": [0.5, 0.5], "ground_m": [1, 1]}] * 64,
        [{"image": [n / 64, n / 64], "ground_m": [n, n]} for n in range(64)],
        [{"image": [n % 2, n // 2], "ground_m": [1e6 * (n % 2), -1e6]} for n in range(4)],
        [{"image": [n % 2, n // 2], "ground_m": [1e-9 * (n % 2), 1e-9 * n]} for n in range(4)],
        [{"image": [1e-300 * n, 1e-300 * n * n], "ground_m": [n, n * n]} for n in range(8)],
        [{"image": [n % 2, n // 2], "ground_m": [1e6 * (n % 2), 1e6 * (n // 2)]} for n in range(4)],
    ],
    ids=["one", "a line", "a line on the ground", "a speck", "a dot", "a country"],
)
async def test_odd_calibrations_are_shown_or_refused(
    world: World, api: httpx2.AsyncClient, points: list[dict[str, Any]]
) -> None:
    await world.add_camera()
    answer = await api.post(PREVIEW, json={"points": points})
    assert answer.status_code in (200, 422), answer.text
    assert "NaN" not in answer.text
