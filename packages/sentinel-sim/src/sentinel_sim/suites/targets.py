"""Targets: what a suite or a benchmark found against what it must reach."""

import operator
from collections.abc import Callable
from dataclasses import asdict, dataclass

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Target:
    """One line of the verdict: a measured value against its bound.

    Attributes:
        id: row of the list of targets, such as `P7`.
        what: what was measured, in words.
        value: the measurement.
        comparison: `<=` or `>=`; the target is met where `value comparison bound` holds.
        bound: in the same unit as `value`.
        unit: printed behind both numbers; empty for a plain number.
    """

    id: str
    what: str
    value: float
    comparison: str
    bound: float
    unit: str = ""

    @property
    def is_met(self) -> bool:
        """Whether the measurement holds the bound. NaN never does."""
        compare: Callable[[float, float], bool]
        compare = {"<=": operator.le, ">=": operator.ge}[self.comparison]
        return bool(compare(self.value, self.bound))

    def line(self) -> str:
        """`P7: 0.21 ms HOTA … (target <= 0.3 ms) met`."""
        unit = f" {self.unit}" if self.unit else ""
        verdict = "met" if self.is_met else "missed"
        return (
            f"{self.id}: {self.what} {format_cell(self.value)}{unit} "
            f"(target {self.comparison} {format_cell(self.bound)}{unit}) {verdict}"
        )

    def as_json(self) -> dict[str, Cell]:
        """All of it, and whether it is met."""
        return {**asdict(self), "met": self.is_met}


def format_cell(cell: Cell) -> str:
    """Four digits of a number; a dash for nothing."""
    if cell is None:
        return "-"
    if isinstance(cell, float):
        text = f"{cell:.4g}" if abs(cell) < 1000 else f"{cell:.0f}"
        return text if "." in text or abs(cell) >= 1000 else f"{cell:.1f}"
    return str(cell)
