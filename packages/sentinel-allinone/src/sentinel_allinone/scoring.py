"""Runs the suites for the command line, and collects what they found."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from sentinel_allinone.terminal import err, out, print_note, print_table
from sentinel_core.runtime.assets import asset
from sentinel_core.runtime.settings import InferenceSettings
from sentinel_inference.detector import REMOTE, SHIPPED_MODEL, build_detector
from sentinel_sim.suites import (
    city,
    clips,
    counting,
    detector,
    lanes,
    normality,
    pictures,
    precision,
    tracker,
)
from sentinel_sim.suites.recordings import CACHE_DIR
from sentinel_sim.suites.sequences import SOURCES
from sentinel_sim.suites.targets import Cell, Target, format_cell
from sentinel_vision.detection.model import Precision, read_manifest

PLAIN_STEPS = 10
COUNT_S, QUICK_COUNT_S = 600.0, 120.0

Rows = Sequence[tuple[Cell, ...]]
Table = tuple[Sequence[str], Rows]
Tell = Callable[[int, int], None]


@dataclass(slots=True)
class Findings:
    """Tables by title, lines of targets, failures and what was left out in words."""

    tables: dict[str, Table] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_met(self) -> bool:
        """Every target."""
        return all(target.is_met for target in self.targets)

    def add(self, other: "Findings") -> None:
        """Those of another suite."""
        self.tables.update(other.tables)
        self.targets += other.targets
        self.notes += other.notes

    def as_json(self) -> Mapping[str, Any]:
        """For another program."""
        return {
            "tables": [
                {"title": title, "rows": [dict(zip(columns, row, strict=True)) for row in rows]}
                for title, (columns, rows) in self.tables.items()
            ],
            "notes": self.notes,
            "targets": [target.as_json() for target in self.targets],
        }

    def print(self) -> None:
        """For people."""
        for title, (columns, rows) in self.tables.items():
            if rows:
                out.print(f"\n{title}\n", markup=False)
                print_table(columns, [[format_cell(cell) for cell in row] for row in rows])
        for note in self.notes:
            out.print(note, markup=False, soft_wrap=True)
        out.print()
        for target in self.targets:
            out.print(target.line(), markup=False, soft_wrap=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """How suites are run.

    Attributes:
        folder: Reference data; what is not there is left out.
        jobs: Processes side by side.
        is_quick: Short forms.
    """

    folder: Path
    inference: InferenceSettings
    jobs: int = 1
    is_quick: bool = False

    def rules(self) -> Findings:
        """Q1, Q3 on the city; Q2 on clips."""
        found = self.clips()
        plan = replace(city.QUICK if self.is_quick else city.FULL, jobs=self.jobs)
        with _progress("scenes") as tell:
            report = city.run_city(plan, tell)
        found.add(
            Findings(
                {
                    "Rules on the synthetic city": (city.COLUMNS, list(report.rows())),
                    "The same scenes at several rates": (
                        city.REPLAY_COLUMNS,
                        list(report.replay_rows()),
                    ),
                },
                list(report.targets()),
                list(report.failures()),
            )
        )
        return found

    def clips(self) -> Findings:
        """Q2."""
        report, model = clips.ClipReport(), build_detector(self.inference)
        with _progress("clips") as tell:
            for done, case in enumerate(clips.CASES, start=1):
                result = clips.run_clip(case, self.folder, model, CACHE_DIR)
                if result is None:
                    report.left_out.append(f"{case.name} is left out: it is not in {self.folder}")
                else:
                    report.add(result, self.folder)
                tell(done, len(clips.CASES))
        report.standing = clips.run_standing(self.folder, model, CACHE_DIR)
        return Findings(
            {
                "Rules on real clips": (clips.COLUMNS, [one.row() for one in report.results]),
                "Beside hand-made labels": (clips.EXTRA_COLUMNS, report.extra_rows()),
            },
            report.targets(),
            report.left_out,
        )

    def tracker(self) -> Findings:
        """P7 without its timings."""
        if not (self.folder / tracker.FOLDER).is_dir():
            return _left_out("tracker", self.folder / tracker.FOLDER)
        sources = SOURCES[:1] if self.is_quick else SOURCES
        with _progress("sequences") as tell:
            report = tracker.run_tracker(self.folder, sources=sources, tell=tell)
        return Findings({"Tracker, percent": (tracker.COLUMNS, report.rows())}, report.targets())

    def detector(self) -> Findings:
        """Q5, Q6."""
        if not (self.folder / detector.FOLDER).is_dir():
            return _left_out("detector", self.folder / detector.FOLDER)
        with _progress("pictures") as tell:
            score = detector.run_detector(build_detector(self.inference), self.folder, tell=tell)
        table = (detector.COLUMNS, detector.rows(score))
        found = Findings({"Detector on the test split": table}, detector.targets(score))
        found.add(self._precisions())
        return found

    def _precisions(self) -> Findings:
        """Q6: the model in both of its precisions."""
        folder = self.inference.model_dir or asset(SHIPPED_MODEL)
        if self.inference.engine == REMOTE or read_manifest(folder).int8 is None:
            return Findings(notes=["int8 is left out: the model in force has none here"])
        scores = []
        for name in Precision:
            settings = self.inference.model_copy(update={"precision": name.value})
            model = build_detector(settings)
            with _progress(f"pictures, {name}") as tell:
                scores.append(
                    precision.score_precision(name, model, self.folder, cache=CACHE_DIR, tell=tell)
                )
        reference, reduced = scores
        return Findings(
            {"Int8 beside float32": (precision.COLUMNS, [score.row() for score in scores])},
            precision.precision_targets(reference, reduced),
        )

    def pictures(self) -> Findings:
        """Q10."""
        cases = pictures.picture_cases((1,) if self.is_quick else (1, 2))
        with _progress("clips of the city") as tell:
            done: list[object] = []

            def note(score: object) -> None:
                done.append(score)
                tell(len(done), len(cases))

            scores = pictures.score_pictures(build_detector(self.inference), cases, on_case=note)
        table = (pictures.COLUMNS, [score.row() for score in scores])
        return Findings({"Pictures of the city": table}, pictures.picture_targets(scores))

    def normality(self) -> Findings:
        """Q11."""
        print_note("a week is learned")
        report = asyncio.run(normality.run_normality())
        table = (normality.COLUMNS, [peak.row() for peak in report.peaks])
        return Findings({"What is usual is no news": table}, report.targets())

    def flow(self) -> Findings:
        """Q11, and counts."""
        print_note("lanes are suggested, vehicles are counted")
        suggested = lanes.run_lanes(build_detector(self.inference), CACHE_DIR)
        counted = counting.run_counting(seconds=QUICK_COUNT_S if self.is_quick else COUNT_S)
        tables: dict[str, Table] = {
            "Suggested lanes": (lanes.COLUMNS, [lane.row() for lane in suggested.lanes]),
            "Counted vehicles": (counting.COLUMNS, [count.row() for count in counted.counts]),
        }
        return Findings(tables, suggested.targets() + counted.targets())


def _left_out(suite: str, folder: Path) -> Findings:
    return Findings(notes=[f"{suite} is left out: there is no {folder}"])


@contextmanager
def _progress(what: str) -> Iterator[Tell]:
    """A bar on a terminal, a line every tenth elsewhere."""
    if not err.is_terminal:
        yield _plain_progress(what)
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _plain_progress(what: str) -> Tell:
    def tell(done: int, total: int) -> None:
        if done * PLAIN_STEPS // total > (done - 1) * PLAIN_STEPS // total:
            print_note(f"{done} of {total} {what}")

    return tell
