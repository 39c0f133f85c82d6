"""`sentinel score`: how right rules, tracker and detector are, against truth."""

import json
from enum import StrEnum
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


class Suite(StrEnum):
    """What can be scored; in the order in which `all` runs them."""

    RULES = "rules"
    CLIPS = "clips"
    NORMALITY = "normality"
    FLOW = "flow"
    PICTURES = "pictures"
    TRACKER = "tracker"
    DETECTOR = "detector"
    ALL = "all"


HELP = """Score rules, tracker and detector against truth.

\b
rules      incident rules: on the synthetic city (Q1, Q3) and on real clips (Q2)
clips      incident rules on real clips alone (Q2)
normality  what is usual is no news: a learned week and two peaks (Q11)
flow       suggested lanes of a clip (Q11), and counts of the city's traffic
pictures   pictures of the city through model, tracker and rules (Q10)
tracker    HOTA, CLEAR and IDF1 on sequences with hand-made tracks (P7)
detector   average precision of the model in force on labelled pictures (Q5)
all        everything: what docs/accuracy.md shows
"""


def score(
    suite: Annotated[Suite, typer.Argument(help="What to score.")],
    *,
    data: Annotated[
        Path | None,
        typer.Option(help="Reference data; not set: reference_data, or ../shared/data"),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Processes side by side.")] = 1,
    quick: Annotated[
        bool, typer.Option("--quick", help="A short form, for a first impression.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 where a target is missed.")
    ] = False,
    as_json: AsJson = False,
    out: Annotated[Path | None, typer.Option(help="Write the JSON here as well.")] = None,
) -> None:
    """Score a suite; the help of the command lists them."""
    # The suites take a second to load, which no other command should pay.
    from sentinel_allinone.scoring import Scoring

    settings = load_settings({})
    folder = data or settings.reference_data
    if folder is not None and not folder.is_dir():
        raise InvalidInput(f"{folder} is no folder", field="data")
    found = _run(
        suite,
        Scoring(
            folder=folder or BESIDE_THE_REPOSITORY,
            inference=settings.inference,
            jobs=jobs,
            is_quick=quick,
        ),
    )
    if as_json:
        print_json(found.as_json())
    else:
        found.print()
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(found.as_json(), indent=2) + "\n", encoding="utf-8")
    if strict and not found.is_met:
        raise typer.Exit(MISSED)


def _run(suite: Suite, scoring: "Scoring") -> "Findings":
    by_name = {
        Suite.RULES: scoring.rules,
        Suite.CLIPS: scoring.clips,
        Suite.NORMALITY: scoring.normality,
        Suite.FLOW: scoring.flow,
        Suite.PICTURES: scoring.pictures,
        Suite.TRACKER: scoring.tracker,
        Suite.DETECTOR: scoring.detector,
    }
    if suite is not Suite.ALL:
        return by_name[suite]()
    del by_name[Suite.CLIPS]  # the rules' suite runs them
    found, *others = [run() for run in by_name.values()]
    for other in others:
        found.add(other)
    return found
