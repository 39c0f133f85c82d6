"""Suggestions and previews on the wire."""

from typing import Literal

from pydantic import Field

from sentinel_api.schemas import Answer, Body, UtcTime
from sentinel_core.domain.zones import MAX_POINTS, GroundPoint, Zone

LONGEST_HOURS = 6.0


class SuggestionQuery(Body):
    """Which tracks to look at."""

    hours: float = Field(
        default=1.0, gt=0.0, le=LONGEST_HOURS, description="Look so many hours back from now."
    )


class SuggestedZone(Answer):
    """A lane that can be stored as it is.

    Attributes:
        confidence: 0..1: how much alike the directions are, and how many vehicles there were.
        tracks: Vehicles that went along it.
    """

    zone: Zone
    confidence: float
    tracks: int


class ZoneSuggestions(Answer):
    """Lanes found in the ways of vehicles, the busiest first.

    Attributes:
        camera_id: The camera's key.
        tracks: Vehicles that moved and were looked at.
        message: Why there are none; null where there are.
    """

    camera_id: str
    start: UtcTime
    end: UtcTime
    tracks: int
    suggestions: list[SuggestedZone]
    message: str | None


class PreviewCalibration(Body):
    """A calibration that is not stored yet."""

    points: tuple[GroundPoint, ...] = Field(min_length=4, max_length=MAX_POINTS)


class GroundLine(Answer):
    """Part of a line on the ground, to be drawn over the picture; `axis` is what is constant."""

    axis: Literal["x", "y"]
    value_m: float
    points: list[tuple[float, float]]


class GroundPlace(Answer):
    """A place of the picture.

    Attributes:
        error_m: Standard deviation of where it is on the ground.
        across_m: What 1 % of the frame's width is there.
        along_m: What 1 % of its height is there.
    """

    image: tuple[float, float]
    ground_m: tuple[float, float]
    error_m: float
    across_m: float
    along_m: float


class CalibrationPreview(Answer):
    """What the points mean.

    Attributes:
        point_error: Standard deviation of the points, in frame widths and heights.
        residuals_m: How far each point is from where the fit puts it; with four points 0. Null:
            by the fit the point is above the horizon, so that the points contradict each other.
        spacing_m: Between the lines.
    """

    point_error: float
    residuals_m: list[float | None]
    spacing_m: float
    lines: list[GroundLine]
    places: list[GroundPlace]
