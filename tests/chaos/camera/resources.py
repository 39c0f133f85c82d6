"""What processes hold."""

from collections.abc import Iterable
from pathlib import Path

from sentinel_camera.supervision.nursery import Nursery

_KIB = 1024


def open_descriptors() -> int:
    """Of this process."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def workers_of(nursery: Nursery) -> list[int]:
    """Processes that read cameras and are alive."""
    return [pid for pid in nursery.worker_pids if Path(f"/proc/{pid}").exists()]


def resident_mb(pid: int | str = "self") -> float:
    """Memory of a process that is its own: shared pages are shared out (PSS)."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    (line,) = (line for line in text.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) / _KIB


def slope_per_thousand(points: Iterable[tuple[int, float]]) -> float:
    """By how much the second value grows with a thousand of the first (least squares)."""
    pairs = list(points)
    mean_x = sum(x for x, _ in pairs) / len(pairs)
    mean_y = sum(y for _, y in pairs) / len(pairs)
    spread = sum((x - mean_x) ** 2 for x, _ in pairs)
    return 1000 * sum((x - mean_x) * (y - mean_y) for x, y in pairs) / spread
