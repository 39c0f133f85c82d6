"""`sentinel camera`: add, list, probe, remove."""

import base64
from pathlib import Path
from typing import Annotated, Any

import typer

from sentinel_allinone.api_client import call_api
from sentinel_allinone.options import AsJson, DataDir, load_settings
from sentinel_allinone.terminal import out, print_json, print_note, print_table

app = typer.Typer(no_args_is_help=True, help="Add, list, probe and remove cameras.")

Source = Annotated[
    str,
    typer.Argument(help="rtsp(s)://…, http(s)://… (HLS, MJPEG), file:///…, a path, or sim:clock"),
]


@app.command()
def add(
    source: Source,
    *,
    name: Annotated[str, typer.Option(help="What people call it.")],
    key: Annotated[
        str | None, typer.Option(help="Short name, for ever [default: from the name]")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="LATITUDE,LONGITUDE in degrees, for example 60.1699,24.9384")
    ] = None,
    sample_fps: Annotated[
        float | None, typer.Option(help="Pictures a second to infer; fewer under load [default: 5]")
    ] = None,
    transcode: Annotated[
        bool, typer.Option("--transcode", help="Encode the live view anew, for any browser.")
    ] = False,
    udp: Annotated[bool, typer.Option("--udp", help="RTSP over UDP instead of TCP.")] = False,
    once: Annotated[bool, typer.Option("--once", help="Play a file once, not in a loop.")] = False,
    motion_gating: Annotated[
        bool, typer.Option("--motion-gating", help="Do not infer where nothing moves.")
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Add a camera. It is stored even where it cannot be opened yet, and tried again and again."""
    body: dict[str, Any] = {
        "name": name,
        "source_url": _absolute(source),
        "live_view": "transcoded" if transcode else "source",
        "rtsp_transport": "udp" if udp else "tcp",
        "loops": not once,
        "motion_gating": motion_gating,
    }
    if key:
        body["key"] = key
    if sample_fps is not None:
        body["sample_fps"] = sample_fps
    if at:
        body["location"] = _location(at)
    camera = call_api(load_settings({"data_dir": data_dir}), "POST", "/api/cameras", body)
    if as_json:
        print_json(camera)
    else:
        out.print(f"added {camera['key']}: {camera['name']}", markup=False)


@app.command("list")
def list_cameras(*, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List all cameras with their state."""
    cameras = call_api(load_settings({"data_dir": data_dir}), "GET", "/api/cameras")
    if as_json:
        print_json(cameras)
        return
    if not cameras:
        print_note("no cameras yet; add one with: sentinel camera add SOURCE --name NAME")
        return
    print_table(
        ("KEY", "NAME", "STATUS", "REASON", "SOURCE"),
        ((c["key"], c["name"], c["status"], c["reason"], c["source_url"]) for c in cameras),
    )


@app.command()
def probe(
    source: Source,
    *,
    snapshot: Annotated[Path | None, typer.Option(help="Write the first picture here.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Open a source and say what it sends. Takes at most 10 s."""
    settings = load_settings({"data_dir": data_dir})
    body = {"source_url": _absolute(source)}
    report = call_api(settings, "POST", "/api/cameras/probe", body)
    picture = base64.b64decode(report.pop("snapshot").partition(",")[2])
    if snapshot:
        snapshot.write_bytes(picture)
    if as_json:
        print_json(report)
        return
    for label, value in report.items():
        if label != "advice":
            out.print(
                f"{label.replace('_', ' '):<20} {'-' if value is None else value}", markup=False
            )
    for sentence in report["advice"]:
        out.print(f"note: {sentence}", markup=False)


@app.command()
def remove(
    key: Annotated[str, typer.Argument(help="Key or id of the camera.")],
    *,
    data_dir: DataDir = None,
) -> None:
    """Remove a camera. Its events and incidents stay."""
    call_api(load_settings({"data_dir": data_dir}), "DELETE", f"/api/cameras/{key}")
    out.print(f"removed {key}", markup=False)


def _absolute(source: str) -> str:
    """A relative path means a file where the command was typed."""
    is_url = "://" in source or source.startswith("sim:")
    return source if is_url else str(Path(source).absolute())


def _location(text: str) -> dict[str, float]:
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not LATITUDE,LONGITUDE") from error
    return {"lat": latitude, "lng": longitude}
