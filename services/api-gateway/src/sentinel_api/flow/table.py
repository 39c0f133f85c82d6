"""A flow report as comma-separated values: a row per zone or line and span."""

import csv
from collections.abc import Iterator, Mapping
from io import StringIO

from sentinel_api.flow.schemas import FlowReport, LinePoint, ZonePoint
from sentinel_core.domain.media_clock import format_utc
from sentinel_vision.detection.classes import CLASS_NAMES

_ZONE_FIGURES = (
    "unit",
    "entered",
    "persons_entered",
    "vehicles_mean",
    "speed_mean",
    "speed_p85",
    "occupancy",
    "covered",
    "density",
    "level_of_service",
    "los_basis",
)
_LINE_FIGURES = tuple(
    f"{direction}_{name}" for direction in ("forward", "backward") for name in CLASS_NAMES
)
_COLUMNS = ("at", "kind", "id", "name", "coverage", *_ZONE_FIGURES, *_LINE_FIGURES)

# A spreadsheet takes a text that begins so for a formula.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def write_table(report: FlowReport) -> str:
    """With a head; figures that a row does not have are empty."""
    text = StringIO()
    table = csv.DictWriter(text, _COLUMNS, restval="", lineterminator="\r\n")
    table.writeheader()
    table.writerows(_rows(report))
    return text.getvalue()


def _rows(report: FlowReport) -> Iterator[dict[str, object]]:
    for zone in report.zones:
        for point in zone.points:
            yield {
                **_head(point, "zone", str(zone.zone_id), zone.name),
                **{name: getattr(point, name) for name in _ZONE_FIGURES},
            }
    for line in report.lines:
        for crossed in line.points:
            yield {
                **_head(crossed, "line", str(line.line_id), line.name),
                **_counts("forward", crossed.forward),
                **_counts("backward", crossed.backward),
            }


def _head(point: ZonePoint | LinePoint, kind: str, key: str, name: str) -> dict[str, object]:
    shown = f"'{name}" if name.startswith(_FORMULA_SIGNS) else name
    return {
        "at": format_utc(point.at),
        "kind": kind,
        "id": key,
        "name": shown,
        "coverage": point.coverage,
    }


def _counts(direction: str, counts: Mapping[str, int]) -> dict[str, object]:
    return {f"{direction}_{name}": counts.get(name, 0) for name in CLASS_NAMES}
