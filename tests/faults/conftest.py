"""Desks to break, on both databases."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults import cluster
from tests.faults.machine import Machine

# How often something is broken; the documented figures are those of 50.
ROUNDS = int(os.environ.get("COUNTERSIGN_TEST_FAULTS", "50"))


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


def running(folder: Path, database_url: str, log: str = "serve.log") -> "Running":
    """A desk for the length of a block."""
    return Running(Machine(folder, database_url, folder / log))


class Running:
    """Starts a machine with its mail server, and leaves nothing behind."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def __enter__(self) -> Machine:
        self._machine.mails.start()
        self._machine.prepare()
        self._machine.start()
        return self._machine

    def __exit__(self, *_failure: object) -> None:
        self._machine.kill()
        self._machine.mails.stop()
