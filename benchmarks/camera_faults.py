"""Camera faults: how each is shown, and how soon pictures come again (R1).

Runs tests/chaos/camera, each trouble several times. Time counts from the moment at which the
source is well to the next picture that is inferred.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from report import REPOSITORY, Report, Table, Target, argument_parser

TARGET_S = 5.0
TARGET_MB_PER_THOUSAND = 1.0


def main() -> int:
    """Run the tests and make the table."""
    parser = argument_parser(__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, help="how often each trouble comes")
    parser.add_argument("--reconnects", type=int, default=1000, help="how often cameras hang up")
    parser.add_argument("--cameras", type=int, default=100, help="how many vanish together")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows_file = Path(folder) / "rows.json"
        failed = _run_tests(arguments.repeats, arguments.reconnects, arguments.cameras, rows_file)
        outcomes = json.loads(rows_file.read_text(encoding="utf-8"))
    report = Report("camera_faults", tables=[_table(outcomes)])
    # How long a hundred cameras take is set by the rate of connects, not by the fault.
    single = [row for row in outcomes if row["note"] == ""]
    recoveries_s = [seconds for row in single for seconds in row["recovery_s"]]
    report.targets.append(
        Target("R1", "pictures again, p95", _quantile(recoveries_s, 95), "<=", TARGET_S, "s")
    )
    report.targets += [
        Target(
            "R1", "growth per 1000 reconnects", row["growth_mb"], "<=", TARGET_MB_PER_THOUSAND, "MB"
        )
        for row in outcomes
        if row["growth_mb"] is not None
    ]
    return report.finish(arguments.results, strict=arguments.strict) or int(failed)


def _run_tests(repeats: int, reconnects: int, cameras: int, rows_file: Path) -> bool:
    """Returns whether one of them failed."""
    options = (
        f"--chaos-repeats={repeats}",
        f"--chaos-reconnects={reconnects}",
        f"--chaos-cameras={cameras}",
        f"--chaos-rows={rows_file}",
        "--timeout=0",
        "-q",
    )
    command = [sys.executable, "-m", "pytest", "tests/chaos/camera", *options]
    return subprocess.run(command, cwd=REPOSITORY, check=False).returncode != 0  # noqa: S603 (our own program)


def _table(outcomes: list[dict[str, Any]]) -> Table:
    table = Table(
        "What cameras did, and how the product took it",
        ("trouble", "shown", "times", "p50 s", "p95 s", "captured", "inferred", "note"),
    )
    for row in outcomes:
        seconds = row["recovery_s"]
        table.add(
            row["name"],
            row["shown"],
            len(seconds),
            _quantile(seconds, 50),
            _quantile(seconds, 95),
            row["captured"],
            row["inferred"],
            row["note"],
        )
    return table


def _quantile(values: list[float], percent: int) -> float:
    if len(values) < 2:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


if __name__ == "__main__":
    sys.exit(main())
