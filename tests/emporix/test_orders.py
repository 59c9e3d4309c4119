"""Orders through the API: whose they are, lists and documents (section 7.4)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.emporix.approving import ask
from tests.emporix.conftest import Api, ApiClient, token_for
from tests.emporix.ordering import ORDERS, answer, cart_order, place
from webapp.extensions import db
from webapp.identity.domain import Holder, Origin
from webapp.kernel.clock import utcnow
from webapp.orders.models import Order


@pytest.fixture
def placed(api: Api) -> dict[str, str]:
    """Orders of several people, one minute after the other."""
    ask(api("rita"))
    orders = [
        ("of rita", api("bob"), cart_order()),
        ("bob", api("bob"), cart_order("c500-bob", "bob")),
        ("bob's second", api("bob"), cart_order("c1000-bob", "bob")),
        ("ada", api("ada"), cart_order("c1500-ada", "ada")),
        ("olga", api("olga"), cart_order("c500-olga", "olga")),
        ("carl", api("carl", None), cart_order("c500-carl", "carl")),
    ]
    found, now = {}, utcnow()
    for minute, (name, who, body) in enumerate(orders):
        with time_machine.travel(now + timedelta(minutes=minute)):
            found[name] = place(who, body)
    return found


def listed(who: ApiClient, query: str = "", **options: Any) -> list[str]:
    reply = who.get(f"{ORDERS}?{query}", **options)
    assert reply.status_code == 200, reply.text
    return [one["id"] for one in reply.get_json()]


def names(placed: dict[str, str], ids: list[str]) -> list[str]:
    return [name for one in ids for name, known in placed.items() if known == one]


def test_everybody_sees_what_they_asked_for_or_placed(api: Api, placed: dict[str, str]) -> None:
    assert names(placed, listed(api("bob"))) == ["bob's second", "bob", "of rita"]
    assert names(placed, listed(api("rita"))) == ["of rita"]
    assert names(placed, listed(api("ada"))) == ["ada"]
    assert names(placed, listed(api("carl", None))) == ["carl"]
    assert listed(api("rob")) == []


def test_a_strangers_order_does_not_exist(api: Api, placed: dict[str, str]) -> None:
    for person in ("ada", "rob", "olga"):
        reply = api(person).get(f"{ORDERS}/{placed['of rita']}")
        assert reply.status_code == 404
        assert reply.get_json()["code"] == 404
        assert reply.get_json()["status"] == "Not Found"
    assert api("bob").get(f"{ORDERS}/nothing").status_code == 404


def test_a_program_sees_the_tenant_or_its_company(
    app: Flask, program: ApiClient, placed: dict[str, str]
) -> None:
    assert set(names(placed, listed(program))) == set(placed)
    assert program.get(f"{ORDERS}/{placed['carl']}").status_code == 200
    token = token_for(
        app,
        holder=Holder.SERVICE,
        origin=Origin.CLIENT,
        client_id="acme-service",
        company_id="le2",
    )
    narrow = ApiClient(FlaskClient(app), token)
    assert names(placed, listed(narrow)) == ["olga"]
    assert narrow.get(f"{ORDERS}/{placed['bob']}").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("pageSize=2", ["bob's second", "bob"]),
        ("pageSize=2&pageNumber=2", ["of rita"]),
        ("pageNumber=3", []),
        ("sort=created", ["of rita", "bob", "bob's second"]),
        ("sort=metadata.createdAt:desc", ["bob's second", "bob", "of rita"]),
        ("sort=created:down", ["of rita", "bob", "bob's second"]),
        ("sort=totalPrice:desc,created", ["bob's second", "of rita", "bob"]),
        ("status=CREATED", ["bob's second", "bob", "of rita"]),
        ("status=SHIPPED", []),
        ("siteCode=main&legalEntityId=le1", ["bob's second", "bob", "of rita"]),
        ("siteCode=other", []),
        ("legalEntityId=le2", []),
        ("q=status:CREATED%20cartId:c500-bob", ["bob"]),
        ("q=cartId:c500-rita", ["of rita"]),
        ("q=quoteId:c500-rita", []),
        ('q=customer.id:"rita"', ["of rita"]),
    ],
)
def test_a_list_is_paged_sorted_and_narrowed(
    api: Api, placed: dict[str, str], query: str, found: list[str]
) -> None:
    assert names(placed, listed(api("bob"), query)) == found


def test_the_total_is_told_to_who_asks(api: Api, placed: dict[str, str]) -> None:
    bob = api("bob")
    reply = bob.get(f"{ORDERS}?pageSize=1", headers={"X-Total-Count": "true"})
    assert (len(reply.get_json()), reply.headers["X-Total-Count"]) == (1, "3")
    assert "X-Total-Count" not in bob.get(ORDERS).headers


def test_a_page_has_sixteen_orders_unless_said_otherwise(app: Flask, api: Api) -> None:
    place(api("bob"), cart_order("c500-bob", "bob"))
    with app.app_context(), db.transaction() as session:
        columns = [column.name for column in Order.__table__.columns]
        kept = ", ".join(f'"{c}"' for c in columns if c not in ("id", "resource_id"))
        for number in range(20):
            session.execute(
                text(
                    f"INSERT INTO orders (id, resource_id, {kept}) "  # noqa: S608
                    f"SELECT 'X{number}', 'X{number}', {kept} FROM orders WHERE resource_id = :cart"
                ),
                {"cart": "c500-bob"},
            )
    assert len(listed(api("bob"))) == 16
    assert len(listed(api("bob"), "pageSize=60")) == 21


@pytest.mark.parametrize(
    "query",
    [
        "pageSize=61",
        "pageSize=0",
        "pageNumber=0",
        "pageNumber=x",
        "pageNumber=99999999999999999999",
        "sort=owner_id",
        "sort=created;drop",
        "q=nonsense",
        "q=status:",
        "q=:x",
        "q=total:1",
        "q=status:%00",
        "status=%00",
        "siteCode=%00",
        "sort=%00",
        "q=" + "id:1%20" * 30,
    ],
)
def test_what_cannot_be_asked_for_is_named(api: Api, query: str) -> None:
    reply = api("bob").get(f"{ORDERS}?{query}")
    assert reply.status_code == 400
    body = reply.get_json()
    assert (body["code"], body["status"]) == (400, "Bad Request")
    assert body["details"][0]["field"] == query.partition("=")[0]


def test_an_order_of_a_quote_has_no_addresses(api: Api, app: Flask) -> None:
    with app.app_context(), db.transaction() as session:
        session.execute(text("UPDATE companies SET limit_minor = 200000 WHERE id = 'le1'"))
    assert answer(api("bob"), "Q3", "ACCEPTED").status_code == 204
    [order] = api("bob").get(ORDERS).get_json()
    assert (order["quoteId"], "cartId" in order) == ("Q3", False)
    assert "shippingAddress" not in order
    assert order["totalPrice"] == order["subTotalPrice"] == 1500


def test_every_amount_is_a_number_and_sums_agree(api: Api, placed: dict[str, str]) -> None:
    order = api("bob").get(f"{ORDERS}/{placed['of rita']}").get_json()
    assert order["metadata"] == {
        "version": 1,
        "createdAt": order["created"],
        "modifiedAt": order["created"],
    }
    values = [entry["calculatedPrice"]["price"] for entry in order["entries"]]
    goods = order["calculatedPrice"]["price"]
    for key in ("netValue", "grossValue", "taxValue"):
        assert round(sum(value[key] for value in values), 2) == goods[key]
    final = order["calculatedPrice"]["finalPrice"]
    assert final["grossValue"] == order["totalPrice"] == goods["grossValue"] + 10
    first = order["entries"][0]
    assert first["itemYrn"] == "urn:yaas:saasag:caasproduct:product:acme;drill-18v"
    assert (first["amount"], first["orderedAmount"], first["unitPrice"]) == (1, 1, 250.0)


def test_a_later_name_does_not_change_an_order(
    app: Flask, api: Api, placed: dict[str, str]
) -> None:
    with app.app_context(), db.transaction() as session:
        session.execute(text("UPDATE people SET last_name = 'Newname' WHERE id = 'rita'"))
    order = api("rita").get(f"{ORDERS}/{placed['of rita']}").get_json()
    assert (order["customer"]["firstName"], order["customer"]["lastName"]) == ("Rita", "Roe")


def test_a_visitor_and_a_missing_scope_are_refused(api: Api, guest: ApiClient) -> None:
    assert guest.get(ORDERS).status_code in {401, 403}
    reply = api("bob", scopes=("cart.cart_read_own",)).get(ORDERS)
    assert reply.status_code == 403
    assert reply.get_json()["details"] == ["missing scope: order.order_readascustomer"]
