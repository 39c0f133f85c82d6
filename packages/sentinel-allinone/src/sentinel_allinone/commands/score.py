"""`sentinel score`: how right rules, tracker and detector are, against truth."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from sentinel_allinone.options import AsJson, load_settings
from sentinel_allinone.terminal import err, out, print_json, print_note, print_table
from sentinel_core.domain.errors import InvalidInput

if TYPE_CHECKING:
    from sentinel_sim.suites.clips import ClipReport
    from sentinel_sim.suites.recordings import ClipDetector
    from sentinel_sim.suites.targets import Cell, Target

    Tables = Mapping[str, tuple[Sequence[str], list[tuple[Cell, ...]]]]

MISSED = 1
BESIDE_THE_REPOSITORY = Path("../shared/data")
PLAIN_STEPS = 10

Tell = Callable[[int, int], None]

DataFolder = Annotated[
    Path | None,
    typer.Option("--data", help="Reference data [default: reference_data, or ../shared/data]"),
]
IsStrict = Annotated[bool, typer.Option("--strict", help="Exit with 1 where a target is missed.")]
IsQuick = Annotated[bool, typer.Option("--quick", help="A short form, for a first impression.")]
Jobs = Annotated[int, typer.Option(min=1, max=64, help="Processes side by side.")]

app = typer.Typer(no_args_is_help=True, help="Score rules, tracker and detector against truth.")


@app.command("rules")
def score_rules(
    *,
    data: DataFolder = None,
    jobs: Jobs = 1,
    quick: IsQuick = False,
    strict: IsStrict = False,
    as_json: AsJson = False,
) -> None:
    """Incident rules: on the synthetic city (Q1, Q3) and on real clips (Q2)."""
    from dataclasses import replace

    from sentinel_sim.suites import city

    clips = _run_clips(_folder(data))
    plan = replace(city.QUICK if quick else city.FULL, jobs=jobs)
    with _progress("scenes") as tell:
        found = city.run_city(plan, tell)
    tables = {
        "Rules on the synthetic city": (city.COLUMNS, list(found.rows())),
        "The same scenes at several rates": (city.REPLAY_COLUMNS, list(found.replay_rows())),
        **_clip_tables(clips),
    }
    _finish(
        tables,
        [*found.targets(), *clips.targets()],
        notes=[*clips.left_out, *found.failures()],
        strict=strict,
        as_json=as_json,
    )


@app.command("tracker")
def score_tracker(
    *,
    data: DataFolder = None,
    quick: IsQuick = False,
    strict: IsStrict = False,
    as_json: AsJson = False,
) -> None:
    """Tracker: HOTA, CLEAR and IDF1 on sequences with hand-made tracks (P7)."""
    from sentinel_sim.suites import tracker
    from sentinel_sim.suites.sequences import SOURCES

    folder = _folder(data)
    if not (folder / tracker.FOLDER).is_dir():
        _skip(f"no sequences in {folder / tracker.FOLDER}", as_json=as_json)
        return
    with _progress("sequences") as tell:
        report = tracker.run_tracker(folder, sources=SOURCES[:1] if quick else SOURCES, tell=tell)
    tables = {"Tracker, percent": (tracker.COLUMNS, report.rows())}
    _finish(tables, report.targets(), notes=[], strict=strict, as_json=as_json)


@app.command("detector")
def score_detector(
    *,
    data: DataFolder = None,
    strict: IsStrict = False,
    as_json: AsJson = False,
) -> None:
    """Detector: average precision of the model in force on labelled street pictures (Q5)."""
    from sentinel_sim.suites import detector

    folder = _folder(data)
    if not (folder / detector.FOLDER).is_dir():
        _skip(f"no pictures in {folder / detector.FOLDER}", as_json=as_json)
        return
    with _progress("pictures") as tell:
        score = detector.run_detector(_detector(), folder, tell=tell)
    tables = {"Detector on the test split": (detector.COLUMNS, detector.rows(score))}
    _finish(tables, detector.targets(score), notes=[], strict=strict, as_json=as_json)


def _run_clips(folder: Path) -> "ClipReport":
    from sentinel_sim.suites import clips
    from sentinel_sim.suites.recordings import CACHE_DIR

    report = clips.ClipReport()
    detector = _detector()
    with _progress("clips") as tell:
        for done, case in enumerate(clips.CASES, start=1):
            result = clips.run_clip(case, folder, detector, CACHE_DIR)
            if result is None:
                report.left_out.append(f"{case.name} is left out: it is not in {folder}")
            else:
                report.add(result, folder)
            tell(done, len(clips.CASES))
    report.standing = clips.run_standing(folder, detector, CACHE_DIR)
    return report


def _clip_tables(clips: "ClipReport") -> "Tables":
    from sentinel_sim.suites import clips as suite

    tables = {"Rules on real clips": (suite.COLUMNS, [result.row() for result in clips.results])}
    extra = clips.extra_rows()
    return {**tables, "Beside hand-made labels": (suite.EXTRA_COLUMNS, extra)} if extra else tables


def _detector() -> "ClipDetector":
    """The model that is in force here."""
    from sentinel_inference.detector import build_detector

    return build_detector(load_settings({}).inference)


def _folder(data: Path | None) -> Path:
    folder = data or load_settings({}).reference_data
    if folder is not None and not folder.is_dir():
        raise InvalidInput(f"{folder} is no folder", field="data")
    return folder or BESIDE_THE_REPOSITORY


def _skip(reason: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"skipped": reason})
    else:
        print_note(f"skipped: {reason}")


def _finish(
    tables: "Tables",
    targets: "Sequence[Target]",
    *,
    notes: Sequence[str],
    strict: bool,
    as_json: bool,
) -> None:
    """Print everything; exit with `MISSED` where that was asked for."""
    if as_json:
        print_json(_document(tables, targets, notes))
    else:
        _print(tables, targets, notes)
    if strict and not all(target.is_met for target in targets):
        raise typer.Exit(MISSED)


def _document(
    tables: "Tables",
    targets: "Sequence[Target]",
    notes: Sequence[str],
) -> dict[str, Any]:
    return {
        "tables": [
            {"title": title, "rows": [dict(zip(columns, row, strict=True)) for row in rows]}
            for title, (columns, rows) in tables.items()
        ],
        "notes": list(notes),
        "targets": [target.as_json() for target in targets],
    }


def _print(
    tables: "Tables",
    targets: "Sequence[Target]",
    notes: Sequence[str],
) -> None:
    from sentinel_sim.suites.targets import format_cell

    for title, (columns, rows) in tables.items():
        if rows:
            out.print(f"\n{title}\n", markup=False)
            print_table(columns, [[format_cell(cell) for cell in row] for row in rows])
    for note in notes:
        out.print(note, markup=False, soft_wrap=True)
    out.print()
    for target in targets:
        out.print(target.line(), markup=False, soft_wrap=True)


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
