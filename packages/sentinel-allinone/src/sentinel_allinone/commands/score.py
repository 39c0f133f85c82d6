"""`sentinel score`: how right rules, tracker and detector are, against truth."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentinel_allinone.options import AsJson, load_settings
from sentinel_allinone.terminal import print_json
from sentinel_core.domain.errors import InvalidInput

if TYPE_CHECKING:
    from sentinel_allinone.scoring import Findings, Scoring

MISSED = 1
BESIDE_THE_REPOSITORY = Path("../shared/data")

DataFolder = Annotated[
    Path | None,
    typer.Option("--data", help="Reference data [default: reference_data, or ../shared/data]"),
]
IsStrict = Annotated[bool, typer.Option("--strict", help="Exit with 1 where a target is missed.")]
IsQuick = Annotated[bool, typer.Option("--quick", help="A short form, for a first impression.")]
Jobs = Annotated[int, typer.Option(min=1, max=64, help="Processes side by side.")]

app = typer.Typer(no_args_is_help=True, help="Score rules, tracker and detector against truth.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    data: Path | None
    jobs: int
    quick: bool
    strict: bool
    as_json: bool
    out: Path | None = None


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
    asked = _Asked(data=data, jobs=jobs, quick=quick, strict=strict, as_json=as_json)
    _run(asked, lambda scoring: scoring.rules())


@app.command("clips")
def score_clips(
    *, data: DataFolder = None, strict: IsStrict = False, as_json: AsJson = False
) -> None:
    """Incident rules on real clips alone (Q2)."""
    asked = _Asked(data=data, jobs=1, quick=False, strict=strict, as_json=as_json)
    _run(asked, lambda scoring: scoring.clips())


@app.command("tracker")
def score_tracker(
    *,
    data: DataFolder = None,
    quick: IsQuick = False,
    strict: IsStrict = False,
    as_json: AsJson = False,
) -> None:
    """Tracker: HOTA, CLEAR and IDF1 on sequences with hand-made tracks (P7)."""
    asked = _Asked(data=data, jobs=1, quick=quick, strict=strict, as_json=as_json)
    _run(asked, lambda scoring: scoring.tracker())


@app.command("detector")
def score_detector(
    *, data: DataFolder = None, strict: IsStrict = False, as_json: AsJson = False
) -> None:
    """Detector: average precision of the model in force on labelled street pictures (Q5)."""
    asked = _Asked(data=data, jobs=1, quick=False, strict=strict, as_json=as_json)
    _run(asked, lambda scoring: scoring.detector())


@app.command("pictures")
def score_pictures(
    *, quick: IsQuick = False, strict: IsStrict = False, as_json: AsJson = False
) -> None:
    """Pictures of the city through model, tracker and rules (Q10)."""
    asked = _Asked(data=None, jobs=1, quick=quick, strict=strict, as_json=as_json)
    _run(asked, lambda scoring: scoring.pictures())


@app.command("normality")
def score_normality(*, strict: IsStrict = False, as_json: AsJson = False) -> None:
    """What is usual is no news: a learned week and two peaks (Q11)."""
    asked = _Asked(data=None, jobs=1, quick=False, strict=strict, as_json=as_json)
    _run(asked, lambda scoring: scoring.normality())


@app.command("flow")
def score_flow(
    *, quick: IsQuick = False, strict: IsStrict = False, as_json: AsJson = False
) -> None:
    """Suggested lanes of a clip (Q11), and counts of the city's traffic."""
    asked = _Asked(data=None, jobs=1, quick=quick, strict=strict, as_json=as_json)
    _run(asked, lambda scoring: scoring.flow())


@app.command("all")
def score_all(
    *,
    data: DataFolder = None,
    jobs: Jobs = 1,
    quick: IsQuick = False,
    strict: IsStrict = False,
    out: Annotated[Path | None, typer.Option(help="Write the JSON here as well.")] = None,
) -> None:
    """Everything: what docs/accuracy.md shows."""
    asked = _Asked(data=data, jobs=jobs, quick=quick, strict=strict, as_json=False, out=out)
    _run(asked, _everything)


def _everything(scoring: "Scoring") -> "Findings":
    found = scoring.rules()
    found.add(scoring.normality())
    found.add(scoring.flow())
    found.add(scoring.pictures())
    found.add(scoring.tracker())
    found.add(scoring.detector())
    return found


def _run(asked: _Asked, suite: "Callable[[Scoring], Findings]") -> None:
    # The suites take a second to load, which no other command should pay.
    from sentinel_allinone.scoring import Scoring

    found = suite(
        Scoring(
            folder=_folder(asked.data),
            inference=load_settings({}).inference,
            jobs=asked.jobs,
            is_quick=asked.quick,
        )
    )
    if asked.as_json:
        print_json(found.as_json())
    else:
        found.print()
    if asked.out is not None:
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(json.dumps(found.as_json(), indent=2) + "\n", encoding="utf-8")
    if asked.strict and not found.is_met:
        raise typer.Exit(MISSED)


def _folder(data: Path | None) -> Path:
    folder = data or load_settings({}).reference_data
    if folder is not None and not folder.is_dir():
        raise InvalidInput(f"{folder} is no folder", field="data")
    return folder or BESIDE_THE_REPOSITORY
