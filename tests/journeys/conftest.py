"""Served desks, and people who sit down in front of them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys.provider import signing_in
from tests.journeys.seat import Seat
from tests.support import desk as served
from tests.support import postgres
from tests.support.browser import visiting
from tests.support.desk import Desk
from tests.support.provider import CLIENT_ID, SECRET

Sit = Callable[..., Any]


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The desk of Acme on SQLite; journeys bring their own carts and are in nobody's way."""
    folder = tmp_path_factory.mktemp("desk")
    with _acme(folder, f"sqlite:///{folder}/desk.db") as desk:
        yield desk


@pytest.fixture(scope="module")
def quiet_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The same for one module: its lists hold what this module asked for, and stay short."""
    folder = tmp_path_factory.mktemp("quiet-desk")
    with _acme(folder, f"sqlite:///{folder}/desk.db") as desk:
        yield desk


@pytest.fixture(scope="session")
def postgres_desk(
    postgres_server: postgres.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """The same on PostgreSQL."""
    folder = tmp_path_factory.mktemp("postgres-desk")
    with _acme(folder, postgres_server.create_database("journeys")) as desk:
        yield desk


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The demo with its whole story."""
    with served.demo(tmp_path_factory.mktemp("demo")) as desk:
        yield desk


@pytest.fixture
def sit(browser: Browser) -> Iterator[Sit]:
    """`sit(desk, "rita", to="/carts")` is Rita at a browser of her own, signed in.

    `kind` is how she works it, further options are those of the browser. When the test ends, nobody
    must have seen an error of a script, of the content policy, or a request to another host.
    """
    with ExitStack() as stack:
        seats: list[Seat] = []

        def sit_down(
            desk: Desk, person: str = "", *, to: str = "/", kind: type[Seat] = Seat, **options: Any
        ) -> Seat:
            watched = stack.enter_context(visiting(browser, desk.url, **options))
            seat = kind(watched, desk)
            seats.append(seat)
            if person:
                seat.sign_in(person, to)
            return seat

        yield sit_down
        assert not [problem for seat in seats for problem in seat.problems()]


@contextmanager
def _acme(folder: Path, database_url: str) -> Iterator[Desk]:
    with (
        signing_in() as provider,
        served.acme(
            folder,
            issuer=provider.issuer,
            client=(CLIENT_ID, SECRET),
            database_url=database_url,
        ) as desk,
    ):
        yield desk
