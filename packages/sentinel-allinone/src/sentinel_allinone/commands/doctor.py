"""`sentinel doctor`: what this machine has, and what is wrong with the configuration."""

import os
import platform
import shutil
import socket
from collections.abc import Callable, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import av
import onnxruntime
import typer
from pydantic import SecretStr

from sentinel_allinone.data_directory import DataDirectory
from sentinel_allinone.options import AsJson, DataDir, load_settings
from sentinel_allinone.terminal import out, print_json, print_table
from sentinel_core.domain.errors import SentinelError
from sentinel_core.runtime.assets import asset
from sentinel_core.runtime.processors import available_cores
from sentinel_core.runtime.settings import Settings, setting_origins
from sentinel_inference.detector import build_detector, count_threads

LOW_DISK_BYTES = 2 << 30
WANTED_CODECS = ("h264", "hevc", "mjpeg", "libx264")
VECTOR_FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "asimddp")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `problem` None: fine."""

    what: str
    found: str
    problem: str | None = None


def doctor(*, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Look at this machine and at the settings; exit with 1 where something is wrong."""
    settings = load_settings({"data_dir": data_dir})
    findings = [examine(settings) for examine in EXAMINATIONS]
    values = _setting_rows(settings, flags=set() if data_dir is None else {"data_dir"})
    if as_json:
        print_json({"findings": [asdict(f) for f in findings], "settings": values})
    else:
        for finding in findings:
            sign = "[green]ok[/]" if finding.problem is None else "[red]!![/]"
            out.print(f"{sign}  {finding.what:<16} {finding.found}", soft_wrap=True)
            if finding.problem:
                out.print(f"    {'':<16} {finding.problem}", soft_wrap=True, markup=False)
        out.print()
        print_table(
            ("SETTING", "VALUE", "FROM"), ((v["name"], v["value"], v["origin"]) for v in values)
        )
    if any(finding.problem for finding in findings):
        raise typer.Exit(1)


def _machine(settings: Settings) -> Finding:
    cores = available_cores()
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    found = f"{platform.machine()}, {cores} cores, {memory_gib:.1f} GiB, Python {platform.python_version()}"
    return Finding("machine", f"{found}; inference on {count_threads(settings.inference)} threads")


def _processor(_: Settings) -> Finding:
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore").split()
    except OSError:
        return Finding("vector units", "unknown")
    have = [flag for flag in VECTOR_FLAGS if flag in flags]
    problem = None if have else "without AVX2 inference is several times slower"
    return Finding("vector units", ", ".join(have) or "none", problem)


def _engine(_: Settings) -> Finding:
    providers = ", ".join(
        p.removesuffix("ExecutionProvider") for p in onnxruntime.get_available_providers()
    )
    return Finding("engine", f"ONNX Runtime {onnxruntime.__version__} ({providers})")


def _model(settings: Settings) -> Finding:
    try:
        model = build_detector(settings.inference)
    except SentinelError as error:
        return Finding("model", "refused", error.message)
    found = f"{model.model_version}, sha256 {model.model_sha256[:12] or 'unknown'}"
    return Finding("model", f"{found}, {model.precision} on {model.name} ({model.provider})")


def _codecs(_: Settings) -> Finding:
    missing = [name for name in WANTED_CODECS if name not in av.codecs_available]
    problem = f"missing: {', '.join(missing)}" if missing else None
    return Finding("codecs", f"PyAV {av.__version__}, FFmpeg {av.ffmpeg_version_info}", problem)


def _data_directory(settings: Settings) -> Finding:
    directory = DataDirectory(settings.data_path)
    try:
        directory.prepare()
    except SentinelError as error:
        return Finding("data directory", str(directory.root), error.message)
    free = shutil.disk_usage(directory.root).free
    problem = "little room left" if free < LOW_DISK_BYTES else None
    return Finding("data directory", f"{directory.root}, {free / 2**30:.1f} GiB free", problem)


def _port(settings: Settings) -> Finding:
    host, port = settings.api.host, settings.api.port
    running = DataDirectory(settings.data_path).running_system()
    if running is not None:
        return Finding("port", f"a sentinel runs on this data directory at {running.url}")
    try:
        with socket.create_server((host, port)):
            return Finding("port", f"{host}:{port} is free")
    except OSError as error:
        return Finding("port", f"{host}:{port}", f"{error.strerror}; choose another with --port")


def _dashboard(settings: Settings) -> Finding:
    try:
        folder = settings.api.dashboard_dir or asset("services/web-dashboard/out")
    except SentinelError:
        return Finding("dashboard", "not built", "build it with: make dashboard")
    return Finding("dashboard", str(folder))


def _browser(_: Settings) -> Finding:
    names = ("chromium", "chromium-browser", "google-chrome", "firefox")
    found = next((path for path in map(shutil.which, names) if path), None)
    return Finding("browser", found or "none here; any browser that reaches this machine will do")


EXAMINATIONS: tuple[Callable[[Settings], Finding], ...] = (
    _machine,
    _processor,
    _engine,
    _model,
    _codecs,
    _data_directory,
    _port,
    _dashboard,
    _browser,
)


def _setting_rows(settings: Settings, *, flags: Set[str]) -> list[dict[str, str]]:
    origins = setting_origins() | dict.fromkeys(flags, "flag")
    return [
        {"name": name, "value": _shown(settings, name), "origin": origin}
        for name, origin in origins.items()
    ]


def _shown(settings: Settings, name: str) -> str:
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, part)
    if isinstance(value, SecretStr):
        return "(set)"
    return "-" if value is None else str(value)
