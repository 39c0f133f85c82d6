"""Lanes and their directions, found in the ways of many vehicles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import uuid5

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from sentinel_core.domain.identifiers import SENTINEL_NAMESPACE
from sentinel_core.domain.zones import Point, Zone, ZoneType
from sentinel_vision.flow.field import COLUMNS, ROWS, FlowField
from sentinel_vision.flow.outline import simplify, trace
from sentinel_vision.rules.geometry import Flags, Floats

MIN_TRACKS: Final = 20
"""With fewer vehicles nothing is suggested."""

MIN_COHERENCE: Final = 0.8
"""Length of the mean of the directions in a cell: 1 where all go the same way."""

MIN_TRACK_SHARE: Final = 0.08
"""A lane carries at least this share of all vehicles."""

MIN_LANE_TRACKS: Final = 5

MIN_CELLS: Final = 12
TURN_PER_CELL: Final = float(np.cos(np.radians(20.0)))
TURN_IN_ALL: Final = float(np.cos(np.radians(60.0)))

_BUSY_SHARE = 0.15
_LEAST_PER_CELL = 2.0
_TOLERANCES = (1.3, 0.9, 0.5)
_NEIGHBOURS = ((0, 1), (1, 0), (0, -1), (-1, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneSuggestion:
    """A lane as a person may accept it.

    Attributes:
        zone: Of type lane, with a direction.
        confidence: 0..1: how much alike the directions are, and how many vehicles there were.
        tracks: Vehicles that went along it.
    """

    zone: Zone
    confidence: float
    tracks: int


def suggest_lanes(field: FlowField) -> list[LaneSuggestion]:
    """Regions in which vehicles go one way, the busiest first; none below `MIN_TRACKS`."""
    marks = field.marks()
    if len(marks) < MIN_TRACKS:
        return []
    counts, headings = _blurred(field.counts), _blurred(field.headings)
    coherence = np.hypot(headings[..., 0], headings[..., 1]) / np.maximum(counts, 1e-9)
    busy = max(_LEAST_PER_CELL, _BUSY_SHARE * float(np.percentile(counts[counts > 0], 90)))
    usable = (counts >= busy) & (coherence >= MIN_COHERENCE)
    found = []
    for region in _regions(usable, counts, headings):
        tracks = _count_tracks(region, marks)
        if tracks < max(MIN_LANE_TRACKS, MIN_TRACK_SHARE * len(marks)):
            continue
        likeness = float(np.average(coherence[region], weights=counts[region]))
        heading = headings[region].sum(axis=0)
        zone = _make_zone(_smoothed(region), heading / np.hypot(*heading))
        confidence = likeness * tracks / (tracks + MIN_TRACKS / 2)
        found.append(LaneSuggestion(zone=zone, confidence=round(confidence, 2), tracks=tracks))
    found.sort(key=lambda lane: (-lane.tracks, lane.zone.polygon))
    return [
        LaneSuggestion(
            zone=lane.zone.model_copy(update={"name": f"Lane {number}"}),
            confidence=lane.confidence,
            tracks=lane.tracks,
        )
        for number, lane in enumerate(found, start=1)
    ]


def _blurred(values: Floats) -> Floats:
    """Mean over each cell and its eight neighbours: gaps between tracks close."""
    edges = ((1, 1), (1, 1), *((0, 0) for _ in values.shape[2:]))
    padded = np.pad(values, edges)
    total: Floats = sum(
        (
            padded[row : row + ROWS, column : column + COLUMNS]
            for row in range(3)
            for column in range(3)
        ),
        start=np.zeros_like(values),
    )
    return total / 9.0


def _regions(usable: Flags, counts: Floats, headings: Floats) -> list[Flags]:
    """Parts in which the direction changes little from cell to cell, from the busiest cells on."""
    lengths = np.hypot(headings[..., 0], headings[..., 1])
    units = headings / np.maximum(lengths, 1e-9)[..., None]
    left = usable.copy()
    regions = []
    for index in np.argsort(-counts, axis=None, kind="stable").tolist():
        row, column = divmod(index, COLUMNS)
        if left[row, column]:
            region = _grow_region((row, column), left, units)
            left &= ~region
            if region.sum() >= MIN_CELLS:
                regions.append(region)
    return regions


def _grow_region(seed: tuple[int, int], left: Flags, units: Floats) -> Flags:
    region: Flags = np.zeros_like(left)
    region[seed] = True
    edge = [seed]
    while edge:
        row, column = edge.pop()
        for down, right in _NEIGHBOURS:
            cell = (row + down, column + right)
            if not (0 <= cell[0] < ROWS and 0 <= cell[1] < COLUMNS):
                continue
            if region[cell] or not left[cell]:
                continue
            turns = float(units[cell] @ units[row, column]) < TURN_PER_CELL
            if turns or float(units[cell] @ units[seed]) < TURN_IN_ALL:
                continue
            region[cell] = True
            edge.append(cell)
    return region


def _smoothed(region: Flags) -> Flags:
    """Without dents and spikes that are narrower than three cells."""
    closed = ~_dilated(~_dilated(region))
    opened = _dilated(~_dilated(~closed))
    return opened if opened.any() else closed


def _dilated(cells: Flags) -> Flags:
    wider: Flags = _blurred(cells.astype(np.float64)) > 0.0
    return wider


def _count_tracks(region: Flags, marks: Sequence[NDArray[np.int64]]) -> int:
    """Tracks that were in the region for half of their way, or in as many cells as make a lane."""
    flat = region.ravel()
    return sum(bool(flat[cells].sum() >= min(len(cells) / 2, MIN_CELLS)) for cells in marks)


def _make_zone(region: Flags, heading: Floats) -> Zone:
    corners = trace(region) / (COLUMNS, ROWS)
    direction = (round(float(heading[0]), 3), round(float(heading[1]), 3))
    for tolerance in _TOLERANCES:
        polygon = _as_points(simplify(corners, tolerance / ROWS))
        try:
            return _zone(polygon, direction)
        except ValidationError:
            continue
    low, high = corners.min(axis=0), corners.max(axis=0)
    box = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    return _zone(_as_points(box), direction)


def _zone(polygon: tuple[Point, ...], direction: tuple[float, float]) -> Zone:
    name = f"suggestion/{polygon}/{direction}"
    return Zone(
        id=uuid5(SENTINEL_NAMESPACE, name),
        name="Lane",
        type=ZoneType.LANE,
        polygon=polygon,
        direction=direction,
    )


def _as_points(corners: Floats) -> tuple[Point, ...]:
    return tuple((round(x, 4), round(y, 4)) for x, y in corners.tolist())
