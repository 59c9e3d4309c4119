"""Asking for pages too often: 429 with the time to wait, counted for all processes together."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.support.app import HTMX, make_app, sign_in
from tests.support.provider import CLIENT_ID, SECRET, Provider, running
from webapp.db import Database

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOME, ELSEWHERE = "203.0.113.7", "203.0.113.8"
SEARCH = "/requests?box=all&q=drill"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """Somewhere to sign in."""
    with running() as found:
        yield found


@pytest.fixture
def app(acme: Database, provider: Provider) -> Flask:
    return desk_of(acme, provider)


@pytest.fixture(autouse=True)
def same_moment() -> Iterator[None]:
    """Whatever a test does, it does within one minute."""
    with time_machine.travel(NOW, tick=False):
        yield


def desk_of(database: Database, provider: Provider, *, limit: int = 3) -> Flask:
    """A desk with a low limit."""
    return make_app(
        database,
        page_calls=limit,
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=SECRET,
    )


def set_out(
    app: Flask, address: str = HOME, headers: Mapping[str, str] | None = None
) -> TestResponse:
    return FlaskClient(app).post("/sign-in", environ_base={"REMOTE_ADDR": address}, headers=headers)


def test_one_address_sets_out_to_sign_in_only_so_often(app: Flask, acme: Database) -> None:
    assert [set_out(app).status_code for _ in range(3)] == [302] * 3
    reply = set_out(app)
    assert (reply.status_code, reply.headers["Retry-After"]) == (429, "60")
    assert "too many requests" in reply.text
    assert set_out(app, ELSEWHERE).status_code == 302
    with acme.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM sessions")) == 4, "none for the refused"
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert set_out(app).status_code == 302


def test_another_process_goes_on_counting(app: Flask, acme: Database, provider: Provider) -> None:
    other = desk_of(acme, provider)
    replies = [set_out(each).status_code for each in (app, other, app, other)]
    assert replies == [302, 302, 302, 429]


def test_one_person_searches_only_so_often(app: Flask) -> None:
    rita, bob = sign_in(app, "rita"), sign_in(app, "bob")
    assert [rita.get(SEARCH).status_code for _ in range(3)] == [200] * 3
    reply = rita.get(SEARCH)
    assert (reply.status_code, reply.headers["Retry-After"]) == (429, "60")
    again = sign_in(app, "rita").get(SEARCH, headers=HTMX)
    assert (again.status_code, again.headers["HX-Retarget"]) == (429, "#alert")
    assert rita.get("/requests?box=all&q=").status_code == 200, "only searching is counted"
    assert bob.get(SEARCH).status_code == 200


@pytest.mark.parametrize("paper", ["decision.pdf", "evidence.pdf"])
def test_one_person_has_only_so_many_papers_set(app: Flask, paper: str) -> None:
    """Strangers to a request are counted too, or they could ask which ones there are."""
    ada, path = sign_in(app, "ada"), f"/approvals/unknown/{paper}"
    assert [ada.get(path).status_code for _ in range(4)] == [404, 404, 404, 429]
    assert sign_in(app, "bob").get(path).status_code == 404


def test_a_header_makes_no_other_address(app: Flask) -> None:
    for number in range(3):
        forged = {"X-Forwarded-For": f"198.51.100.{number}", "Forwarded": f"for=1.2.3.{number}"}
        assert set_out(app, headers=forged).status_code == 302
    assert set_out(app, headers={"X-Forwarded-For": "198.51.100.9"}).status_code == 429


def test_one_person_proves_again_who_they_are_only_so_often(app: Flask) -> None:
    bob = sign_in(app, "bob")
    replies = [bob.post("/sign-in/again", data={"next": "/inbox"}) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [302, 302, 302, 429]
    assert replies[-1].headers["Retry-After"] == "60"
    assert bob.get("/inbox").status_code == 200


def test_nothing_is_counted_without_a_limit(acme: Database, provider: Provider) -> None:
    app = desk_of(acme, provider, limit=0)
    assert {set_out(app).status_code for _ in range(5)} == {302}
    with acme.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM rate_windows")) == 0
