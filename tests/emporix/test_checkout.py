"""Checkout through the API: what shops send, what is kept, and what is refused (section 7.3)."""

import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.emporix.approving import ask, ask_for_quote, cart_body, decide, read
from tests.emporix.conftest import Api, ApiClient, token_for
from tests.emporix.ordering import (
    CHECKOUT,
    ORDERS,
    cart_order,
    named,
    order_count,
    place,
    quote_order,
    refused,
)
from tests.support.app import As, make_app
from tests.support.cast import DETAILS, WINDOW, Desk, own_desk
from tests.support.examples import examples
from tests.support.threads import at_once
from webapp.emporix import saas
from webapp.identity.domain import Holder, Origin
from webapp.kernel.clock import utcnow

__all__ = ["own_desk"]

METHOD: dict[str, Any] = DETAILS["paymentMethods"][0]
ADDRESS: dict[str, Any] = DETAILS["addresses"][0]
SHIPPING: dict[str, Any] = DETAILS["shipping"]


def customer(app: Flask, person_id: str) -> ApiClient:
    token = token_for(
        app,
        holder=Holder.CUSTOMER,
        origin=Origin.PASSWORD,
        person_id=person_id,
        company_id="le1",
    )
    return ApiClient(FlaskClient(app), token)


def order_of(who: ApiClient, order_id: str) -> Any:
    reply = who.get(f"{ORDERS}/{order_id}")
    assert reply.status_code == 200, reply.text
    return reply.get_json()


# What is wrong, with which body, and which field is named.
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"cartId": None}, "cartId"),
    ({"cartId": ""}, "cartId"),
    ({"cartId": 7}, "cartId"),
    ({"cartId": "x" * 10_000}, "cartId"),
    ({"cartId": "\x00"}, "cartId"),
    ({"cartId": "\ud800"}, "cartId"),
    ({"quoteId": "Q1"}, "quoteId"),
    ({"customer": None}, "customer"),
    ({"customer": {"id": 7}}, "customer.id"),
    ({"shipping": None}, "shipping"),
    ({"shipping": []}, "shipping"),
    ({"shipping": {**SHIPPING, "amount": -1}}, "shipping"),
    ({"shipping": {**SHIPPING, "amount": "10"}}, "shipping"),
    ({"shipping": {**SHIPPING, "amount": True}}, "shipping"),
    ({"shipping": {**SHIPPING, "amount": 1e30}}, "shipping"),
    ({"shipping": {**SHIPPING, "amount": float("nan")}}, "body"),
    ({"shipping": {**SHIPPING, "methodId": 5}}, "shipping"),
    ({"addresses": None}, "addresses"),
    ({"addresses": [ADDRESS, 1]}, "addresses.1"),
    ({"addresses": [ADDRESS, {**ADDRESS, "type": "PICKUP"}]}, "addresses"),
    ({"paymentMethods": None}, "paymentMethods"),
    ({"paymentMethods": [{"method": "invoice"}]}, "paymentMethods"),
    ({"paymentMethods": [{"provider": " "}]}, "paymentMethods"),
    ({"paymentMethods": [{**METHOD, "amount": "free"}]}, "paymentMethods"),
    ({"paymentMethods": [{**METHOD, "method": {"en": "invoice"}}]}, "paymentMethods"),
    ({"deliveryWindow": "tomorrow"}, "deliveryWindow"),
]


@pytest.mark.parametrize(("changes", "field"), WRONG)
def test_what_is_wrong_is_named(api: Api, changes: dict[str, Any], field: str) -> None:
    bob = api("bob")
    reply = bob.post(CHECKOUT, json=cart_order("c500-bob", "bob") | changes)
    assert refused(reply) == (400, "bad_request")
    assert named(reply) == {field}
    assert {one["type"] for one in reply.get_json()["details"]} == {"validation_violation"}
    assert order_count(bob) == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"\xff", b'{"a":' * 5000])
def test_what_is_no_order_at_all_is_refused(api: Api, body: bytes) -> None:
    reply = api("bob").post(CHECKOUT, data=body, content_type="application/json")
    assert refused(reply) == (400, "bad_request")


# What real clients send although the schema does not say so.
LENIENT: list[dict[str, Any]] = [
    {"legalEntityId": "le1", "currency": "EUR", "userId": "bob"},
    {"customer": {"userId": "bob", "firstName": "Bob", "lastName": "Buyer"}},
    {"customer": {"id": None, "guest": False}},
    {"shipping": {**SHIPPING, "methodName": {"en": "Standard", "de": "Versand"}}},
    {"shipping": {"methodId": "pickup", "zoneId": None, "amount": None}},
    {"paymentMethods": [{"provider": "stripe", "customAttributes": {"token": None}}]},
    {"addresses": [{**ADDRESS, "id": 7, "tags": []}, {"type": "BILLING"}, {"type": None}]},
    {"deliveryWindow": {**WINDOW, "deliveryDayLabel": "Monday"}},
    {"deliveryWindow": {"id": 7}},
]


@pytest.mark.parametrize("changes", LENIENT)
def test_what_real_shops_send_is_taken(api: Api, changes: dict[str, Any]) -> None:
    bob = api("bob")
    order = order_of(bob, place(bob, cart_order("c500-bob", "bob") | changes))
    assert order["subTotalPrice"] == 500


def test_an_order_keeps_what_was_chosen(api: Api) -> None:
    bob = api("bob")
    window = {**WINDOW, "deliveryDayLabel": "Monday"}
    body = cart_order("c500-bob", "rita", deliveryWindow=window)
    order = order_of(bob, place(bob, body))
    assert order["deliveryWindow"] == WINDOW
    assert order["shippingAddress"] == ADDRESS
    assert order["paymentMethods"] == [METHOD]
    # The caller owns an order of their own, whoever the body names.
    assert order["customer"]["id"] == "bob"


def test_the_price_of_the_list_is_charged_whatever_is_sent(api: Api) -> None:
    bob = api("bob")
    cheap = cart_order("c500-bob", "bob", shipping={**SHIPPING, "amount": 0})
    assert order_of(bob, place(bob, cheap))["totalPrice"] == 510
    other = cart_order("c1000-bob", "bob", shipping={**SHIPPING, "methodId": "drone", "amount": 3})
    assert order_of(bob, place(bob, other))["totalPrice"] == 1003


def test_a_payment_that_is_collected_elsewhere_is_waited_for(api: Api) -> None:
    bob = api("bob")
    body = cart_order("c500-bob", "bob", paymentMethods=[{"provider": "custom", "amount": 0.01}])
    order = order_of(bob, place(bob, body))
    assert (order["status"], order["totalPrice"]) == ("IN_CHECKOUT", 510)


def test_what_was_approved_wins_over_what_is_sent(api: Api) -> None:
    rita = api("rita")
    decide(api("bob"), ask(rita), "APPROVED")
    other = [{**ADDRESS, "city": "Elsewhere"}, {**ADDRESS, "type": "BILLING"}]
    order = order_of(rita, place(rita, cart_order("c500-rita", "rob", addresses=other)))
    assert order["shippingAddress"]["city"] == "Münster"
    assert order["customer"]["id"] == "rita"


def test_the_page_says_that_the_shop_sent_other_terms(api: Api, as_: As) -> None:
    rita = api("rita")
    made = ask(rita)
    other = [{**ADDRESS, "city": "Elsewhere"}, {**ADDRESS, "type": "BILLING"}]
    place(api("bob"), cart_order(addresses=other))
    page = as_("rita").get(f"/approvals/{made}").get_data(as_text=True)
    assert "what was approved is what was ordered" in page
    assert re.search(r"<del>[^<]*Elsewhere[^<]*</del>", page)
    assert re.search(r"<ins>[^<]*Münster[^<]*</ins>", page)


def test_a_private_customer_orders_without_asking(api: Api) -> None:
    carl = api("carl", None)
    order = order_of(carl, place(carl, cart_order("c1500-carl", "carl")))
    assert "legalEntityId" not in order
    assert order["customer"]["id"] == "carl"


@pytest.mark.parametrize(
    ("caller", "cart_id", "status"),
    [
        (("bob", "le1"), "c1500-bob", 403),
        (("ada", "le1"), "c500-rita", 403),
        (("rita", "le1"), "c500-bob", 403),
        (("olga", "le2"), "c500-bob", 404),
        (("carl", None), "c500-bob", 404),
        (("mia", "le3"), "c500-mia-le1", 404),
        (("mia", None), "c500-mia-le3", 404),
        (("bob", "le1"), "nothing", 404),
    ],
)
def test_a_checkout_that_is_not_permitted_says_why(
    api: Api, caller: tuple[str, str | None], cart_id: str, status: int
) -> None:
    who = api(*caller)
    reply = who.post(CHECKOUT, json=cart_order(cart_id, caller[0]))
    kinds = {403: "insufficient_permissions", 404: "resource_not_found"}
    assert refused(reply) == (status, kinds[status])
    assert order_count(who) == 0


def test_a_buyer_in_another_company_orders_there(api: Api) -> None:
    place(api("mia", "le3"), cart_order("c1500-mia-le3", "mia"))


@pytest.mark.parametrize(
    ("sent", "status"), [(("bob", 0), 200), (("rita", 0), 403), (("bob", 5), 403)]
)
def test_a_saas_token_has_to_be_the_callers(
    app: Flask, api: Api, sent: tuple[str, int], status: int
) -> None:
    person, hours = sent
    with app.app_context():
        token = saas.make(person, "acme", utcnow() - timedelta(hours=hours))
    body, headers = cart_order("c500-bob", "bob"), {"saas-token": token}
    assert api("bob").post(CHECKOUT, json=body, headers=headers).status_code == status


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "\xe9"])
def test_a_saas_token_that_is_none_is_not_taken(api: Api, token: str) -> None:
    headers = {"saas-token": token}
    reply = api("bob").post(CHECKOUT, json=cart_order("c500-bob", "bob"), headers=headers)
    assert refused(reply) == (403, "insufficient_permissions")


def test_a_missing_scope_is_named_and_a_visitor_orders_nothing(api: Api, guest: ApiClient) -> None:
    reply = api("bob", scopes=("cart.cart_read_own",)).post(CHECKOUT, json={})
    assert refused(reply) == (403, "insufficient_permissions")
    assert "checkout.checkout_manage_own" in reply.text
    assert guest.post(CHECKOUT, json={}).status_code == 403


def test_an_approver_who_may_no_longer_decide_orders_nothing(app: Flask, api: Api) -> None:
    from sqlalchemy import text

    from webapp.extensions import db

    made = ask(api("rita"))
    with app.app_context(), db.transaction() as session:
        session.execute(text("UPDATE memberships SET role = 'B2B_REQUESTER' WHERE person_id='bob'"))
    assert refused(api("bob").post(CHECKOUT, json=cart_order()))[0] == 403
    assert read(api("rita"), made)["status"] == "PENDING"


def test_a_request_past_its_time_is_not_ordered(api: Api) -> None:
    ask(api("rita"))
    with time_machine.travel(utcnow() + timedelta(days=30, minutes=1)):
        for person in ("rita", "bob"):
            reply = api(person).post(CHECKOUT, json=cart_order())
            assert refused(reply) == (409, "conflict_resource")


def test_a_repeated_request_under_its_key_is_answered_as_before(api: Api) -> None:
    bob, headers = api("bob"), {"Idempotency-Key": "k1"}
    body = cart_order("c500-bob", "bob")
    first = bob.post(CHECKOUT, json=body, headers=headers)
    assert first.status_code == 200, first.text
    assert bob.post(CHECKOUT, json=body, headers=headers).get_json() == first.get_json()
    assert order_count(bob) == 1
    second = bob.post(CHECKOUT, json=body, headers={"Idempotency-Key": "k2"})
    again = bob.post(CHECKOUT, json=body, headers={"Idempotency-Key": "k2"})
    assert refused(second) == refused(again) == (409, "Conflict")
    assert named(again) == {"cartId", "existingOrderId"}


def test_a_second_checkout_of_a_quote_names_it(api: Api) -> None:
    ask_for_quote(api("rita"))
    place(api("bob"), quote_order())
    reply = api("rita").post(CHECKOUT, json=quote_order())
    assert (refused(reply), named(reply)) == ((409, "Conflict"), {"quoteId", "existingOrderId"})


def test_what_happens_at_once_comes_to_one_order(own_desk: Desk) -> None:
    app = make_app(own_desk.database)
    rita, bob = customer(app, "rita"), customer(app, "bob")
    for cart_id in ("c500-rita", "c1000-rita"):
        made = ask(rita, cart_id)
        path = f"/approval/acme/approvals/{made}"
        approve = [{"op": "replace", "path": "/status", "value": "APPROVED"}]
        order = cart_order(cart_id)
        replies: list[Any] = at_once(
            [
                *[partial(bob.post, CHECKOUT, json=order)] * 4,
                *[partial(rita.post, CHECKOUT, json=order)] * 4,
                partial(bob.patch, path, json=approve),
                partial(rita.delete, path),
            ]
        )
        assert not [reply for reply in replies if isinstance(reply, Exception)]
        assert {reply.status_code for reply in replies} <= {200, 204, 400, 403, 409}
        placed = [one.get_json()["orderId"] for one in replies if one.status_code == 200]
        document = read(rita, made)
        assert placed == ([document["createdResource"]["id"]] if placed else [])
        assert [one.id for one in own_desk.orders() if one.approval_id == made] == placed
        assert own_desk.broken(made) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
PARTS = ("cartId", "quoteId", "customer", "shipping", "addresses", "paymentMethods", "currency")


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(changes=st.dictionaries(st.sampled_from(PARTS), JSON, max_size=3), whole=JSON)
def test_no_body_is_a_fault_of_the_server(api: Api, changes: dict[str, Any], whole: Any) -> None:
    bob = api("bob")
    for body in (cart_order("c1500-bob", "bob") | changes, whole):
        assert bob.post(CHECKOUT, json=body).status_code < 500


def new_cart(who: ApiClient, *products: str) -> str:
    made = who.post("/cart/acme/carts", json={"currency": "EUR", "siteCode": "main"}).get_json()
    for product in products:
        item = {"itemYrn": f"urn:yaas:saasag:caasproduct:product:acme;{product}", "quantity": 1}
        reply = who.post(f"/cart/acme/carts/{made['cartId']}/items", json=item)
        assert reply.status_code == 201, reply.text
    return str(made["cartId"])


def test_an_empty_cart_is_not_ordered(api: Api) -> None:
    bob = api("bob")
    cart_id = new_cart(bob)
    assert refused(bob.post(CHECKOUT, json=cart_order(cart_id, "bob"))) == (400, "bad_request")
    assert order_count(bob) == 0


PART = st.dictionaries(st.sampled_from(("methodId", "methodName", "amount", "x")), JSON)


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(shipping=PART, address=st.dictionaries(st.sampled_from(sorted(ADDRESS)), JSON), window=JSON)
def test_odd_terms_are_compared_and_kept_without_a_fault(
    api: Api, shipping: dict[str, Any], address: dict[str, Any], window: Any
) -> None:
    rita, bob = api("rita"), api("bob")
    if order_count(rita) == 0:
        rita.post("/approval/acme/approvals", json=cart_body())
    addresses = [{**address, "type": "SHIPPING"}, {**address, "type": "BILLING"}]
    odd = {"shipping": shipping, "addresses": addresses, "deliveryWindow": window}
    assert rita.post(CHECKOUT, json=cart_order() | odd).status_code in {400, 403}
    reply = bob.post(CHECKOUT, json=cart_order(new_cart(bob, "drill-18v"), "bob") | odd)
    assert reply.status_code in {200, 400}
    if reply.status_code == 200:
        assert bob.get(f"{ORDERS}/{reply.get_json()['orderId']}").status_code == 200
