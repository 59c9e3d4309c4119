"""A server that is stopped under open pages, and started again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support import desk as served
from tests.support.browser import visiting
from tests.support.cast import BOB, RITA
from tests.support.desk import ACME, TENANT, UNDER, Desk
from webapp.db import Database, make_engine
from webapp.identity import session_store
from webapp.kernel.clock import utcnow

pytestmark = pytest.mark.journey

# The longest pause between two questions, with what is added so that not all come at once.
PATIENCE = 25_000


class House:
    """A desk of two web processes that can be stopped and started at the same address."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "serve.log"
        self.port = served.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        address = f"sqlite:///{folder}/desk.db"
        self.environ = served._environ(
            ENV="test",
            BASE_URL=self.url,
            DATABASE_URL=address,
            SECRET_KEY="a key for this test only, 0123456789",
            OIDC_ISSUER="https://id.invalid",
            OIDC_CLIENT_ID="desk",
            OIDC_CLIENT_SECRET="secret",
            LOG_LEVEL="warning",
        )
        served._run("db", "upgrade", environ=self.environ)
        served._run("import", str(ACME), environ=self.environ)
        self.engine = make_engine(address)
        self.desk = Desk(self.url, Database(self.engine), "")

    def sign_in(self, person_id: str) -> str:
        token = session_store.new_token()
        with self.desk.database.transaction() as session:
            session_store.create_for(
                session,
                token,
                {},
                (TENANT, person_id, None),
                user_agent="test",
                lifetime=timedelta(hours=1),
                now=utcnow(),
            )
        return token

    @contextmanager
    def open(self) -> Iterator[None]:
        command = ("serve", "--no-worker", "--port", str(self.port))
        with served._started(*command, environ=self.environ, log=self.log) as process:
            served._await(process, self.url, self.log)
            yield


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.engine.dispose()


def test_open_pages_do_not_hold_up_a_restart_and_go_on_after_it(
    house: House, browser: Browser
) -> None:
    with visiting(browser, house.url) as visit:
        page = visit.page
        cookie = house.sign_in("bob")
        page.context.add_cookies([{"name": "countersign", "value": cookie, "url": house.url}])
        with house.open():
            page.goto("/inbox")
            page.mouse.move(5, 5)
            first = house.desk.ask(RITA, BOB, UNDER)
            expect(page.locator(f"#request-{first}")).to_be_visible(timeout=10_000)
            # By now it waits for an answer.
            page.wait_for_timeout(2_500)
            began = time.monotonic()
        assert time.monotonic() - began < 8
        second = house.desk.ask(RITA, BOB, UNDER)
        page.wait_for_timeout(2_000)
        with house.open():
            expect(page.locator(f"#request-{second}")).to_be_visible(timeout=PATIENCE)
        visit.problems.clear()
