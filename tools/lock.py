"""Make `requirements.lock`, or check that it was made from what the members declare now.

The lock holds names, versions and hashes and no download address, so that any mirror serves it.
Resolving again keeps the pins of the old lock. The check asks no registry: the lock records a
digest of all declared dependencies, and a package index that gained a release changes nothing.
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
UV = ROOT / ".venv/bin/uv"

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
    if arguments.check:
        return check()
    LOCK.write_text(resolve(keep_pins(arguments.upgrade)), encoding="utf-8")
    return 0


def check() -> int:
    """Say what is wrong with the lock."""
    text = LOCK.read_text(encoding="utf-8")
    found = DIGEST.search(text)
    faults = []
    if found is None or found[1] != declared_digest():
        faults.append("the members' dependencies changed since the lock was made: run make lock")
    if re.search(r"https?://|^-(-index-url|-extra-index-url|i|f)\b| @ ", text, re.MULTILINE):
        faults.append("the lock holds a download address")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
    faults += [
        f"{pin[1]} has no hash"
        for block in blocks
        if (pin := PIN.match(block)) and not _hashed(block)
    ]
    for fault in faults:
        sys.stdout.write(f"requirements.lock: {fault}\n")
    return 1 if faults else 0


def resolve(constraints: list[str]) -> str:
    """Resolve the workspace in a folder of its own, so that no uv.lock decides anything."""
    with tempfile.TemporaryDirectory() as folder:
        for manifest in manifests():
            target = Path(folder) / manifest.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(manifest.read_bytes())
        root = Path(folder) / "pyproject.toml"
        pins = f"constraint-dependencies = {json.dumps(constraints)}\n"
        root.write_text(root.read_text().replace("[tool.uv]\n", f"[tool.uv]\n{pins}", 1))
        command = [
            *(str(UV), "export", "--quiet", "--all-packages", "--all-extras", "--all-groups"),
            *("--no-emit-workspace", "--no-header", "--format", "requirements.txt"),
        ]
        exported = subprocess.run(  # noqa: S603 (fixed arguments)
            command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True
        )
    header = f"# Made by `make lock`; do not edit.\n# declared: {declared_digest()}\n"
    return header + exported.stdout


def keep_pins(upgrade: str | None) -> list[str]:
    """The pins of the old lock, with their markers, less those that may go."""
    if upgrade == "1" or not LOCK.exists():
        return []
    pins = PIN.findall(LOCK.read_text(encoding="utf-8"))
    return [pin + marker.rstrip() for pin, marker in pins if pin.partition("==")[0] != upgrade]


def declared_digest() -> str:
    """SHA-256 of what all manifests declare: dependencies, extras, groups, Python versions."""
    declared = {}
    for manifest in manifests():
        document = tomllib.loads(manifest.read_text(encoding="utf-8"))
        project = document["project"]
        declared[manifest.relative_to(ROOT).as_posix()] = [
            project["requires-python"],
            sorted(project.get("dependencies", [])),
            project.get("optional-dependencies", {}),
            document.get("dependency-groups", {}),
        ]
    return hashlib.sha256(json.dumps(declared, sort_keys=True).encode()).hexdigest()


def manifests() -> list[Path]:
    """The root's and the members' pyproject.toml."""
    root = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    members = root["tool"]["uv"]["workspace"]["members"]
    folders = sorted(folder for pattern in members for folder in ROOT.glob(pattern))
    return [
        ROOT / "pyproject.toml",
        *(path for folder in folders if (path := folder / "pyproject.toml").exists()),
    ]


def _hashed(block: str) -> bool:
    return "--hash=sha256:" in block


if __name__ == "__main__":
    sys.exit(main())
