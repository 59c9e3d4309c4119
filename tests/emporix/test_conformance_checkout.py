"""Section I of the conformance cases (checkout and orders), and what rules say beside it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from tests.emporix.approving import ask, ask_for_quote, decide, permitted, read
from tests.emporix.conftest import Api, ApiClient
from tests.emporix.ordering import (
    CHECKOUT,
    ORDERS,
    QUOTES,
    answer,
    cart_order,
    named,
    order_count,
    ordered_in_outbox,
    place,
    quote_order,
    refused,
)
from tests.support.cast import DETAILS
from webapp.emporix import saas
from webapp.kernel.clock import utcnow


def saas_token(app: Flask, person_id: str) -> dict[str, str]:
    with app.app_context():
        return {"saas-token": saas.make(person_id, "acme", utcnow())}


def is_open(who: ApiClient, cart_id: str) -> bool:
    return who.get(f"/cart/acme/carts/{cart_id}").status_code == 200


def test_58_a_pending_quote_is_not_permitted_to_its_requester(api: Api) -> None:
    made = ask_for_quote(api("rita"))
    assert permitted(api("rita"), "Q1", "QUOTE") == {
        "permitted": False,
        "action": "CHECKOUT",
        "status": "PENDING",
        "approvalId": made,
    }
    assert refused(api("rita").post(CHECKOUT, json=quote_order()))[0] == 403


def test_a_quote_is_approved_by_its_checkout(api: Api) -> None:
    made = ask_for_quote(api("rita"))
    order_id = place(api("bob"), quote_order())
    document = read(api("rita"), made)
    assert (document["status"], document["createdResource"]) == ("APPROVED", {"id": order_id})
    assert api("rita").get(f"{QUOTES}/Q1").get_json()["status"]["value"] == "ACCEPTED"
    assert api("rita").get(f"{ORDERS}/{order_id}").get_json()["quoteId"] == "Q1"


def test_153_without_an_approval_nothing_is_ordered(api: Api) -> None:
    rita = api("rita")
    reply = rita.post(f"{CHECKOUT}?siteCode=main", json=cart_order())
    assert refused(reply) == (403, "insufficient_permissions")
    assert is_open(rita, "c500-rita")
    assert order_count(rita) == 0


def test_154_a_buyer_within_the_limit_orders_alone(api: Api) -> None:
    bob = api("bob")
    reply = bob.post(f"{CHECKOUT}?siteCode=main", json=cart_order("c500-bob", "bob"))
    assert reply.status_code == 200
    body = reply.get_json()
    assert isinstance(body["orderId"], str)
    assert isinstance(body["checkoutId"], str)
    assert body["paymentDetails"] is None
    assert not is_open(bob, "c500-bob")


def test_155_the_requester_orders_what_was_approved(app: Flask, api: Api) -> None:
    rita = api("rita")
    made = ask(rita)
    decide(api("bob"), made, "APPROVED")
    stored = read(rita, made)
    body = {"cartId": "c500-rita", "customer": {"id": "rita"}, **stored["details"]}
    order_id = place(rita, body, headers=saas_token(app, "rita"))
    document = read(rita, made)
    assert (document["status"], document["createdResource"]) == ("APPROVED", {"id": order_id})
    assert document["metadata"]["version"] > stored["metadata"]["version"]
    order = rita.get(f"{ORDERS}/{order_id}").get_json()
    goods = stored["resource"]["totalPrice"]["grossValue"]
    assert order["subTotalPrice"] == goods == 500
    assert order["totalPrice"] == goods + stored["details"]["shipping"]["amount"]


def test_156_the_approver_orders_for_the_requester(app: Flask, api: Api) -> None:
    rita, bob = api("rita"), api("bob")
    decide(bob, ask(rita), "APPROVED")
    order_id = place(bob, cart_order(), headers=saas_token(app, "bob"))
    for who in (rita, bob):
        assert who.get(f"{ORDERS}/{order_id}").get_json()["customer"]["id"] == "rita"


def test_the_approver_approves_by_ordering(api: Api) -> None:
    rita, bob = api("rita"), api("bob")
    made = ask(rita)
    order_id = place(bob, cart_order())
    document = read(rita, made)
    assert (document["status"], document["createdResource"]) == ("APPROVED", {"id": order_id})


def test_158_while_pending_the_requester_orders_nothing(api: Api) -> None:
    rita = api("rita")
    made = ask(rita)
    before = read(rita, made)
    assert refused(rita.post(CHECKOUT, json=cart_order()))[0] == 403
    assert read(rita, made) == before
    assert order_count(rita) == 0


@pytest.mark.parametrize("person", ["rita", "bob", "ada"])
@pytest.mark.parametrize("status", ["DECLINED", "CLOSED", "EXPIRED"])
def test_159_what_ended_otherwise_is_ordered_by_nobody(api: Api, status: str, person: str) -> None:
    made = ask(api("rita"))
    ahead = timedelta(days=31 if status == "EXPIRED" else 0)
    if status == "DECLINED":
        decide(api("bob"), made, status)
    elif status == "CLOSED":
        assert api("rita").delete(f"/approval/acme/approvals/{made}").status_code == 204
    with time_machine.travel(utcnow() + ahead):
        who = api(person)
        assert refused(who.post(CHECKOUT, json=cart_order()))[0] in (403, 404, 409)
    assert order_count(who) == 0


def test_a_second_checkout_names_the_first_order(api: Api) -> None:
    rita, bob = api("rita"), api("bob")
    ask(rita)
    order_id = place(bob, cart_order())
    for who in (rita, bob):
        reply = who.post(CHECKOUT, json=cart_order())
        assert refused(reply) == (409, "Conflict")
        details = {one["field"]: one for one in reply.get_json()["details"]}
        assert set(details) == {"cartId", "existingOrderId"}
        assert {one["type"] for one in details.values()} == {"unique_checkout_cartId_index"}
        assert details["existingOrderId"]["message"] == order_id
    assert order_count(rita) == 1


ADDRESS, METHOD = DETAILS["addresses"][0], DETAILS["paymentMethods"][0]
SHAPES: list[tuple[str, Any]] = [
    ("paymentMethods", []),
    ("paymentMethods", [METHOD, METHOD]),
    ("addresses", [ADDRESS]),
    ("addresses", [ADDRESS, ADDRESS]),
]


@pytest.mark.parametrize("approved", [True, False])
@pytest.mark.parametrize(("field", "value"), SHAPES)
def test_161_a_wrong_shape_is_refused_even_when_it_is_not_used(
    api: Api, field: str, value: Any, *, approved: bool
) -> None:
    if approved:
        decide(api("bob"), ask(api("rita")), "APPROVED")
    reply = api("rita").post(CHECKOUT, json=cart_order(**{field: value}))
    assert refused(reply) == (400, "bad_request")
    assert named(reply) == {field}
    assert order_count(api("rita")) == 0


def test_162_a_body_may_hold_more(api: Api) -> None:
    place(api("bob"), cart_order("c500-bob", "bob", legalEntityId="le1"))


def test_163_an_order_has_entries_and_totals(api: Api) -> None:
    rita = api("rita")
    ask(rita)
    order_id = place(api("bob"), cart_order())
    order = rita.get(f"{ORDERS}/{order_id}").get_json()
    assert (order["id"], order["cartId"], order["status"]) == (order_id, "c500-rita", "CREATED")
    assert (order["currency"], order["siteCode"], order["legalEntityId"]) == ("EUR", "main", "le1")
    assert [entry["totalPrice"] for entry in order["entries"]] == [250.0, 166.67]
    assert (order["subTotalPrice"], order["totalPrice"]) == (500.0, 510.0)
    assert order["shippingAddress"]["city"] == order["billingAddress"]["city"] == "Münster"
    assert order["customer"] == {
        "id": "rita",
        "firstName": "Rita",
        "lastName": "Roe",
        "email": "rita@acme.example",
        "company": "Hafen Logistik GmbH",
    }


def test_164_a_message_that_names_the_order_waits(api: Api) -> None:
    rita, bob = api("rita"), api("bob")
    ask(rita)
    by_approver = place(bob, cart_order())
    decide(bob, ask(rita, "c1000-rita"), "APPROVED")
    by_requester = place(rita, cart_order("c1000-rita"))
    ask_for_quote(rita)
    assert answer(bob, "Q1", "ACCEPTED").status_code == 204
    assert {by_approver, by_requester} < ordered_in_outbox(rita)
    assert len(ordered_in_outbox(rita)) == order_count(rita) == 3
