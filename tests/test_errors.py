"""Refusals and faults: what people read, and what htmx puts where."""

import re
from collections.abc import Callable
from typing import NoReturn

import pytest
from flask import Flask, Response
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from werkzeug.exceptions import BadRequest, Gone, HTTPException, TooManyRequests

from tests.support.app import HTMX, As, HouseClient, make_app
from webapp.db import Database, make_engine
from webapp.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from webapp.kernel.money import Money
from webapp.kernel.sentence import sentence

WORDS = sentence("{total} is too <b>much</b>.", total=Money(148000, "EUR"))
REFUSALS: list[tuple[Callable[..., DomainError], int]] = [
    (NotFound, 404),
    (Forbidden, 403),
    (Conflict, 409),
    (Invalid, 422),
]


def raising(app: Flask, error: Exception) -> None:
    """Let `/sign-in` raise this."""

    def fail() -> NoReturn:
        raise error

    app.view_functions["identity.sign_in"] = fail


@pytest.mark.parametrize(("kind", "status"), REFUSALS)
def test_a_refusal_is_a_page_with_its_reason(
    app: Flask, client: HouseClient, kind: Callable[..., DomainError], status: int
) -> None:
    raising(app, kind(WORDS, code="test"))
    reply = client.get("/sign-in")
    assert reply.status_code == status
    assert "1,480.00 EUR is too &lt;b&gt;much&lt;/b&gt;." in reply.text


@pytest.mark.parametrize(("kind", "status"), REFUSALS)
def test_htmx_gets_the_reason_for_the_live_region(
    app: Flask, client: HouseClient, kind: Callable[..., DomainError], status: int
) -> None:
    raising(app, kind(WORDS, code="test"))
    reply = client.get("/sign-in", headers=HTMX)
    assert reply.status_code == status
    assert reply.text == "1,480.00 EUR is too &lt;b&gt;much&lt;/b&gt;."
    assert reply.headers["HX-Retarget"] == "#alert"
    assert reply.headers["HX-Reswap"] == "innerHTML"


@pytest.mark.parametrize(
    ("error", "status"), [(BadRequest(), 400), (Gone(), 410), (TooManyRequests(retry_after=7), 429)]
)
def test_an_http_error_is_a_page(
    app: Flask, client: HouseClient, error: Exception, status: int
) -> None:
    raising(app, error)
    reply = client.get("/sign-in")
    assert reply.status_code == status
    assert reply.headers.get("Retry-After") == ("7" if status == 429 else None)


def test_unknown_addresses(client: HouseClient, as_: As) -> None:
    assert client.get("/no/such/page").status_code == 404
    assert as_("rita").get("/no/such/page").status_code == 404


def test_a_wrong_method_says_which_are_right(client: HouseClient) -> None:
    reply = client.open("/healthz", method="PUT")
    assert reply.status_code == 405
    assert "GET" in reply.headers["Allow"]


def test_what_is_too_large_is_refused(as_: As) -> None:
    reply = as_("rita").post("/account/preferences", data={"note": "x" * 3_000_000})
    assert reply.status_code == 413


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("SELECT", {}, Exception("server closed the connection")),
        DBAPIError("SELECT", {}, Exception("gone"), connection_invalidated=True),
        PoolExhausted(),
    ],
)
def test_a_database_that_is_away_is_tried_again_later(
    app: Flask, client: HouseClient, error: Exception
) -> None:
    raising(app, error)
    reply = client.get("/sign-in")
    assert reply.status_code == 503
    assert int(reply.headers["Retry-After"]) > 0
    assert "What was decided is safe" in reply.text


def test_a_session_that_cannot_be_read_is_no_fault_of_the_page() -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=1"
    client = make_app(Database(make_engine(url))).test_client()
    client.set_cookie("countersign", "a session", domain="localhost")
    reply = client.get("/account")
    assert reply.status_code == 503


def test_an_answer_that_was_given_instead_of_a_page_is_kept(
    app: Flask, client: HouseClient
) -> None:
    raising(app, HTTPException(response=Response("as it is", 418)))
    reply = client.get("/sign-in")
    assert (reply.status_code, reply.text) == (418, "as it is")


def test_an_unexpected_error_has_a_number_and_no_details(
    app: Flask, client: HouseClient, capsys: pytest.CaptureFixture[str]
) -> None:
    raising(app, RuntimeError("the password is hunter2"))
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    reply = client.get("/sign-in")
    assert reply.status_code == 500
    assert "hunter2" not in reply.text
    number = re.search(r"\b[0-9a-f]{24}\b", reply.text)
    assert number
    assert number[0] == reply.headers["X-Request-ID"]
    assert number[0] in capsys.readouterr().out


def test_a_database_error_that_is_ours_is_a_fault(app: Flask, client: HouseClient) -> None:
    raising(app, DBAPIError("SELECT", {}, Exception("no such column")))
    assert client.get("/sign-in").status_code == 500
