"""`sentinel evidence`: check what was stored, take an incident's files away."""

import asyncio
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from sentinel_allinone.api_client import download
from sentinel_allinone.options import AsJson, DataDir, load_settings
from sentinel_allinone.terminal import out, print_error, print_json, print_note
from sentinel_core.adapters.filesystem.object_store import FilesystemObjectStore
from sentinel_core.domain.errors import NotFound
from sentinel_core.evidence.verification import (
    ChainReport,
    cameras_with_evidence,
    count_unfinished,
    verify_camera,
)

app = typer.Typer(no_args_is_help=True, help="Check and export the evidence of incidents.")

BROKEN = 1


@app.command()
def verify(
    cameras: Annotated[
        list[str] | None, typer.Argument(help="Keys of cameras [default: all]")
    ] = None,
    *,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Compare every file and manifest with its hash, and the chain of each camera.

    Works on the store itself, also beside a running system. Ends with 1 where anything was
    changed, removed or put elsewhere, and says what.
    """
    settings = load_settings({"data_dir": data_dir})
    if not settings.objects_path.is_dir():
        raise NotFound(f"there is no object store in {settings.objects_path}")
    store = FilesystemObjectStore(settings.objects_path)
    reports, unfinished = asyncio.run(_verify(store, cameras or []))
    if as_json:
        print_json([_as_dict(report) for report in reports])
    else:
        _print(reports)
        if unfinished:
            print_note(f"evidence of {unfinished} incidents is being put together")
    if not all(report.is_sound for report in reports):
        raise typer.Exit(BROKEN)


@app.command()
def export(
    incident: Annotated[UUID, typer.Argument(help="Id of the incident.")],
    *,
    to: Annotated[Path, typer.Option("--out", help="The ZIP file to write.")],
    data_dir: DataDir = None,
) -> None:
    """Write pictures, clip, manifest and checksums of an incident into a ZIP file."""
    settings = load_settings({"data_dir": data_dir})
    size_bytes = download(settings, f"/api/incidents/{incident}/evidence.zip", to)
    out.print(f"{to}: {size_bytes} bytes; README.txt in it says how to check it", markup=False)


async def _verify(
    store: FilesystemObjectStore, cameras: list[str]
) -> tuple[list[ChainReport], int]:
    known = await cameras_with_evidence(store)
    unknown = sorted(set(cameras) - set(known))
    if unknown:
        raise NotFound(f"there is no evidence of {', '.join(unknown)}")
    reports = [await verify_camera(store, key) for key in cameras or known]
    return reports, await count_unfinished(store)


def _as_dict(report: ChainReport) -> dict[str, Any]:
    return {
        "camera": report.camera_key,
        "sound": report.is_sound,
        "manifests": report.manifests,
        "files": report.files,
        "size_bytes": report.size_bytes,
        "newest_sha256": report.newest_sha256,
        "faults": [
            {
                "kind": fault.kind.value,
                "key": fault.key,
                "detail": fault.detail,
                "incident_id": fault.incident_id,
            }
            for fault in report.faults
        ],
    }


def _print(reports: list[ChainReport]) -> None:
    for report in reports:
        if report.is_sound:
            out.print(
                f"{report.camera_key}: {report.manifests} manifests, {report.files} files, all as "
                f"they were stored; newest {report.newest_sha256}",
                markup=False,
                soft_wrap=True,
            )
        for fault in report.faults:
            print_error(f"{report.camera_key}: {fault.detail} ({fault.key})")
    if not reports:
        print_note("there is no evidence yet")
