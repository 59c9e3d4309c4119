"""What every test may ask for: a browser, and both databases (``tests/support/``)."""

import gc
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

import pytest

from tests.support import databases, examples, memory, postgres, quick, thrift
from tests.support.app import acme, acme_rows, app, as_, client  # noqa: F401 - fixtures
from tests.support.cast import filled  # noqa: F401 - fixture
from tests.support.databases import Backend
from webapp.db import Database

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# What must be there, so that a missing server is a failure in CI and not a quiet skip.
REQUIRED = set(os.environ.get("COUNTERSIGN_TEST_REQUIRE", "").split(","))

# Somebody's own settings must not reach a test, and a test must not reach somebody's desk.
for _name in [name for name in os.environ if name.startswith("COUNTERSIGN_")]:
    if not _name.startswith("COUNTERSIGN_TEST_"):
        del os.environ[_name]

memory.save()
thrift.save()
examples.set_out()


@pytest.fixture(
    scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def backend(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backend]:
    """SQLite and then PostgreSQL: whatever asks for this, or for a database, runs on both."""
    if request.param == "sqlite":
        with databases.sqlite(tmp_path_factory.mktemp("sqlite")) as backend:
            yield backend
        return
    with databases.postgresql(request.getfixturevalue("postgres_server")) as backend:
        yield backend


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A PostgreSQL of this test process."""
    try:
        postgres.find_binaries()
    except postgres.Unavailable as error:
        missing("postgres", error)
    with postgres.server() as server:
        yield server


@pytest.fixture
def database(request: pytest.FixtureRequest, backend: Backend) -> Iterator[Database]:
    """An empty desk, or `acme` where the test asks for it; what a test commits is undone."""
    wanted = request.getfixturevalue("filled") if "acme" in request.fixturenames else backend
    with wanted.rolled_back() as database:
        yield database


@pytest.fixture
def own_database(backend: Backend) -> Iterator[Database]:
    """An empty desk with real commits and many connections, for tests of concurrency."""
    with backend.own() as database:
        yield database


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


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the quick loop, and what is left of it without any database."""
    parser.addoption("--quick", action="store_true", help="SQLite only, one case of each test")
    parser.addoption("--pure", action="store_true", help="only what needs no database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the quick loop, or one without a database, does not run."""
    kept = list(items)
    if config.getoption("quick"):
        kept = quick.shortened(kept)
    if config.getoption("pure"):
        kept = quick.pure(kept)
    config.hook.pytest_deselected(items=list(set(items).difference(kept)))
    items[:] = kept


def pytest_collection_finish() -> None:
    """What is there now stays to the end: nothing of it is looked through for garbage again."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every skipped test, since a count hides which."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section(f"{len(skipped)} skipped")
        for report in sorted(skipped, key=lambda report: str(report.nodeid)):
            terminalreporter.line(report.nodeid)
