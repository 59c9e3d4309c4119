"""Carts of the API: as shops make, fill, find and lose them (section 7.1)."""

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.emporix.conftest import Api, ApiClient, token_for
from tests.support.app import As, load_acme, make_app
from tests.support.cast import BOB, LATER, RITA, cart
from tests.support.threads import at_once
from webapp.approvals.submission import submit
from webapp.carts.domain import ResourceType
from webapp.carts.models import Product
from webapp.checkout.service import order_alone
from webapp.db import Database
from webapp.extensions import db
from webapp.identity.domain import Holder, Origin
from webapp.orders.terms import Terms

CARTS = "/cart/acme/carts"
DRILL = "urn:yaas:saasag:caasproduct:product:acme;drill-18v"
BITS = "urn:yaas:hybris:product:product:acme;bit-set-40"
PRICE = {
    "priceId": "p-drill",
    "originalAmount": 0.01,
    "effectiveAmount": 0.01,
    "currency": "EUR",
}
ENGRAVING = {
    "itemType": "EXTERNAL",
    "quantity": 3,
    "product": {"id": "engraving", "name": "Engraving", "sku": "EN-1"},
    "price": {"originalAmount": 2, "effectiveAmount": 2, "currency": "EUR"},
    "tax": {"name": "REDUCED", "rate": 10, "netValue": 1.82, "grossValue": 2},
}


def make(client: ApiClient, **body: Any) -> str:
    reply = client.post(CARTS, json={"currency": "EUR", **body})
    assert reply.status_code == 201, reply.get_json()
    return str(reply.get_json()["cartId"])


def put_in(client: ApiClient, cart_id: str, **item: Any) -> TestResponse:
    body = {"itemYrn": DRILL, "quantity": 1, "price": PRICE, **item}
    return client.post(f"{CARTS}/{cart_id}/items", json=body)


def read(client: ApiClient, cart_id: str) -> dict[str, Any]:
    reply = client.get(f"{CARTS}/{cart_id}?expandCalculation=true")
    assert reply.status_code == 200, reply.get_json()
    document: dict[str, Any] = reply.get_json()
    return document


def hand_over(app: Flask, cart_id: str) -> None:
    with app.app_context(), db.transaction() as session:
        submit(session, RITA, cart(cart_id), now=LATER)


def refused(reply: TestResponse, status: int) -> dict[str, Any]:
    """The body of a refusal in the core dialect without an error code (section 4.2)."""
    body: dict[str, Any] = reply.get_json()
    assert (reply.status_code, body["code"]) == (status, status), body
    assert set(body) <= {"code", "status", "message", "details"}
    return body


def fields(reply: TestResponse) -> set[str]:
    return {detail["field"] for detail in refused(reply, 400)["details"]}


def test_a_cart_is_made_filled_and_read_with_every_field_of_old_clients(api: Api) -> None:
    rita = api("rita")
    reply = rita.post(CARTS, json={"currency": "EUR", "siteCode": "main", "legalEntityId": "le1"})
    cart_id = reply.get_json()["cartId"]
    assert reply.get_json()["yrn"] == f"urn:yaas:hybris:cart:cart:acme;{cart_id}"
    assert reply.headers["Location"] == f"{CARTS}/{cart_id}"
    assert reply.headers["Version"] == "1"
    reply = put_in(rita, cart_id, quantity=2)
    assert reply.status_code == 201
    item_id = reply.get_json()["itemId"]
    assert reply.get_json()["yrn"] == DRILL
    assert reply.headers["Location"] == f"{CARTS}/{cart_id}/items/{item_id}"
    document = read(rita, cart_id)
    sums = {"netValue": 500.0, "grossValue": 600.0, "taxValue": 100.0}
    rated = {**sums, "taxRate": 20.0, "taxCode": "20%"}
    assert document["items"] == [
        {
            "id": item_id,
            "itemYrn": DRILL,
            "yrn": DRILL,
            "product": {"id": "drill-18v", "sku": "DR-18V", "name": "Cordless drill 18 V"},
            "quantity": 2.0,
            "effectiveQuantity": 2.0,
            "price": {
                "priceId": "p-drill",
                "originalAmount": 250.0,
                "effectiveAmount": 250.0,
                "currency": "EUR",
            },
            "itemPrice": {"amount": 500.0, "currency": "EUR"},
            "itemTaxInfo": [
                {
                    "name": "20%",
                    "rate": 20.0,
                    "value": 100.0,
                    "netValue": 500.0,
                    "grossValue": 600.0,
                }
            ],
            "totalTax": 100.0,
            "unitPrice": {
                "netValue": 250.0,
                "grossValue": 300.0,
                "taxValue": 50.0,
                "taxCode": "20%",
                "taxRate": 20.0,
            },
            "calculatedPrice": {"price": rated, "finalPrice": rated},
        }
    ]
    for name in ("totalPrice", "subTotalPrice"):
        assert document[name] == {"currency": "EUR", "amount": 500.0, **sums}
    assert document["subtotalAggregate"] == {"currency": "EUR", **sums}
    price = document["calculatedPrice"]
    assert price["price"] == sums
    assert price["totalShipping"] == {"netValue": 0.0, "grossValue": 0.0, "taxValue": 0.0}
    assert price["finalPrice"] == {**sums, "taxAggregate": {"lines": [rated]}}
    known = {"status", "siteCode", "currency", "customerId", "legalEntityId", "discounts"}
    assert {name: document[name] for name in known} == {
        "status": "OPEN",
        "siteCode": "main",
        "currency": "EUR",
        "customerId": "rita",
        "legalEntityId": "le1",
        "discounts": [],
    }
    assert document["metadata"]["version"] == 2
    assert "sessionId" not in document


def test_amounts_are_json_numbers_even_in_an_empty_cart(api: Api) -> None:
    rita = api("rita")
    text = rita.get(f"{CARTS}/{make(rita)}").get_data(as_text=True)
    document = json.loads(text)
    amounts = [document[name]["amount"] for name in ("totalPrice", "subTotalPrice", "totalTax")]
    assert amounts == [0.0, 0.0, 0.0]
    assert all(isinstance(amount, float) for amount in amounts)
    assert document["items"] == []
    assert '"amount":0.0' in text.replace(" ", "")


def test_both_spellings_of_a_product_are_understood_and_the_same_is_added_up(api: Api) -> None:
    rita = api("rita")
    cart_id = make(rita)
    other = "urn:yaas:hybris:product:product:acme;drill-18v"
    by_sku = "urn:yaas:saasag:caasproduct:product:acme;dr-18v"
    ids = {
        put_in(rita, cart_id, itemYrn=yrn).get_json()["itemId"] for yrn in (DRILL, other, by_sku)
    }
    (item,) = read(rita, cart_id)["items"]
    assert ids == {item["id"]}
    assert (item["itemYrn"], item["quantity"]) == (DRILL, 3.0)
    put_in(rita, cart_id, keepAsSeparateLineItem=True)
    assert [item["quantity"] for item in read(rita, cart_id)["items"]] == [3.0, 1.0]


def test_a_listed_product_needs_no_price(api: Api) -> None:
    rita = api("rita")
    cart_id = make(rita)
    reply = rita.post(f"{CARTS}/{cart_id}/items?siteCode=main", json={
        "itemYrn": BITS, "quantity": 1, "price": None, "product": None, "tax": None,
    })  # fmt: skip
    assert reply.status_code == 201
    assert read(rita, cart_id)["totalPrice"]["grossValue"] == 200.0


@pytest.mark.parametrize(
    ("changes", "net", "gross"),
    [
        ({}, 5.45, 6.0),
        ({"tax": {"rate": 10, "netValue": 2, "grossValue": 2.2}}, 6.0, 6.6),
        ({"tax": {"rate": 10}}, 6.0, 6.6),
        ({"tax": {"rate": 0}}, 6.0, 6.0),
        (
            {"price": {"effectiveAmount": 0.1 + 0.2, "currency": "EUR"}, "tax": {"rate": 19}},
            0.9,
            1.07,
        ),
    ],
)
def test_goods_off_the_list_are_priced_as_the_shop_says(
    api: Api, changes: dict[str, Any], net: float, gross: float
) -> None:
    rita = api("rita")
    cart_id = make(rita)
    reply = rita.post(f"{CARTS}/{cart_id}/items", json={**ENGRAVING, **changes})
    assert reply.status_code == 201, reply.get_json()
    sums = read(rita, cart_id)["totalPrice"]
    assert (sums["netValue"], sums["grossValue"]) == (net, gross)
    (item,) = read(rita, cart_id)["items"]
    assert item["itemYrn"].endswith(";engraving")
    assert item["product"]["name"] == "Engraving"


def test_goods_may_be_named_in_many_languages(api: Api) -> None:
    rita = api("rita")
    cart_id = make(rita)
    for product in ({"localizedName": {"en": "Box"}}, {"name": {"de": "Kiste"}}):
        body = {**ENGRAVING, "product": product}
        assert rita.post(f"{CARTS}/{cart_id}/items", json=body).status_code == 201
    assert [item["product"]["name"] for item in read(rita, cart_id)["items"]] == ["Box", "Kiste"]


def test_what_the_list_does_not_know_has_to_describe_itself(api: Api) -> None:
    rita = api("rita")
    cart_id = make(rita)
    yrn = "urn:yaas:hybris:product:product:acme;unknown"
    assert fields(put_in(rita, cart_id, itemYrn=yrn)) == {"product", "tax"}
    assert fields(put_in(rita, cart_id, itemYrn=yrn, price=None)) == {"product", "price", "tax"}


BAD_ITEMS: list[tuple[dict[str, Any], str | None]] = [
    ({"itemYrn": "drill-18v"}, "itemYrn"),
    ({"itemYrn": "urn:yaas:saasag:caasproduct:product:acme;"}, "itemYrn"),
    ({"itemYrn": "urn:yaas:hybris:product:product:acme;" + "x" * 10_000}, "itemYrn"),
    ({"itemYrn": "urn:other:product:acme;drill-18v"}, "itemYrn"),
    ({"itemYrn": "urn:yaas:hybris:product:product:acme;a\x00b"}, "itemYrn"),
    ({"itemYrn": 7}, "itemYrn"),
    ({"itemYrn": None}, "itemYrn"),
    ({"quantity": 0}, "quantity"),
    ({"quantity": -1}, "quantity"),
    ({"quantity": 0.1 + 0.2}, "quantity"),
    ({"quantity": 1e300}, "quantity"),
    ({"quantity": 10**39}, "quantity"),
    ({"quantity": "2"}, "quantity"),
    ({"quantity": True}, "quantity"),
    ({"quantity": None}, "quantity"),
    ({"quantity": [1]}, "quantity"),
    ({"price": {"currency": "CHF"}}, "price"),
    ({"price": {"currency": "euro"}}, "price.currency"),
    ({"price": {"effectiveAmount": "1"}}, "price.effectiveAmount"),
    ({"price": {"effectiveAmount": -1}}, "price.effectiveAmount"),
    ({"price": {"priceId": "x" * 121}}, "price.priceId"),
    ({"price": 3}, "price"),
    ({"tax": {"rate": 101}}, "tax.rate"),
    ({"product": {"name": "x" * 10_000}}, None),
    ({"product": {"sku": "\ud800"}}, "product.sku"),
    ({"product": {"sku": "a\x07b"}}, "product.sku"),
]


@pytest.mark.parametrize(("changes", "field"), BAD_ITEMS)
def test_a_bad_item_is_refused_by_the_name_of_its_field(
    api: Api, changes: dict[str, Any], field: str | None
) -> None:
    rita = api("rita")
    cart_id = make(rita)
    reply = put_in(rita, cart_id, **changes)
    named = fields(reply)
    assert field in named if field else named
    assert read(rita, cart_id)["items"] == []


@pytest.mark.parametrize("body", ["", "[]", "null", "3", "{", "[" * 5000, '{"quantity": NaN}'])
@pytest.mark.parametrize("path", ["", "/{}/items", "/{}/merge", "/{}/itemsBatch"])
def test_a_body_that_is_none_is_a_bad_request(api: Api, path: str, body: str) -> None:
    rita = api("rita")
    path = path.format(make(rita))
    if (path.endswith("itemsBatch"), body) == (True, "[]"):
        assert rita.post(CARTS + path, data=body).get_json() == []
        return
    reply = rita.post(CARTS + path, data=body, content_type="application/json")
    refused(reply, 400)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "currency"),
        ({"currency": "eur"}, "currency"),
        ({"currency": "CHF"}, "currency"),
        ({"currency": "EUR", "siteCode": "moon"}, "siteCode"),
        ({"currency": "EUR", "type": "x" * 33}, "type"),
        ({"currency": "EUR", "deliveryWindow": {"deliveryDate": "soon"}}, None),
        ({"currency": "EUR", "addresses": [{"type": "HOME"}]}, "addresses.0.type"),
        ({"currency": "EUR", "addresses": [{"type": "BILLING"}] * 21}, "addresses"),
    ],
)
def test_a_bad_cart_is_refused_by_the_name_of_its_field(
    api: Api, body: dict[str, Any], field: str | None
) -> None:
    named = fields(api("rita").post(CARTS, json=body))
    assert field in named if field else named


def test_what_shops_send_besides_is_left_alone(api: Api) -> None:
    rita = api("rita")
    cart_id = make(
        rita, type="shopping", channel={"name": "web"}, customerId="rita", mixins={"a": {"b": 1}},
        sessionValidated=True, deliveryWindowId=None, restriction=None,
        addresses=[{"type": "BILLING", "city": "Bonn", "country": "DE", "tags": ["x"]}],
        deliveryWindow={
            "id": "dw", "slotId": "s", "deliveryDate": "2026-10-02T10:00:00.000Z",
            "deliveryDayLabel": "Friday",
        },
    )  # fmt: skip
    document = read(rita, cart_id)
    assert document["type"] == "shopping"
    assert document["addresses"] == [{"type": "BILLING", "city": "Bonn", "country": "DE"}]
    assert document["deliveryWindow"] == {
        "id": "dw", "slotId": "s", "deliveryDate": "2026-10-02T10:00:00.000Z",
    }  # fmt: skip


def test_a_batch_judges_each_item_by_itself(api: Api) -> None:
    rita = api("rita")
    cart_id = make(rita)
    batch = [
        {"itemYrn": DRILL, "quantity": 1, "price": PRICE},
        {"itemYrn": "nonsense", "quantity": 1},
        "nothing",
        {"itemYrn": BITS, "quantity": 2},
        {"itemYrn": BITS, "quantity": 0},
    ]
    reply = rita.post(f"{CARTS}/{cart_id}/itemsBatch", json=batch)
    assert reply.status_code == 200
    entries = reply.get_json()
    assert [(entry["index"], entry["status"]) for entry in entries] == [
        (0, 201), (1, 400), (2, 400), (3, 201), (4, 400),
    ]  # fmt: skip
    items = read(rita, cart_id)["items"]
    assert [entries[0]["id"], entries[3]["id"]] == [item["id"] for item in items]
    assert entries[0]["headers"]["location"].endswith(f"/items/{items[0]['id']}")
    assert entries[1]["errorMessage"].startswith("itemYrn: ")
    too_many = [batch[0]] * 201
    refused(rita.post(f"{CARTS}/{cart_id}/itemsBatch", json=too_many), 400)
    assert rita.post(f"{CARTS}/{cart_id}/itemsBatch", json=too_many[:200]).status_code == 200
    assert read(rita, cart_id)["items"][0]["quantity"] == 201.0


def test_items_are_listed_changed_and_taken_out(api: Api) -> None:
    rita = api("rita")
    cart_id = make(rita)
    drill = put_in(rita, cart_id).get_json()["itemId"]
    bits = put_in(rita, cart_id, itemYrn=BITS).get_json()["itemId"]
    items = f"{CARTS}/{cart_id}/items"
    assert rita.get(items).get_json() == read(rita, cart_id)["items"]
    assert rita.put(f"{items}/{drill}?partial=true", json={"quantity": 5}).status_code == 204
    full = {"itemYrn": DRILL, "quantity": 6, "price": PRICE, "itemType": "INTERNAL"}
    assert rita.put(f"{items}/{drill}", json=full).data == b""
    assert [item["quantity"] for item in rita.get(items).get_json()] == [6.0, 1.0]
    assert fields(rita.put(f"{items}/{drill}", json={**full, "itemYrn": BITS})) == {"itemYrn"}
    assert fields(rita.put(f"{items}/{drill}", json={"price": PRICE})) == {"quantity"}
    assert fields(rita.put(f"{items}/{drill}", json={"quantity": 2_000_000})) == {"quantity"}
    assert rita.put(f"{items}/{bits}?partial=true", json={"quantity": 0}).status_code == 204
    refused(rita.put(f"{items}/{bits}", json={"quantity": 1}), 404)
    refused(rita.delete(f"{items}/{bits}"), 404)
    assert rita.delete(f"{items}/{drill}").status_code == 204
    put_in(rita, cart_id)
    assert rita.delete(items).status_code == 204
    assert rita.get(items).get_json() == []


def test_the_cart_that_was_changed_last_is_found_or_else_made(api: Api) -> None:
    rita = api("rita")
    refused(rita.get(f"{CARTS}?siteCode=main"), 404)
    assert rita.call("HEAD", f"{CARTS}?siteCode=main&create=true").status_code == 404
    found = rita.get(f"{CARTS}?siteCode=main&create=true").get_json()
    assert (found["items"], found["currency"], found["legalEntityId"]) == ([], "EUR", "le1")
    again = f"{CARTS}?siteCode=main&create=true&legalEntityId=le1&customerId=rita"
    assert rita.get(again).get_json()["id"] == found["id"]
    assert rita.get(f"{CARTS}?siteCode=main").get_json()["id"] == found["id"]
    typed = rita.get(f"{CARTS}?siteCode=main&type=wishlist&create=true").get_json()
    assert (typed["type"], typed["id"] != found["id"]) == ("wishlist", True)
    second = make(rita)
    assert rita.get(f"{CARTS}?siteCode=main").get_json()["id"] == second
    assert fields(rita.get(CARTS)) == {"siteCode"}
    refused(rita.get(f"{CARTS}?siteCode=moon&create=true"), 404)


@pytest.mark.parametrize("name", ["siteCode", "type", "legalEntityId"])
@pytest.mark.parametrize("value", ["%00", "x" * 10_000])
def test_a_bad_parameter_is_refused_by_its_name(api: Api, name: str, value: str) -> None:
    query = f"{name}={value}" if name == "siteCode" else f"siteCode=main&{name}={value}"
    assert fields(api("rita").get(f"{CARTS}?{query}&create=true")) == {name}


def test_shops_that_start_twice_at_once_get_one_cart(own_database: Database) -> None:
    app = make_app(load_acme(own_database))
    token = token_for(
        app, holder=Holder.CUSTOMER, origin=Origin.PASSWORD, person_id="rita", company_id="le1"
    )

    def start() -> Any:
        client = ApiClient(FlaskClient(app), token)
        return client.get(f"{CARTS}?siteCode=main&create=true").get_json()["id"]

    assert len(set(at_once([start] * 3))) == 1


def test_a_token_says_for_whom_and_for_which_company_one_shops(api: Api, guest: ApiClient) -> None:
    rita, mia = api("rita"), api("mia", None)
    for query in ("customerId=bob", "sessionId=other", "legalEntityId=le2"):
        refused(rita.get(f"{CARTS}?siteCode=main&create=true&{query}"), 403)
    for body in ({"legalEntityId": "le2"}, {"customerId": "bob"}):
        refused(rita.post(CARTS, json={"currency": "EUR", **body}), 403)
        refused(guest.post(CARTS, json={"currency": "EUR", **body}), 403)
    refused(mia.post(CARTS, json={"currency": "EUR", "legalEntityId": "le2"}), 403)
    for company in ("le1", "le3"):
        assert read(mia, make(mia, legalEntityId=company))["legalEntityId"] == company
    assert "legalEntityId" not in read(mia, make(mia))


def test_a_token_without_a_company_shops_for_the_only_one(api: Api) -> None:
    rita = api("rita", None)
    assert read(rita, make(rita))["legalEntityId"] == "le1"
    found = rita.get(f"{CARTS}?siteCode=main").get_json()
    assert found["legalEntityId"] == "le1"


def test_carts_of_others_do_not_exist(api: Api, guest: ApiClient) -> None:
    rita = api("rita")
    cart_id = make(rita)
    put_in(rita, cart_id)
    body = {"quantity": 1, "itemYrn": DRILL, "carts": [cart_id]}
    calls = [
        ("GET", ""), ("PUT", ""), ("DELETE", ""), ("GET", "/items"), ("POST", "/items"),
        ("DELETE", "/items"), ("PUT", "/items/1"), ("DELETE", "/items/1"), ("GET", "/validate"),
        ("POST", "/itemsBatch"), ("POST", "/merge"),
    ]  # fmt: skip
    for stranger in (api("bob"), api("mia", "le3"), guest):
        for method, path in calls:
            sent: Any = [body] if path == "/itemsBatch" else body
            reply = stranger.call(method, f"{CARTS}/{cart_id}{path}", json=sent)
            is_guest_merge = stranger is guest and path == "/merge"
            refused(reply, 403 if is_guest_merge else 404)
    assert len(read(rita, cart_id)["items"]) == 1
    refused(rita.get(f"{CARTS}/nothing"), 404)


def test_programs_and_narrow_tokens_have_no_carts(api: Api, program: ApiClient) -> None:
    assert program.get(f"{CARTS}?siteCode=main").status_code == 401
    reader = api("rita", scopes=("cart.cart_read_own",))
    assert "missing scope: cart.cart_manage_own" in str(
        reader.post(CARTS, json={"currency": "EUR"}).get_json()["details"]
    )
    refused(reader.get(f"{CARTS}?siteCode=main"), 404)


def test_a_token_for_reading_makes_no_cart_by_looking(api: Api) -> None:
    reader = api("rita", scopes=("cart.cart_read_own",))
    refused(reader.get(f"{CARTS}?siteCode=main&create=true"), 403)
    assert reader.get(f"{CARTS}?siteCode=main").status_code == 404


def test_a_visitor_fills_a_cart_and_takes_it_along_when_they_sign_in(
    app: Flask, as_: As, api: Api
) -> None:
    session_id = "visit-1"
    visitor = ApiClient(FlaskClient(app), token_for(
        app, holder=Holder.ANONYMOUS, origin=Origin.ANONYMOUS, client_id="acme-storefront",
        session_id=session_id,
    ))  # fmt: skip
    query = f"{CARTS}?siteCode=main&create=true&sessionId={session_id}"
    guests = visitor.get(query).get_json()
    assert guests["sessionId"] == session_id
    assert {"customerId", "legalEntityId"}.isdisjoint(guests)
    put_in(visitor, guests["id"], quantity=2)
    rita = ApiClient(FlaskClient(app), token_for(
        app, holder=Holder.CUSTOMER, origin=Origin.PASSWORD, person_id="rita", company_id="le1",
        session_id=session_id,
    ))  # fmt: skip
    refused(api("rita").post(f"{CARTS}/{make(rita)}/merge", json={"carts": [guests["id"]]}), 404)
    assert as_("rita").get(f"/carts/{guests['id']}").status_code == 404
    own = rita.get(f"{CARTS}?siteCode=main&create=true&sessionId={session_id}").get_json()
    put_in(rita, own["id"])
    reply = rita.post(f"{CARTS}/{own['id']}/merge", json={"carts": [guests["id"]]})
    assert reply.status_code == 200
    assert reply.get_json() == read(rita, own["id"])
    assert [item["quantity"] for item in reply.get_json()["items"]] == [3.0]
    refused(visitor.get(f"{CARTS}/{guests['id']}"), 404)
    assert as_("rita").get(f"/carts/{own['id']}").status_code == 200


def test_a_cart_is_changed_on_the_version_that_was_seen(api: Api) -> None:
    rita = api("rita")
    cart_id = make(rita)
    window = {"id": "dw-morning", "slotId": "08-12", "deliveryDate": "2026-10-02T10:00:00.000Z"}
    body: dict[str, Any] = {"deliveryWindow": window, "metadata": {"version": 1}}
    reply = rita.put(f"{CARTS}/{cart_id}?partial=true", json=body)
    assert (reply.status_code, reply.data) == (204, b"")
    conflict = refused(rita.put(f"{CARTS}/{cart_id}", json=body), 409)
    assert conflict["status"] == "Conflict"
    same = {"currency": "EUR", "siteCode": "main", "customerId": "rita", "legalEntityId": "le1"}
    addresses = [{"type": "SHIPPING", "city": "Bonn", "zipCode": "53111"}]
    assert rita.put(
        f"{CARTS}/{cart_id}", json={**same, "addresses": addresses}
    ).status_code == 204  # fmt: skip
    document = read(rita, cart_id)
    assert (document["deliveryWindow"], document["addresses"]) == (window, addresses)
    assert document["metadata"]["version"] == 3
    others = {"currency": "CHF", "siteCode": "moon", "legalEntityId": "le2", "type": "wishlist"}
    assert fields(rita.put(f"{CARTS}/{cart_id}", json=others)) == set(others)
    rita.put(f"{CARTS}/{cart_id}", json={"deliveryWindow": None, "addresses": None})
    emptied = read(rita, cart_id)
    assert ("deliveryWindow" in emptied, emptied["addresses"]) == (False, [])


def test_a_cart_that_is_deleted_is_gone(api: Api) -> None:
    rita = api("rita")
    cart_id = make(rita)
    assert rita.delete(f"{CARTS}/{cart_id}").status_code == 204
    refused(rita.delete(f"{CARTS}/{cart_id}"), 404)
    refused(rita.get(f"{CARTS}/{cart_id}"), 404)
    refused(rita.get(f"{CARTS}?siteCode=main"), 404)


def test_a_cart_with_the_prices_of_the_list_is_valid(api: Api) -> None:
    rita = api("rita")
    cart_id = make(rita)
    put_in(rita, cart_id)
    answer = {"isValid": True, "itemsValidationDetails": []}
    assert rita.get(f"{CARTS}/{cart_id}/validate").get_json() == answer


def test_a_price_that_is_not_the_lists_any_more_is_named(app: Flask, api: Api) -> None:
    rita = api("rita")
    cart_id = make(rita)
    item_id = put_in(rita, cart_id).get_json()["itemId"]
    with app.app_context(), db.transaction() as session:
        session.get_one(Product, ("acme", "drill-18v")).unit_price = "9.00"
    answer = rita.get(f"{CARTS}/{cart_id}/validate").get_json()
    assert answer["isValid"] is False
    (details,) = answer["itemsValidationDetails"]
    assert details["id"] == item_id
    assert [error["errorCode"] for error in details["errors"]] == ["CART-ITEM-UNIT-PRICE-100001"]


def test_a_cart_that_a_shop_made_is_checked_out_on_the_pages(api: Api, as_: As) -> None:
    rita, page = api("rita"), as_("rita")
    cart_id = make(rita, addresses=[{"type": "SHIPPING", "city": "Bonn"}])
    assert page.get(f"/carts/{cart_id}").status_code == 200
    put_in(rita, cart_id)
    for path in ("", "/edit", "/checkout"):
        assert page.get(f"/carts/{cart_id}{path}").status_code == 200


def test_the_first_total_of_a_checkout_has_its_shipping_beside_addresses_of_a_shop(
    api: Api, as_: As
) -> None:
    bob = api("bob")
    cart_id = make(bob, addresses=[{"type": "SHIPPING", "city": "Bonn"}])
    put_in(bob, cart_id)
    page = as_("bob").get(f"/carts/{cart_id}/checkout").get_data(as_text=True)
    total = re.search(r'name="total"[^>]*value="(\d+)"', page)
    assert total is not None
    assert total[1] == "31000"


def test_46_a_cart_that_was_handed_over_is_gone(app: Flask, api: Api) -> None:
    rita = api("rita")
    hand_over(app, "c500-rita")
    body = refused(rita.get(f"{CARTS}/c500-rita"), 404)
    assert body["status"] == "Not Found"
    assert set(body) == {"code", "status", "message"}


def test_47_a_cart_that_was_handed_over_is_not_found_by_criteria(app: Flask, api: Api) -> None:
    rita = api("rita")
    cart_id = make(rita)
    put_in(rita, cart_id, quantity=2)
    hand_over(app, cart_id)
    refused(rita.get(f"{CARTS}?siteCode=main"), 404)
    fresh = rita.get(f"{CARTS}?siteCode=main&create=true").get_json()
    assert (fresh["id"] != cart_id, fresh["items"]) == (True, [])


def test_49_nothing_is_put_into_a_cart_that_was_handed_over(app: Flask, api: Api) -> None:
    rita = api("rita")
    hand_over(app, "c500-rita")
    refused(put_in(rita, "c500-rita"), 404)
    for method, path in [("PUT", ""), ("DELETE", ""), ("DELETE", "/items"), ("PUT", "/items/1")]:
        body = {"quantity": 1}
        refused(rita.call(method, f"{CARTS}/c500-rita{path}", json=body), 404)


def test_154_a_cart_that_was_ordered_is_gone(app: Flask, api: Api) -> None:
    bob = api("bob")
    terms = Terms(details=cart("c500-bob").details, delivery_window=None)
    with app.app_context(), db.transaction() as session:
        order_alone(session, BOB, ResourceType.CART, "c500-bob", terms=terms, now=LATER)
    refused(bob.get(f"{CARTS}/c500-bob"), 404)
    refused(put_in(bob, "c500-bob"), 404)
