"""`sentinel detect`: one source through decode, detect, track and rules."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Annotated, Any

import msgspec
import typer
from pydantic import ValidationError
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from sentinel_allinone.annotated_video import AnnotatedVideo, annotated_video
from sentinel_allinone.footage import AnalysedFrame, FootageAnalysis
from sentinel_allinone.options import AsJson, load_settings
from sentinel_allinone.terminal import err, out, print_json, print_note
from sentinel_camera.sources.files import FootageInfo, describe, read_frames
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.cameras import derive_camera_key, redact_url
from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.media_clock import parse_utc
from sentinel_core.domain.zones import ZoneSet
from sentinel_core.runtime.settings import InferenceSettings
from sentinel_inference import reporting_thresholds
from sentinel_inference.detector import build_detector, count_threads, read_choice
from sentinel_inference.pipeline.camera_pipeline import CameraPipeline
from sentinel_vision.detection.detector import YoloDetector
from sentinel_vision.detection.model import load_model_file
from sentinel_vision.detection.selection import open_model
from sentinel_vision.frames.frame import analysis_size

PLAIN_PROGRESS_EVERY = 100


@dataclass(slots=True)
class Summary:
    """What a run saw, and how fast."""

    frames: int = 0
    took_s: float = 0.0
    classes: Counter[str] = field(default_factory=Counter)
    tracks: dict[int, str] = field(default_factory=dict)
    incidents: list[dict[str, Any]] = field(default_factory=list)

    def add(self, analysed: AnalysedFrame) -> None:
        """Count one frame."""
        self.frames += 1
        for seen in analysed.event.detections:
            self.classes[seen.class_] += 1
            if seen.track_id is not None:
                self.tracks[seen.track_id] = seen.class_
        for event in analysed.incident_events:
            if event.transition in ("opened", "ended"):
                self.incidents.append(
                    {
                        "transition": event.transition,
                        "type": event.type,
                        "zone": event.zone_name,
                        "at_s": round(event.pts_90k / 90_000, 2),
                        "incident_id": event.incident_id,
                    }
                )

    def as_dict(self, source: str, model: str) -> dict[str, Any]:
        """For `--json` and for people alike."""
        return {
            "source": redact_url(source),
            "model": model,
            "frames": self.frames,
            "took_s": round(self.took_s, 2),
            "frames_per_s": round(self.frames / self.took_s, 2) if self.took_s else None,
            "detections": dict(self.classes.most_common()),
            "tracks": dict(Counter(self.tracks.values()).most_common()),
            "incidents": self.incidents,
        }


def detect(
    source: Annotated[str, typer.Argument(help="A file, a folder of images, or a URL.")],
    *,
    model: Annotated[
        Path | None, typer.Option(help="A YOLOv8 ONNX file, or a model folder [default: shipped]")
    ] = None,
    fps: Annotated[
        float, typer.Option(min=0.1, max=60, help="Frames per second to look at.")
    ] = 5.0,
    zones: Annotated[Path | None, typer.Option(help="Zones (JSON); without them no rules.")] = None,
    jsonl: Annotated[
        Path | None,
        typer.Option(help="Write every event here, one JSON a line; - is standard output."),
    ] = None,
    video: Annotated[Path | None, typer.Option(help="Write an MP4 with boxes here.")] = None,
    conf: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Lowest confidence reported.")
    ] = 0.25,
    start_time: Annotated[
        str | None, typer.Option(help="Capture time of the first frame, ISO 8601 [default: now]")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Detect, track and judge what a recording shows, as fast as this machine can."""
    clock = SystemClock()
    settings = load_settings({"inference": {"confidence": conf}}).inference
    threads = count_threads(settings)
    info = describe(source, fps)
    detector = _open(model, settings)
    width, height = analysis_size(info.width, info.height)
    detector.warm_up((height, width))
    camera_key = derive_camera_key(Path(redact_url(source)).stem)
    pipeline = CameraPipeline(
        camera_key,
        zones=_load_zones(zones),
        model_version=detector.model_version,
        thresholds=reporting_thresholds(settings),
    )
    analysis = FootageAnalysis(detector, pipeline, clock, threads=threads)
    frames = read_frames(source, fps, _start(start_time, clock), camera_key=camera_key)
    summary = Summary()
    started_s = clock.monotonic()
    with ExitStack() as stack:
        lines = stack.enter_context(_opened(jsonl))
        drawn = stack.enter_context(annotated_video(video, fps)) if video else None
        tick = stack.enter_context(_progress(info))
        for analysed in analysis.run(frames):
            summary.add(analysed)
            _write(analysed, lines, drawn)
            tick()
    summary.took_s = clock.monotonic() - started_s
    _print(
        summary.as_dict(source, detector.model_version),
        as_json=as_json,
        to_stderr=_is_stdout(jsonl),
    )


def _write(analysed: AnalysedFrame, lines: IO[bytes] | None, drawn: AnnotatedVideo | None) -> None:
    if lines is not None:
        for message in (analysed.event, *analysed.incident_events):
            lines.write(msgspec.json.encode(message) + b"\n")
    if drawn is not None:
        drawn.add(analysed.frame, analysed.judged)


def _open(model: Path | None, settings: InferenceSettings) -> YoloDetector:
    if model is None or model.is_dir():
        return build_detector(settings, model)
    return open_model(load_model_file(model), read_choice(settings))


def _load_zones(path: Path | None) -> ZoneSet:
    if path is None:
        return ZoneSet()
    try:
        return ZoneSet.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}", field="zones") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        reason = first["msg"].removeprefix("Value error, ")
        raise InvalidInput(f"{path}: {place}: {reason}", field="zones") from error


def _start(text: str | None, clock: SystemClock) -> datetime:
    if text is None:
        return clock.utc_now()
    try:
        return parse_utc(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}; for example 2026-01-10T12:00:00Z") from error


def _is_stdout(path: Path | None) -> bool:
    return path is not None and str(path) == "-"


@contextmanager
def _opened(path: Path | None) -> Iterator[IO[bytes] | None]:
    if path is None:
        yield None
    elif _is_stdout(path):
        with os.fdopen(os.dup(1), "wb") as stream:
            yield stream
    else:
        try:
            stream = path.open("wb")
        except OSError as error:
            raise InvalidInput(
                f"{path} cannot be written: {error.strerror}", field="jsonl"
            ) from error
        with stream:
            yield stream


@contextmanager
def _progress(info: FootageInfo) -> Iterator[Any]:
    """A bar on a terminal, a line every hundred frames elsewhere."""
    if not err.is_terminal:
        yield _PlainProgress(info.sampled_frames)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("detecting"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.speed:.1f} frames/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("", total=info.sampled_frames)
        yield lambda: progress.advance(task)


class _PlainProgress:
    def __init__(self, total: int | None) -> None:
        self._total = total
        self._done = 0

    def __call__(self) -> None:
        self._done += 1
        if self._done % PLAIN_PROGRESS_EVERY == 0:
            print_note(f"{self._done} of {self._total or '?'} frames")


def _print(summary: dict[str, Any], *, as_json: bool, to_stderr: bool) -> None:
    if as_json and not to_stderr:
        print_json(summary)
        return
    console = err if to_stderr else out
    for label in ("source", "model", "frames", "took_s", "frames_per_s"):
        console.print(f"{label.replace('_', ' '):<14} {summary[label]}", markup=False)
    for label in ("detections", "tracks"):
        counted = ", ".join(f"{n} {name}" for name, n in summary[label].items()) or "none"
        console.print(f"{label:<14} {counted}", markup=False)
    for entry in summary["incidents"]:
        where = f" in {entry['zone']}" if entry["zone"] else ""
        words = (
            f"{entry['at_s']:>8} s  {entry['type'].replace('_', ' ')} {entry['transition']}{where}"
        )
        console.print(words, markup=False)
    if not summary["incidents"]:
        console.print(f"{'incidents':<14} none", markup=False)
