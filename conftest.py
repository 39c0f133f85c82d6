"""Options of the whole test run."""

from collections.abc import Generator

import pytest
from hypothesis import settings

# A busy machine is no failure: examples have no deadline, whole tests have (pytest-timeout).
settings.register_profile("sentinel", deadline=None)
settings.load_profile("sentinel")

# Before any test imports them: the members' tests share these kits, and run in one process.
pytest.register_assert_rewrite("sentinel_core.testing", "sentinel_vision.testing")

REQUIRED = {"--require-browser": "browser", "--require-servers": "servers"}
"""By option: the marker of tests that must not be skipped."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where a browser or the real servers must be there, as in CI, no test of theirs is skipped."""
    for option, marker in REQUIRED.items():
        parser.addoption(
            option, action="store_true", help=f"a skipped test marked {marker} is a failure"
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a required test into a failure."""
    report = yield
    wanted = [
        marker
        for option, marker in REQUIRED.items()
        if item.config.getoption(option) and item.get_closest_marker(marker)
    ]
    if wanted and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} needs {wanted[0]} and was skipped: {report.longrepr}"
    return report
