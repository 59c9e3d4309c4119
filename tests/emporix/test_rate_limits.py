"""Asking too often: 429 in the words of the service, with the time to wait, for all processes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.emporix.conftest import ApiClient, token_for
from tests.support.app import make_app
from webapp.db import Database
from webapp.emporix import jobs
from webapp.identity.domain import Holder, Origin

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
VISIT = "/customerlogin/auth/anonymous/login?tenant=acme&client_id=acme-storefront"
RIGHT, WRONG = "rita-Secret-2026", "a guess"
HOME, ELSEWHERE = "203.0.113.7", "203.0.113.8"


@pytest.fixture
def app(acme: Database) -> Flask:
    """A desk with low limits."""
    return make_app(acme, token_calls=4, failed_logins=2)


def log_in(
    app: Flask, password: str, *, email: str = "rita@acme.example", address: str = HOME
) -> TestResponse:
    token = token_for(
        app, holder=Holder.ANONYMOUS, origin=Origin.ANONYMOUS, client_id="acme-storefront"
    )
    return ApiClient(FlaskClient(app), token).post(
        "/customer/acme/login",
        json={"email": email, "password": password},
        environ_base={"REMOTE_ADDR": address},
    )


def visit(app: Flask, address: str = HOME) -> TestResponse:
    return FlaskClient(app).get(VISIT, environ_base={"REMOTE_ADDR": address})


def test_calls_for_tokens_are_counted_by_address(app: Flask) -> None:
    with time_machine.travel(NOW, tick=False):
        assert [visit(app).status_code for _ in range(4)] == [200] * 4
        reply = visit(app)
        assert visit(app, ELSEWHERE).status_code == 200
    body = reply.get_json()
    assert (reply.status_code, reply.headers["Retry-After"]) == (429, "60")
    assert (body["code"], body["status"]) == (429, "Too Many Requests")
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert visit(app).status_code == 200


def test_every_kind_of_call_has_its_own_count(app: Flask) -> None:
    for _ in range(5):
        visit(app)
    assert log_in(app, RIGHT).status_code == 200


def test_an_address_of_ipv6_is_its_network(app: Flask) -> None:
    replies = [visit(app, f"2001:db8:1:2::{number:x}").status_code for number in range(1, 6)]
    assert replies == [200] * 4 + [429]
    assert visit(app, "2001:db8:1:3::1").status_code == 200


def test_wrong_passwords_are_counted_and_right_ones_are_not(app: Flask) -> None:
    with time_machine.travel(NOW, tick=False):
        assert [log_in(app, RIGHT).status_code for _ in range(3)] == [200] * 3
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        assert [log_in(app, WRONG).status_code for _ in range(2)] == [401, 401]
        reply = log_in(app, RIGHT)
        body = reply.get_json()
        assert (reply.status_code, body["status"], body["type"]) == (429, 429, "too_many_requests")
        assert reply.headers["Retry-After"] == "60"
        assert log_in(app, RIGHT, email="RITA@acme.example").status_code == 429


def test_others_are_not_kept_out_by_one_address(app: Flask) -> None:
    for _ in range(3):
        log_in(app, WRONG)
    assert log_in(app, RIGHT, address=ELSEWHERE).status_code == 200


def test_an_account_is_not_tried_from_everywhere(app: Flask) -> None:
    with time_machine.travel(NOW, tick=False):
        for number in range(20):
            assert log_in(app, WRONG, address=f"198.51.100.{number}").status_code == 401
        reply = log_in(app, RIGHT, address="198.51.100.99")
    assert (reply.status_code, reply.headers["Retry-After"]) == (429, "3600")


def test_an_account_that_does_not_exist_is_limited_alike(app: Flask) -> None:
    replies = [log_in(app, WRONG, email="nobody@acme.example").status_code for _ in range(3)]
    assert replies == [401, 401, 429]


def test_secrets_of_programs_are_counted_too(app: Flask) -> None:
    form = {"grant_type": "client_credentials", "client_id": "acme-service"}
    http = FlaskClient(app)
    replies = [
        http.post("/oauth/token", data={**form, "client_secret": WRONG}).status_code
        for _ in range(3)
    ]
    assert replies == [401, 401, 429]


def test_another_process_goes_on_counting(app: Flask, acme: Database) -> None:
    other = make_app(acme, token_calls=4, failed_logins=2)
    replies = [visit(each).status_code for each in (app, other, app, other, app)]
    assert replies == [200] * 4 + [429]


SEARCHES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("GET", "/approval/acme/approvals?q=status:PENDING", {}),
    ("GET", "/approval/acme/approvals?sort=metadata.createdAt", {}),
    ("GET", "/approval/acme/approvals", {"X-Total-Count": "true"}),
    ("POST", "/approval/acme/search/users", {}),
    ("POST", "/product/acme/search", {}),
)


@pytest.fixture
def searched(acme: Database) -> Flask:
    """A desk on which nobody searches more than five times a minute."""
    return make_app(acme, api_searches=5)


def caller(app: Flask, **who: Any) -> ApiClient:
    known = {"holder": Holder.CUSTOMER, "origin": Origin.PASSWORD, "company_id": "le1"}
    return ApiClient(FlaskClient(app), token_for(app, **known | who))


def ask(by: ApiClient, method: str, path: str, headers: dict[str, str]) -> TestResponse:
    return by.call(method, path, headers=headers, json={} if method == "POST" else None)


def test_searches_are_counted_by_person_whatever_is_searched(searched: Flask) -> None:
    with time_machine.travel(NOW, tick=False):
        rita = caller(searched, person_id="rita")
        for method, path, headers in SEARCHES:
            assert ask(rita, method, path, headers).status_code != 429
        for method, path, headers in SEARCHES:
            reply = ask(rita, method, path, headers)
            assert (reply.status_code, reply.headers["Retry-After"]) == (429, "60")
        again = caller(searched, person_id="rita")
        assert again.get(SEARCHES[0][1]).status_code == 429, "not by token"
        assert rita.get("/approval/acme/approvals").status_code == 200
        assert caller(searched, person_id="bob").get(SEARCHES[0][1]).status_code == 200
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert rita.get(SEARCHES[0][1]).status_code == 200


def test_programs_and_visitors_search_only_so_often(searched: Flask) -> None:
    service = {"holder": Holder.SERVICE, "origin": Origin.CLIENT, "client_id": "acme-service"}
    program = caller(searched, **service, company_id=None)
    orders = [program.get("/order-v2/acme/orders?sort=created").status_code for _ in range(6)]
    assert orders == [200] * 5 + [429]
    shop = {"origin": Origin.ANONYMOUS, "client_id": "acme-storefront", "company_id": None}
    products = [
        caller(searched, holder=Holder.ANONYMOUS, **shop).get("/product/acme/products?q=id:x")
        for _ in range(6)
    ]
    assert [reply.status_code for reply in products] == [200] * 5 + [429]


def test_nothing_is_counted_without_limits(acme: Database) -> None:
    app = make_app(acme, token_calls=0, failed_logins=0)
    assert {visit(app).status_code for _ in range(8)} == {200}
    assert [log_in(app, WRONG).status_code for _ in range(4)] == [401] * 4
    with acme.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM rate_windows")) == 0


def test_what_is_over_is_forgotten(app: Flask, acme: Database) -> None:
    with time_machine.travel(NOW, tick=False):
        visit(app)
        log_in(app, RIGHT)
    with app.app_context():
        assert jobs.forget_tokens(NOW + timedelta(hours=1)) == 4
        assert jobs.forget_tokens(NOW + timedelta(days=60)) == 6
    with acme.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM tokens")) == 0


def test_whoever_asks_what_an_address_offers_has_searched_for_nothing(app: Flask) -> None:
    reply = FlaskClient(app).options(
        "/quote/acme/quotes?q=status:OPEN", headers={"X-Total-Count": "true"}
    )
    assert reply.status_code == 200
