"""Time, environment and randomness of the machine come in at one place each."""

from pathlib import Path

import house
import pytest

CLOCK = "packages/sentinel-core/src/sentinel_core/adapters/system_clock.py"
SETTINGS = "packages/sentinel-core/src/sentinel_core/runtime/settings.py"

CLOCK_CALLS = {
    "asyncio.sleep",
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "time.gmtime",
    "time.localtime",
    "time.monotonic",
    "time.monotonic_ns",
    "time.sleep",
    "time.time",
    "time.time_ns",
}
ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.getenvb"}


def test_only_the_clock_adapter_asks_for_the_time() -> None:
    assert uses(CLOCK_CALLS, allowed=CLOCK) == []


def test_only_the_settings_read_the_environment() -> None:
    assert uses(ENVIRONMENT, allowed=SETTINGS) == []


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.monotonic()\n",
        "from time import monotonic as now\nnow()\n",
        "import time as t\nt.monotonic()\n",
    ],
)
def test_an_import_under_another_name_hides_nothing(source: str, tmp_path: Path) -> None:
    path = tmp_path / "hidden.py"
    path.write_text(source, encoding="utf-8")
    assert "time.monotonic" in [name for name, _ in house.calls(path)]


def uses(banned: set[str], *, allowed: str) -> list[str]:
    return [
        f"{house.relative(path)}:{line} {name}"
        for path in house.shipped_python()
        if house.relative(path) != allowed
        for name, line in house.calls(path)
        if any(name == word or name.startswith(f"{word}.") for word in banned)
    ]
