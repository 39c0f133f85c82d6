"""What this process may use of the machine's processors, and what they can do."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

INT8_FLAGS: Final = frozenset({"avx512_vnni", "avx_vnni", "asimddp"})
"""Instructions that sum products of bytes exactly and four at a time: x86 (Intel, AMD) and Arm."""

_MOUNT: Final = Path("sys/fs/cgroup")


def available_cores(root: Path = Path("/")) -> int:
    """Whole cores for this process: its affinity, or the quota of its cgroup if that is less.

    A quota counts down to whole cores, at least one: a thread more than it grants is stopped in
    the middle of each period, with the frame that it works on.

    Args:
        root: Where `proc` and `sys` are; another folder in tests.
    """
    return max(1, int(min(len(os.sched_getaffinity(0)), cpu_quota(root))))


def cpu_quota(root: Path = Path("/")) -> float:
    """Cores that the cgroups of this process grant together, version 1 or 2; inf without a limit.

    A limit of any group above counts as well. In a container the path of the group may be that of
    the host; what is mounted there is then the container's own group.
    """
    limits = [_read_v2(folder) for folder in _groups(root, "")]
    limits += [_read_v1(folder) for folder in _groups(root, "cpu")]
    return min(limits, default=float("inf"))


def has_int8_instructions(root: Path = Path("/")) -> bool:
    """Whether networks of 8-bit integers are exact here, not only faster than those of floats."""
    try:
        words = (root / "proc/cpuinfo").read_text(encoding="ascii", errors="ignore").split()
    except OSError:
        return False
    return not INT8_FLAGS.isdisjoint(words)


def _groups(root: Path, controller: str) -> Iterator[Path]:
    """Folders of the cgroup with that controller ("" is version 2) and of all groups above it."""
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, names, path = line.split(":", 2)
        if controller in names.split(","):
            # Version 2 beside version 1 is mounted in a folder of its own.
            for mount in (names, "unified") if not names else (names,):
                base = root / _MOUNT / mount
                own = base / path.lstrip("/")
                yield from (f for f in (own, *own.parents) if f.is_relative_to(base))


def _read_v2(folder: Path) -> float:
    words = _words(folder / "cpu.max")
    if len(words) != 2 or words[0] == "max":
        return float("inf")
    return int(words[0]) / int(words[1])


def _read_v1(folder: Path) -> float:
    quota, period = _words(folder / "cpu.cfs_quota_us"), _words(folder / "cpu.cfs_period_us")
    if not quota or not period or int(quota[0]) <= 0:
        return float("inf")
    return int(quota[0]) / int(period[0])


def _words(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="ascii").split()
    except OSError:
        return []
