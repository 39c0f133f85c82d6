"""Use cases of drawing zones."""

import asyncio
from datetime import timedelta

from sentinel_api.turns import Turns
from sentinel_api.zones.schemas import (
    CalibrationPreview,
    GroundLine,
    GroundPlace,
    PreviewCalibration,
    SuggestedZone,
    ZoneSuggestions,
)
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.detection_archive import DetectionArchive
from sentinel_core.ports.repositories import Database
from sentinel_vision.flow.field import FlowField
from sentinel_vision.flow.ground_grid import draw_grid, measure_residuals, sample_ground
from sentinel_vision.flow.suggestions import MIN_TRACKS, suggest_lanes
from sentinel_vision.rules.ground import GroundPlane

ENOUGH_TRACKS = 2_000
"""More vehicles change nothing about where the lanes are."""

MOST_WAITING = 4


class ZoneDrafts:
    """Looks and calculates; a person decides what is stored."""

    def __init__(self, *, clock: Clock, database: Database, archive: DetectionArchive) -> None:
        self._clock = clock
        self._database = database
        self._archive = archive
        self._turns = Turns(
            at_once=1, waiting=MOST_WAITING, refusal="others look for lanes: try again later"
        )

    async def suggest(self, id_or_key: str, hours: float) -> ZoneSuggestions:
        """Lanes by the vehicles of the last hours.

        Raises:
            NotFound: There is no such camera.
            Conflict: Too many people look for lanes at once.
        """
        async with self._database.transaction() as work:
            camera = await work.cameras.get(id_or_key)
        end = self._clock.utc_now()
        start = end - timedelta(hours=hours)
        field = FlowField()
        async with self._turns.take():
            async for events in self._archive.read(camera.key, start, end):
                await asyncio.to_thread(field.add, events)
                if field.tracks >= ENOUGH_TRACKS:
                    break
            found = await asyncio.to_thread(suggest_lanes, field)
        return ZoneSuggestions(
            camera_id=camera.key,
            start=start,
            end=end,
            tracks=field.tracks,
            suggestions=[
                SuggestedZone(zone=lane.zone, confidence=lane.confidence, tracks=lane.tracks)
                for lane in found
            ],
            message=None if found else _why_none(field.tracks, hours),
        )

    async def preview(self, id_or_key: str, wanted: PreviewCalibration) -> CalibrationPreview:
        """What a calibration would mean on the ground.

        Raises:
            NotFound: There is no such camera.
            InvalidInput: The points lie on one line.
        """
        async with self._database.transaction() as work:
            await work.cameras.get(id_or_key)
        points = wanted.points
        spacing_m, lines = draw_grid(points)
        return CalibrationPreview(
            point_error=round(GroundPlane(points).point_error, 5),
            residuals_m=list(measure_residuals(points)),
            spacing_m=spacing_m,
            lines=[
                GroundLine(axis=line.axis, value_m=line.value_m, points=list(line.points))
                for line in lines
            ],
            places=[
                GroundPlace(
                    image=place.image,
                    ground_m=place.ground_m,
                    error_m=place.error_m,
                    across_m=place.across_m,
                    along_m=place.along_m,
                )
                for place in sample_ground(points)
            ],
        )


def _why_none(tracks: int, hours: float) -> str:
    if tracks < MIN_TRACKS:
        return (
            f"Only {tracks} vehicles moved through the picture in the last {hours:g} h;"
            f" at least {MIN_TRACKS} are needed. The newest minutes are not archived yet."
        )
    return f"The {tracks} vehicles of the last {hours:g} h have no way in common."
