"""`sentinel backtest`: what a rule would have raised with other parameters."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from sentinel_allinone.api_client import ApiClient, api_client
from sentinel_allinone.options import AsJson, DataDir, load_settings
from sentinel_allinone.terminal import err, out, print_json, print_note, print_table
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.errors import InvalidInput, SentinelError
from sentinel_core.domain.media_clock import format_utc, parse_utc
from sentinel_core.runtime.settings import Settings

POLL_S = 0.25
PATH = "/api/backtest"

Tell = Callable[[float], None]


def backtest(
    camera: Annotated[str, typer.Argument(help="The camera's key.")],
    *,
    start: Annotated[str, typer.Option("--from", help="ISO 8601, 2026-01-10T12:00:00Z.")],
    end: Annotated[str | None, typer.Option("--to", help="Not included [default: now]")] = None,
    rule: Annotated[str, typer.Option(help="For example wrong_way.")],
    zone: Annotated[str | None, typer.Option(help="Try it in this zone alone, by name.")] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter, NAME=VALUE; may be repeated.")
    ] = None,
    sweep: Annotated[
        str | None, typer.Option(help="Try a parameter with several values, NAME=A,B,C.")
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Run what a camera saw through a rule with other parameters. Nothing is changed or stored."""
    body: dict[str, Any] = {
        "camera": camera,
        "start": _moment(start, "from"),
        "end": format_utc(SystemClock().utc_now()) if end is None else _moment(end, "to"),
        "rule": rule,
        "zone": zone,
        "set": dict(_assignment(text, "set") for text in changes or ()),
    }
    if sweep is not None:
        name, _, values = sweep.partition("=")
        body["sweep"] = {
            "parameter": name,
            "values": [_number(value, "sweep") for value in values.split(",")],
        }
    settings = load_settings({"data_dir": data_dir})
    with Progress(
        TextColumn("judging"), BarColumn(), TaskProgressColumn(), console=err, transient=True
    ) as progress:
        bar = progress.add_task("", total=1.0, visible=err.is_terminal)
        found = asyncio.run(
            _run(settings, body, lambda share: progress.update(bar, completed=share))
        )
    if as_json:
        print_json(found)
    else:
        _print(found)


async def _run(settings: Settings, body: dict[str, Any], tell: Tell) -> dict[str, Any]:
    async with api_client(settings) as client:
        found: dict[str, Any] = await client.call("POST", PATH, body)
        try:
            while found["state"] == "running":
                await SystemClock().sleep(POLL_S)
                found = await client.call("GET", f"{PATH}/{found['id']}")
                tell(found["progress"])
        except asyncio.CancelledError:
            await _cancel(client, found["id"])
            raise
    if found["state"] != "done":
        raise SentinelError(f"the back-test {found['state']}: {found['message'] or ''}")
    return found


async def _cancel(client: ApiClient, run_id: str) -> None:
    print_note("stopping the back-test")
    await client.call("DELETE", f"{PATH}/{run_id}")


def _print(found: dict[str, Any]) -> None:
    coverage = found["coverage"]
    out.print(
        f"{found['rule'].replace('_', ' ')} on {found['camera_id']}: "
        f"{coverage['frames']} frames, {coverage['share']:.0%} of the span covered",
        markup=False,
    )
    if found["usual_hours"]:
        out.print(
            f"the rules knew what is usual at {found['usual_hours']} hours of the week",
            markup=False,
        )
    parameter = found["parameter"] or "as set"
    print_table(
        (parameter, "alarms", "alarms per day"),
        [
            (
                variant["value"],
                variant["alarms"],
                None if variant["alarms_per_day"] is None else f"{variant['alarms_per_day']:.1f}",
            )
            for variant in found["variants"]
        ],
    )
    if len(found["variants"]) == 1:
        for incident in found["variants"][0]["incidents"]:
            where = f" in {incident['zone']}" if incident["zone"] else ""
            ended = incident["ended_at"] or "still open"
            out.print(f"{incident['started_at']} .. {ended}{where}", markup=False)


def _moment(text: str, field: str) -> str:
    try:
        return format_utc(parse_utc(text))
    except ValueError as error:
        raise InvalidInput(f"{error}; for example 2026-01-10T12:00:00Z", field=field) from error


def _assignment(text: str, field: str) -> tuple[str, float | bool]:
    name, found, value = text.partition("=")
    if not found or not name:
        raise InvalidInput(f"{text!r} is no NAME=VALUE", field=field)
    if value in ("true", "false"):
        return name, value == "true"
    return name, _number(value, field)


def _number(text: str, field: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is no number", field=field) from error
