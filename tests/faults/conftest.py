"""Desks to break, on both databases, and the table of what came out."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.faults import cluster, results
from tests.faults.machine import Machine
from tests.faults.results import Report

# How often something is broken; the documented figures are those of 50.
ROUNDS = int(os.environ.get("COUNTERSIGN_TEST_FAULTS", "50"))

_FOUND: list[results.Row] = []
_TABLE = Path(__file__).resolve().parents[2] / "build/faults.md"


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Report:
    """A row of the table for this test, in words with figures."""
    name, _, parameter = request.node.name.partition("[")
    known = {"single", "pair"} & set(request.fixturenames)
    database = parameter.rstrip("]") or ("postgresql" if known else "sqlite")
    return lambda words: _FOUND.append((name, database, words))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the table, and leave it in `build/faults.md`."""
    if _FOUND:
        terminalreporter.section("results, also in build/faults.md")
        terminalreporter.write(results.write(_FOUND, _TABLE, rounds=ROUNDS))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Machine]:
    """A desk with the cast, that runs; its database waits for the disk."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            database_url = f"sqlite:///{tmp_path}/desk.db"
        else:
            (server,) = stack.enter_context(cluster.servers(1))
            server.initialise()
            server.start()
            server.execute("CREATE DATABASE desk")
            database_url = cluster.url(server)
        yield stack.enter_context(running(tmp_path, database_url))


@pytest.fixture
def single(tmp_path: Path) -> Iterator[tuple[Machine, cluster.Server]]:
    """A desk on a PostgreSQL of its own."""
    with cluster.servers(1) as (server,):
        server.initialise()
        server.start()
        server.execute("CREATE DATABASE desk")
        with running(tmp_path, cluster.url(server)) as machine:
            yield machine, server


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Machine, cluster.Server, cluster.Server]]:
    """A desk on a primary that acknowledges nothing that its standby does not have."""
    with cluster.servers(2) as (primary, standby):
        primary.initialise()
        primary.start()
        primary.execute("CREATE DATABASE desk")
        standby.follow(primary, "standby")
        with running(tmp_path, cluster.url(primary, standby)) as machine:
            yield machine, primary, standby


@contextmanager
def running(folder: Path, database_url: str, log: str = "serve.log") -> Iterator[Machine]:
    """A desk with its mail server for the length of a block; it leaves nothing behind."""
    machine = Machine(folder, database_url, folder / log)
    machine.mails.start()
    try:
        machine.prepare()
        machine.start()
        yield machine
    finally:
        machine.kill()
        machine.hang_up()
        machine.mails.stop()
