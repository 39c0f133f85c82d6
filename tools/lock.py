"""Make the two Python locks, or check that they were made from what is declared now.

`requirements.lock` is the workspace with all its groups and all its extras but those of `LEFT_OUT`;
`benchmarks/requirements.lock` adds what the product is measured against to what its members need. Locks hold names, versions and
hashes and no download address, so that any mirror serves them. Resolving again keeps old pins.

The check asks no registry: each lock records a digest of the declarations that it was made from,
so that it cannot fail because somebody released something.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
BENCHMARKS = ROOT / "benchmarks/requirements.in"
BENCHMARKS_LOCK = ROOT / "benchmarks/requirements.lock"
UV = str(ROOT / ".venv/bin/uv")

LEFT_OUT = ("openvino",)
"""Extras of 150 MB that most do without; `.venv-bench` has them, and their tests run there."""

PIN = re.compile(r"^([A-Za-z0-9_.-]+==[^ \\;]+)(.*?)\\?$", re.MULTILINE)
DIGEST = re.compile(r"^# declared: ([0-9a-f]{64})$", re.MULTILINE)


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if out of date")
    parser.add_argument(
        "--upgrade", metavar="NAME", help="let the pin of NAME go; 1 lets all pins go"
    )
    arguments = parser.parse_args()
    if not arguments.check:
        write(LOCK, resolve_workspace(kept_pins(arguments.upgrade)), declared())
        write(BENCHMARKS_LOCK, resolve_benchmarks(), declared() + BENCHMARKS.read_text())
    faults = check(LOCK, declared()) + check(
        BENCHMARKS_LOCK, declared() + BENCHMARKS.read_text(encoding="utf-8")
    )
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    return 1 if faults else 0


def check(lock: Path, declarations: str) -> list[str]:
    """What is wrong with a lock."""
    text = lock.read_text(encoding="utf-8")
    found = DIGEST.search(text)
    faults = []
    if found is None or found[1] != digest(declarations):
        faults.append("what it was made from has changed since: run make lock")
    if re.search(r"[a-z]+://|^-| @ ", text, re.MULTILINE):
        faults.append("it holds a download address")
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        pin = PIN.match(block)
        if pin and "--hash=sha256:" not in block:
            faults.append(f"{pin[1]} has no hash")
    return [f"{lock.relative_to(ROOT)}: {fault}" for fault in faults]


def write(lock: Path, resolved: str, declarations: str) -> None:
    """Put a header before what was resolved."""
    header = f"# Made by `make lock`; do not edit.\n# declared: {digest(declarations)}\n"
    lock.write_text(header + resolved, encoding="utf-8")


def resolve_workspace(constraints: list[str]) -> str:
    """Resolve in a folder of its own, so that no uv.lock decides anything."""
    with tempfile.TemporaryDirectory() as folder:
        for manifest in manifests():
            target = Path(folder) / manifest.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(manifest.read_bytes())
        root = Path(folder) / "pyproject.toml"
        pins = f"constraint-dependencies = {json.dumps(constraints)}\n"
        root.write_text(root.read_text().replace("[tool.uv]\n", f"[tool.uv]\n{pins}", 1))
        return run_uv(
            *("export", "--all-packages", "--all-extras", "--all-groups", "--no-emit-workspace"),
            *("--no-header", "--format", "requirements.txt"),
            *(option for name in LEFT_OUT for option in ("--no-extra", name)),
            folder=Path(folder),
        )


def resolve_benchmarks() -> str:
    """Resolve the benchmarks on top of the workspace's pins."""
    members = manifests()[1:]
    names = [tomllib.loads(path.read_text(encoding="utf-8"))["project"]["name"] for path in members]
    return run_uv(
        *("pip", "compile", str(BENCHMARKS), *map(str, members), "--all-extras"),
        *("--constraints", str(LOCK), "--universal", "--python-version", "3.11"),
        *("--generate-hashes", "--no-header", "--no-annotate"),
        *(option for name in names for option in ("--no-emit-package", name)),
        folder=ROOT,
    )


def run_uv(*arguments: str, folder: Path) -> str:
    """What uv prints."""
    command = [UV, *arguments, "--quiet"]
    return subprocess.run(  # noqa: S603 (our own arguments)
        command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def kept_pins(upgrade: str | None) -> list[str]:
    """The pins of the old lock, with their markers, less those that may go."""
    if upgrade == "1" or not LOCK.exists():
        return []
    pins = PIN.findall(LOCK.read_text(encoding="utf-8"))
    return [pin + marker.rstrip() for pin, marker in pins if pin.partition("==")[0] != upgrade]


def declared() -> str:
    """What all manifests declare: dependencies, extras, groups, Python versions."""
    found = {}
    for manifest in manifests():
        document = tomllib.loads(manifest.read_text(encoding="utf-8"))
        project = document["project"]
        found[manifest.relative_to(ROOT).as_posix()] = [
            project["requires-python"],
            sorted(project.get("dependencies", [])),
            project.get("optional-dependencies", {}),
            document.get("dependency-groups", {}),
        ]
    return json.dumps(found, sort_keys=True)


def digest(declarations: str) -> str:
    """SHA-256, hex."""
    return hashlib.sha256(declarations.encode()).hexdigest()


def manifests() -> list[Path]:
    """The root's pyproject.toml, then the members'."""
    root = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    members = root["tool"]["uv"]["workspace"]["members"]
    folders = sorted(folder for pattern in members for folder in ROOT.glob(pattern))
    return [
        ROOT / "pyproject.toml",
        *(path for folder in folders if (path := folder / "pyproject.toml").exists()),
    ]


if __name__ == "__main__":
    sys.exit(main())
