"""The pages of orders."""

import pytest
from flask import Flask

from tests.carts.conftest import RITA, person
from tests.orders.test_service import draft, ordered, submit
from tests.support.app import As, HouseClient, statements
from webapp.carts.domain import ResourceType
from webapp.db import Database


@pytest.fixture
def rita(as_: As) -> HouseClient:
    return as_("rita", "le1")


def test_nothing_was_ordered_yet(rita: HouseClient) -> None:
    assert "Nothing was ordered yet" in rita.get("/orders").text


def test_an_order_tells_what_was_bought_and_for_how_much(acme: Database, rita: HouseClient) -> None:
    placed = ordered(acme, RITA, draft(acme, "c500-rita"))
    listed = rita.get("/orders")
    assert placed in listed.text
    assert "524.90" in listed.text
    page = rita.get(f"/orders/{placed}")
    assert "You ordered" in page.text
    assert "524.90 EUR<" in page.text
    assert "No approval was needed" in page.text
    for words in ("DR-18V", "Express", "24.90", "Invoice, 30 days", "8 to 12 o&#39;clock"):
        assert words in page.text
    assert 'href="/carts/c500-rita"' in page.text


def test_an_approved_order_is_seen_by_both_and_leads_to_its_request(
    acme: Database, as_: As, rita: HouseClient
) -> None:
    submit(acme, "c1500-rita")
    placed = ordered(acme, person("ada"), draft(acme, "c1500-rita", approval_id="a1"))
    for client in (rita, as_("ada", "le1")):
        assert 'href="/approvals/a1"' in client.get(f"/orders/{placed}").text
        assert placed in client.get("/orders").text
    assert "was ordered for Rita Roe" in as_("ada", "le1").get(f"/orders/{placed}").text
    assert "/carts/c1500-rita" not in as_("ada", "le1").get(f"/orders/{placed}").text


def test_a_quote_that_was_ordered_shows_its_order(acme: Database, rita: HouseClient) -> None:
    order = draft(acme, "Q1", ResourceType.QUOTE, details=None, delivery_window=None)
    placed = ordered(acme, RITA, order)
    page = rita.get("/quotes/Q1")
    assert f'href="/orders/{placed}"' in page.text
    assert "/quotes/Q1/checkout" not in page.text
    shown = rita.get(f"/orders/{placed}")
    assert 'href="/quotes/Q1"' in shown.text
    assert "Where it goes" not in shown.text


def test_a_cart_that_was_ordered_shows_its_order(acme: Database, rita: HouseClient) -> None:
    placed = ordered(acme, RITA, draft(acme, "c500-rita"))
    page = rita.get("/carts/c500-rita")
    assert f'href="/orders/{placed}"' in page.text
    assert "This cart was ordered" in page.text
    assert "c500-rita" not in rita.get("/carts").text


def test_an_order_of_somebody_else_does_not_exist(acme: Database, as_: As) -> None:
    placed = ordered(acme, RITA, draft(acme, "c500-rita"))
    for name, company in (("bob", "le1"), ("ada", "le1"), ("olga", "le2"), ("carl", None)):
        client = as_(name, company)
        assert client.get(f"/orders/{placed}").status_code == 404
        assert placed not in client.get("/orders").text


def test_the_list_of_orders_is_one_statement_and_goes_on(
    app: Flask, acme: Database, rita: HouseClient
) -> None:
    for cart in ("c500-rita", "c1000-rita", "c1500-rita"):
        ordered(acme, RITA, draft(acme, cart))
    with statements(app) as counted:
        rita.get("/orders")
    assert len([s for s in counted.seen if "FROM orders" in s]) == 1
    assert rita.get("/orders?after=xx").status_code == 422
