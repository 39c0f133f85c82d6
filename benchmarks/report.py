"""What every benchmark shares: arguments, machine description, table, target lines, JSON file.

A benchmark fills a `Report` and returns `report.finish(...)` as its exit status.
"""

import argparse
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.media_clock import format_utc
from sentinel_sim.suites.targets import Cell, Target, format_cell

__all__ = [
    "DEFAULT_DATA_DIR",
    "REPOSITORY",
    "Cell",
    "Report",
    "Table",
    "Target",
    "argument_parser",
    "machine",
    "skip",
]

REPOSITORY = Path(__file__).resolve().parents[1]
DEFAULT_DATA_DIR = REPOSITORY.parent / "shared" / "data"
DEFAULT_RESULTS_DIR = REPOSITORY / "benchmarks" / "results"


@dataclass(slots=True)
class Table:
    """Rows under a header; numbers are set right, words left."""

    title: str
    columns: Sequence[str]
    rows: list[Sequence[Cell]] = field(default_factory=list)

    def add(self, *cells: Cell) -> None:
        """One more row, a cell for each column."""
        if len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} cells for {len(self.columns)} columns")
        self.rows.append(cells)

    def render(self) -> str:
        """The table as Markdown, padded so that it also reads well in a terminal."""
        texts = [[format_cell(cell) for cell in row] for row in self.rows]
        widths = [
            max(len(text) for text in column) for column in zip(self.columns, *texts, strict=True)
        ]
        right = [
            any(isinstance(row[i], int | float) for row in self.rows)
            for i in range(len(self.columns))
        ]
        rule = [
            "-" * (width - 1) + (":" if is_right else "-")
            for width, is_right in zip(widths, right, strict=True)
        ]
        lines = [list(self.columns), rule, *texts]
        return "\n".join(_render_row(line, widths, right) for line in lines)

    def as_json(self) -> dict[str, object]:
        """Title and rows, each row a mapping from column to cell."""
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return {"title": self.title, "rows": rows}


@dataclass(slots=True)
class Report:
    """What one benchmark found."""

    name: str
    tables: list[Table] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def finish(self, results_dir: Path, *, strict: bool) -> int:
        """Print everything, write `results_dir/<name>.json`, give the exit status.

        Returns:
            1 if `strict` and a target is missed, else 0.
        """
        host = machine()
        for table in self.tables:
            print(f"\n{table.title}\n\n{table.render()}")
        for note in self.notes:
            print(f"\n{note}")
        print(f"\n{host['at']}, {host['cpu']}, {host['cores']} cores, Python {host['python']}\n")
        for target in self.targets:
            print(target.line())
        self._write(results_dir, host)
        return int(strict and not all(target.is_met for target in self.targets))

    def _write(self, results_dir: Path, host: dict[str, Cell]) -> None:
        content = {
            "benchmark": self.name,
            "machine": host,
            "tables": [table.as_json() for table in self.tables],
            "notes": self.notes,
            "targets": [target.as_json() for target in self.targets],
        }
        results_dir.mkdir(parents=True, exist_ok=True)
        path = results_dir / f"{self.name}.json"
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        print(f"\nwritten: {path}")


def argument_parser(description: str) -> argparse.ArgumentParser:
    """A parser with the arguments that every benchmark takes: --data, --results, --strict."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--data", type=Path, default=DEFAULT_DATA_DIR, help="folder of the reference data"
    )
    parser.add_argument(
        "--results", type=Path, default=DEFAULT_RESULTS_DIR, help="folder for the JSON file"
    )
    parser.add_argument(
        "--strict", action="store_true", help="exit with status 1 where a target is missed"
    )
    return parser


def skip(name: str, reason: str) -> int:
    """Say that a benchmark cannot run here, which is no failure; gives its exit status."""
    print(f"{name}: skipped: {reason}")
    return 0


def machine() -> dict[str, Cell]:
    """What a figure must be read with: date, processor, cores, load, Python, system."""
    return {
        "at": format_utc(SystemClock().utc_now()),
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "load_1min": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _render_row(texts: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    cells = [
        text.rjust(width) if is_right else text.ljust(width)
        for text, width, is_right in zip(texts, widths, right, strict=True)
    ]
    return f"| {' | '.join(cells)} |"
