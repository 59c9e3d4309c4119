"""Shops whose pages call the API from the browser: only those on the list may (section 3.9)."""

from flask.testing import FlaskClient

from tests.support.app import make_app
from webapp.db import Database

SHOP = "https://shop.example"
LIST = "/approval/acme/approvals"
ASKED = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "saas-token"}


def browser(acme: Database) -> FlaskClient:
    return FlaskClient(make_app(acme, cors_origins=f"{SHOP}, http://localhost:3000"))


def test_a_preflight_of_a_listed_shop_is_allowed_what_clients_send(acme: Database) -> None:
    reply = browser(acme).options(LIST, headers={"Origin": SHOP, **ASKED})
    assert reply.status_code == 204
    assert reply.headers["Access-Control-Allow-Origin"] == SHOP
    assert "PATCH" in reply.headers["Access-Control-Allow-Methods"]
    allowed = reply.headers["Access-Control-Allow-Headers"].lower()
    for name in (
        "authorization",
        "content-type",
        "x-version",
        "saas-token",
        "emporix-tenant",
        "session-id",
        "x-total-count",
        "accept-language",
        "if-match",
        "idempotency-key",
    ):
        assert name in allowed
    assert "Access-Control-Allow-Credentials" not in reply.headers


def test_a_preflight_of_anybody_else_is_allowed_nothing(acme: Database) -> None:
    for origin in ("https://evil.example", "null", f"{SHOP}.evil.example", "https://SHOP.example"):
        reply = browser(acme).options(LIST, headers={"Origin": origin, **ASKED})
        assert not [name for name in dict(reply.headers) if name.startswith("Access-Control")]


def test_answers_and_refusals_can_be_read_by_a_listed_shop(acme: Database) -> None:
    reply = browser(acme).get(LIST, headers={"Origin": SHOP})
    assert reply.status_code == 401
    assert reply.headers["Access-Control-Allow-Origin"] == SHOP
    exposed = reply.headers["Access-Control-Expose-Headers"]
    assert all(name in exposed for name in ("X-Total-Count", "Location", "Version", "ETag"))
    assert "Origin" in reply.headers["Vary"]


def test_pages_are_not_opened_to_shops(acme: Database) -> None:
    reply = browser(acme).get("/sign-in", headers={"Origin": SHOP})
    assert "Access-Control-Allow-Origin" not in reply.headers
