"""The repository as the house rules see it."""

import ast
import json
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
MEMBERS = (
    "packages/sentinel-core",
    "packages/sentinel-vision",
    "packages/sentinel-sim",
    "packages/sentinel-allinone",
    "services/api-gateway",
    "services/camera-service",
    "services/inference-service",
)
SERVICES = ("sentinel_api", "sentinel_camera", "sentinel_inference")
DASHBOARD = ROOT / "services/web-dashboard"


@cache
def files() -> tuple[Path, ...]:
    """All files that are committed, or would be: what git ignores is not looked at."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 (git is on PATH)
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    paths = (ROOT / name for name in sorted(set(listed.split("\0"))) if name)
    return tuple(path for path in paths if path.is_file())


def with_suffix(*suffixes: str) -> list[Path]:
    """Files with one of the suffixes."""
    return [path for path in files() if path.suffix in suffixes]


def shipped_python() -> list[Path]:
    """Python sources of the members, without tests."""
    return [path for path in with_suffix(".py") if "src" in relative(path).split("/")[:3]]


def relative(path: Path) -> str:
    """Path from the root, for messages."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """Syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions and methods of a Python file, nested ones too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """What a Python file names with its full dotted path, and the line: `time.monotonic`, 12.

    Names are followed through the file's imports, so that `from time import monotonic as now`
    is seen for what it is.
    """
    imported = imported_names(path)
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute | ast.Name) and (dotted := _dotted(node)):
            first, _, rest = dotted.partition(".")
            if first in imported:
                yield f"{imported[first]}.{rest}".rstrip("."), node.lineno


def imported_names(path: Path) -> dict[str, str]:
    """What each imported name of a Python file stands for, dotted."""
    names: dict[str, str] = {}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.name if alias.asname else alias.name.partition(".")[0]
                names[alias.asname or name] = name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def load_json(path: Path) -> dict[str, object]:
    """A JSON object."""
    document: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (value := _dotted(node.value)):
        return f"{value}.{node.attr}"
    return None
