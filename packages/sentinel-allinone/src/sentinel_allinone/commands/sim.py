"""`sentinel sim`: the synthetic city as clips and as cameras."""

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from sentinel_allinone.terminal import err, out, print_note, print_table
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.errors import InvalidInput

if TYPE_CHECKING:
    from sentinel_sim.faults.script import Step
    from sentinel_sim.pictures.rendering import RenderOptions

PLAIN_PROGRESS_EVERY = 250
MOST_CAMERAS = 64

app = typer.Typer(
    no_args_is_help=True,
    help="A city that knows the truth: clips with incidents in them, and cameras that show them.",
)

Seed = Annotated[int, typer.Option(min=0, help="The same seed makes the same clip.")]
Weather = Annotated[str, typer.Option(help="day, night or rain.")]
HasClock = Annotated[bool, typer.Option("--clock", help="Burn the time in as bars.")]
IsShaken = Annotated[bool, typer.Option("--shake", help="The mast moves in the wind.")]
IsOccluded = Annotated[
    bool, typer.Option("--occlusion", help="A mast and leaves stand before the camera.")
]
Width = Annotated[
    int | None, typer.Option("--size", min=160, max=3840, help="Width in pixels [default: 640]")
]
Seconds = Annotated[float | None, typer.Option(min=0.2, help="Only the beginning [default: all]")]


@app.callback()
def sim() -> None:
    """A city that knows the truth: clips with incidents in them, and cameras that show them."""


@app.command("list")
def list_scenarios() -> None:
    """Which scenarios there are."""
    from sentinel_sim.pictures.library import PICTURED

    rows = [
        (name, f"{scenario.duration_s:.0f} s", ", ".join(sorted(scenario.staged)), scenario.summary)
        for name, scenario in PICTURED.items()
    ]
    print_table(("scenario", "length", "incidents", "what happens"), rows)


@app.command()
def render(
    scenario: Annotated[str, typer.Argument(help="A name from `sentinel sim list`.")],
    *,
    out_path: Annotated[Path, typer.Option("--out", help="The clip; ends with .mp4.")],
    seconds: Seconds = None,
    seed: Seed = 1,
    size: Width = None,
    fps: Annotated[int, typer.Option(min=1, max=60, help="Pictures a second.")] = 25,
    weather: Weather = "day",
    shake: IsShaken = False,
    occlusion: IsOccluded = False,
    clock: HasClock = False,
) -> None:
    """Write a clip, and next to it its truth (x.truth.json) and zones (x.zones.json).

    Try it: sentinel sim render toll_wrong_way --out /tmp/x.mp4, then
    sentinel detect /tmp/x.mp4 --zones /tmp/x.zones.json
    """
    from sentinel_sim.pictures.library import scenario_named
    from sentinel_sim.pictures.rendering import count_pictures
    from sentinel_sim.pictures.rendering import render as write

    chosen = scenario_named(scenario)
    options = _options(
        seconds=seconds,
        seed=seed,
        width=size,
        fps=fps,
        look=(weather, shake, occlusion),
        has_clock=clock,
    )
    if out_path.suffix != ".mp4":
        raise InvalidInput(f"{out_path} does not end with .mp4", field="out")
    with _progress(scenario, count_pictures(chosen, options)) as tick:
        truth = write(chosen, out_path, options, tick)
    out.print(f"{out_path}: {truth.duration_s:g} s, {len(truth.events)} incidents", markup=False)
    for event in truth.events:
        words = event.type.replace("_", " ")
        span = f"{event.started_s:.1f} to {event.ended_s:.1f} s"
        out.print(f"  {words}, {span}{' (borderline)' * event.is_ignored}", markup=False)


@app.command()
def serve(
    *,
    scenario: Annotated[
        list[str] | None,
        typer.Option(help="May be given several times; cameras take turns [default: all]"),
    ] = None,
    cameras: Annotated[int, typer.Option(min=1, max=MOST_CAMERAS, help="How many cameras.")] = 2,
    port: Annotated[
        int, typer.Option(min=0, max=65_000, help="Of the first; 0: any. The others follow.")
    ] = 8554,
    clips: Annotated[
        Path | None, typer.Option(help="Keep rendered clips here and use those that are there.")
    ] = None,
    script: Annotated[
        Path | None,
        typer.Option(help="What goes wrong with the streams: a JSON list of steps."),
    ] = None,
    seconds: Seconds = None,
    seed: Seed = 1,
    size: Width = None,
    weather: Weather = "day",
    clock: HasClock = False,
) -> None:
    """Be a city's RTSP cameras, until stopped. Each shows a scenario, over and over.

    A step of a script is for example {"fault": "frozen", "seconds": 20} or {"hangs_up": true,
    "units": 100}; faults are none, unauthorised, unknown_path, no_video, foreign_codec,
    broken_description, never_answers, babbles, frozen, trickle, damaged and no_parameter_sets.
    """
    from sentinel_sim.pictures.library import PICTURED

    story = _read_script(script)
    names = list(scenario or PICTURED)
    options = _options(
        seconds=seconds,
        seed=seed,
        width=size,
        fps=25,
        look=(weather, False, False),
        has_clock=clock,
    )
    with tempfile.TemporaryDirectory() as temporary:
        folder = clips or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        shown = [names[index % len(names)] for index in range(cameras)]
        paths = {name: _clip(name, folder, options) for name in dict.fromkeys(shown)}
        try:
            asyncio.run(_serve([(name, paths[name]) for name in shown], port, story))
        except KeyboardInterrupt:
            print_note("stopped")


def _options(
    *,
    seconds: float | None,
    seed: int,
    width: int | None,
    fps: int,
    look: tuple[str, bool, bool],
    has_clock: bool,
) -> "RenderOptions":
    from sentinel_sim.pictures.painter import Look
    from sentinel_sim.pictures.rendering import RenderOptions
    from sentinel_sim.pictures.weather import Weather as Sky

    weather, is_shaken, is_occluded = look
    if weather not in list(Sky):
        raise InvalidInput(f"weather is {', '.join(Sky)}, not {weather!r}", field="weather")
    return RenderOptions(
        seconds=seconds,
        seed=seed,
        fps=fps,
        width=None if width is None else width // 2 * 2,
        look=Look(weather=Sky(weather), is_shaken=is_shaken, is_occluded=is_occluded),
        has_clock=has_clock,
    )


def _clip(name: str, folder: Path, options: "RenderOptions") -> Path:
    from sentinel_sim.pictures.library import scenario_named
    from sentinel_sim.pictures.rendering import count_pictures
    from sentinel_sim.pictures.rendering import render as write

    path = folder / f"{name}.mp4"
    scenario = scenario_named(name)
    if not path.exists():
        with _progress(name, count_pictures(scenario, options)) as tick:
            write(scenario, path, options, tick)
    return path


async def _serve(shown: Sequence[tuple[str, Path]], port: int, story: Sequence["Step"]) -> None:
    from sentinel_sim.faults.rtsp_server import RtspFaultServer

    async with AsyncExitStack() as stack:
        servers = [
            await stack.enter_async_context(RtspFaultServer(path, port=port + index if port else 0))
            for index, (_, path) in enumerate(shown)
        ]
        for (name, _), server in zip(shown, servers, strict=True):
            out.print(f"{name:<20} {server.open_url}", markup=False, soft_wrap=True)
        print_note("Ctrl-C stops. Add one with: sentinel camera add NAME URL")
        await asyncio.gather(*(server.perform(story) for server in servers))
        clock = SystemClock()
        while True:
            await clock.sleep(3600.0)


def _read_script(path: Path | None) -> tuple["Step", ...]:
    from sentinel_sim.faults.script import Fault, Step

    if path is None:
        return ()
    try:
        steps = json.loads(path.read_text(encoding="utf-8"))
        return tuple(
            Step(**{**values, "fault": Fault(values.get("fault", "none"))}) for values in steps
        )
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}", field="script") from error
    except (ValueError, TypeError) as error:
        raise InvalidInput(f"{path} is no list of steps: {error}", field="script") from error


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[], Any]]:
    """A bar on a terminal, a line now and then elsewhere."""
    if not err.is_terminal:
        done = 0

        def tick() -> None:
            nonlocal done
            done += 1
            if done % PLAIN_PROGRESS_EVERY == 0:
                print_note(f"{what}: {done} of {total} pictures")

        yield tick
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)
