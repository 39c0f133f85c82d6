"""Options of the whole test run."""

from collections.abc import Generator

import pytest
from hypothesis import settings

# A busy machine is no failure: examples have no deadline, whole tests have (pytest-timeout).
settings.register_profile("sentinel", deadline=None)
settings.load_profile("sentinel")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--require-browser`: where a browser must be there, as in CI, no browser test is skipped."""
    parser.addoption(
        "--require-browser",
        action="store_true",
        help="a skipped browser test is a failure",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a required browser test into a failure."""
    report = yield
    wanted = item.config.getoption("--require-browser") and item.get_closest_marker("browser")
    if wanted and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} needs a browser and was skipped: {report.longrepr}"
    return report
