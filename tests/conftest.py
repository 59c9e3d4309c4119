"""What every test may ask for: a browser, and both databases (``tests/support/``)."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# What must be there, so that a missing server is a failure in CI and not a quiet skip.
REQUIRED = set(os.environ.get("COUNTERSIGN_TEST_REQUIRE", "").split(","))

# Somebody's own settings must not reach a test, and a test must not reach somebody's desk.
for _name in [name for name in os.environ if name.startswith("COUNTERSIGN_")]:
    if not _name.startswith("COUNTERSIGN_TEST_"):
        del os.environ[_name]


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Chromium; a test opens its own visitor with `tests.support.browser.visiting`."""
    from tests.support import browser as chromium

    try:
        chromium.find_chromium()
    except chromium.Unavailable as error:
        missing("chromium", error)
    with chromium.launched() as launched:
        yield launched


def missing(what: str, reason: Exception) -> NoReturn:
    """Skip, or fail where the environment says that it has to be there."""
    if what in REQUIRED:
        pytest.fail(f"{what} is required here. {reason}", pytrace=False)
    pytest.skip(str(reason))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every skipped test, since a count hides which."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section(f"{len(skipped)} skipped")
        for report in sorted(skipped, key=lambda report: str(report.nodeid)):
            terminalreporter.line(report.nodeid)
