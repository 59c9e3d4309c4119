"""Asking for approvals through the API and reading them (sections 1 and 3.1 to 3.4)."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from tests.emporix.approving import (
    APPROVALS,
    D,
    ask,
    ask_for_quote,
    cart_body,
    decide,
    fields,
    new_cart,
    post_a,
    quote_body,
    read,
    refusal,
)
from tests.emporix.conftest import Api, ApiClient
from tests.support.cast import WINDOW, Desk
from webapp.kernel.clock import utcnow

VALIDATION = (400, "APPROVAL-400001")
NUL, SURROGATE = "\x00", "\ud800"
AT = utcnow().replace(year=2027, month=3, day=1, hour=8, minute=0, second=0, microsecond=0)


@pytest.fixture
def rita(api: Api) -> ApiClient:
    return api("rita")


@pytest.fixture
def bob(api: Api) -> ApiClient:
    return api("bob")


# The create request of the contract, with an existing cart and approver put in.
TUTORIAL: dict[str, Any] = {
    "id": "64e241ced632aa413a27a318",
    "resourceType": "CART",
    "resourceId": "c500-rita",
    "action": "CHECKOUT",
    "approver": {"userId": "bob"},
    "comment": "Comment to the approval user",
    "details": {
        "currency": "EUR",
        "paymentMethods": [
            {
                "provider": "stripe",
                "customAttributes": {"paymentType": "invoice"},
                "method": "invoice",
                "amount": 3.0,
            }
        ],
        "shipping": {
            "zoneId": "deliveryarea",
            "methodId": "4-more_hours_timeframe",
            "amount": 10,
            "methodName": "Delivery method name",
            "shippingTaxCode": "STANDARD",
        },
        "payment": {
            "paymentId": "636cc738-f0cd-11ed-a05b-0242ac120003",
            "customAttributes": {
                "attribute1": "value of the attribute1",
                "attribute2": "value of the attribute2",
            },
        },
        "addresses": [
            {
                "contactName": "John Doe",
                "street": "Fritz-Elsas-Straße",
                "streetNumber": "20",
                "streetAppendix": "",
                "zipCode": "70173",
                "city": "Stuttgart",
                "country": "DE",
                "type": kind,
                "contactPhone": "123456789",
            }
            for kind in ("SHIPPING", "BILLING")
        ],
    },
}


def test_the_request_of_the_tutorial_is_accepted_word_for_word(rita: ApiClient) -> None:
    reply = rita.post(APPROVALS, json=TUTORIAL)
    assert (reply.status_code, reply.get_json()) == (201, {"id": TUTORIAL["id"]})
    document = read(rita, TUTORIAL["id"])
    assert document["details"] == TUTORIAL["details"]
    assert document["comment"] == TUTORIAL["comment"]


def test_the_request_of_the_tutorial_for_a_quote_is_accepted_too(rita: ApiClient) -> None:
    body = quote_body(id="64e241ced632aa413a27a319", comment="Comment for quote approval")
    assert rita.post(APPROVALS, json=body).status_code == 201


def item(product: str, sku: str, name: str, amounts: tuple[float, float, float]) -> dict[str, Any]:
    net, tax, gross = amounts
    return {
        "quantity": 1,
        "itemId": product,
        "itemYrn": f"urn:yaas:saasag:caasproduct:product:acme;{product}",
        "itemName": name,
        "sku": sku,
        "itemPrice": {
            "currency": "EUR",
            "amount": net,
            "unitPrice": net,
            "calculatedPrice": {"price": {"netValue": net, "taxValue": tax, "grossValue": gross}},
        },
    }


DRILL = item("drill-18v", "DR-18V", "Cordless drill 18 V", (250.0, 50.0, 300.0))
BITS = item("bit-set-40", "BS-040", "Bit set, 40 pieces", (166.67, 33.33, 200.0))
SUMS = {"currency": "EUR", "netValue": 416.67, "taxValue": 83.33, "grossValue": 500.0}
AMOUNTS = {**SUMS, "amount": 416.67}


def test_the_document_has_every_field(api: Api, desk: Desk) -> None:
    with time_machine.travel(AT, tick=False):
        rita, bob = api("rita"), api("bob")
        approval_id = ask(rita)
        decide(bob, approval_id, "APPROVED")
        desk.order(approval_id, now=utcnow())
        document = read(rita, approval_id)
    order_id = desk.orders()[0].id
    assert document == {
        "id": approval_id,
        "status": "APPROVED",
        "resourceType": "CART",
        "action": "CHECKOUT",
        "resource": {
            "id": "c500-rita",
            "siteCode": "main",
            "items": [DRILL, BITS],
            "totalPrice": AMOUNTS,
            "subTotalPrice": AMOUNTS,
            "subtotalAggregate": SUMS,
            "orderId": order_id,
        },
        "requestor": {
            "userId": "rita",
            "firstName": "Rita",
            "lastName": "Roe",
            "email": "rita@acme.example",
        },
        "approver": {"userId": "bob", "firstName": "Bob", "lastName": "Buyer"},
        "comment": "please",
        "expiryDate": "2027-03-31T08:00:00.000Z",
        "details": D,
        "legalEntity": {"id": "le1"},
        "createdResource": {"id": order_id},
        "metadata": {
            "version": 3,
            "createdAt": "2027-03-01T08:00:00.000Z",
            "modifiedAt": "2027-03-01T08:00:00.000Z",
            "updatedAt": "2027-03-01T08:00:00.000Z",
        },
    }


def test_the_document_of_a_quote_has_the_lines_of_the_quote(rita: ApiClient, desk: Desk) -> None:
    desk.sql("UPDATE quote_items SET new_unit_price = '200.00' WHERE id = 'Q1-1'")
    document = read(rita, ask_for_quote(rita))
    assert "details" not in document
    assert "comment" not in document
    resource = document["resource"]
    assert "subTotalPrice" not in resource
    assert resource["totalPrice"]["amount"] == resource["subtotalAggregate"]["netValue"] == 366.67
    assert resource["items"][0] == {
        **DRILL,
        "itemId": "Q1-1",
        "itemPrice": {
            "currency": "EUR",
            "amount": 200.0,
            "unitPrice": 250.0,
            "newUnitPrice": 200.0,
            "calculatedPrice": {
                "price": {"netValue": 200.0, "taxValue": 40.0, "grossValue": 240.0}
            },
        },
    }


def test_the_delivery_window_of_the_cart_goes_along(rita: ApiClient, desk: Desk) -> None:
    window = '{"id":"dw-morning","slotId":"08-12","deliveryDate":"2026-03-09T00:00:00.000Z"}'
    desk.sql("UPDATE carts SET delivery_window = :window WHERE id = 'c500-rita'", window=window)
    assert read(rita, ask(rita))["resource"]["deliveryWindow"] == WINDOW


# what real clients send beside the contract; all of it is kept
ODD_DETAILS = [
    {"shipping": {"methodId": "std", "methodName": {"en": "Standard", "de": "Normal"}}},
    {"shipping": None, "payment": None, "paymentMethods": None},
    {"addresses": [{"id": "a1", "metadata": {"version": 1}, "tags": ["x"], "country": None}]},
    {"addresses": [{"streetAppending": "b", "isDefault": True, "contactDetails": {"city": "Ulm"}}]},
    {"shipping": {"amount": 0, "unknown": [1, 2.5, None]}, "more": {"deep": [{"x": "ä"}]}},
    {"paymentMethods": [], "currency": "CHF"},
]


@pytest.mark.parametrize("details", ODD_DETAILS)
def test_details_are_kept_as_they_came(rita: ApiClient, details: dict[str, Any]) -> None:
    assert read(rita, ask(rita, details=details))["details"] == details


ADDRESS = D["addresses"][0]
# details that cannot be used, and the field that is named
BAD_DETAILS: list[tuple[Any, str]] = [
    ("text", "details"),
    ([], "details"),
    ({}, "details"),
    ({"currency": 5}, "details.currency"),
    ({"currency": "Euro"}, "details.currency"),
    ({"addresses": []}, "details.addresses"),
    ({"addresses": {}}, "details.addresses"),
    ({"addresses": [ADDRESS, ADDRESS]}, "details.addresses"),
    ({"addresses": ["Hafenweg 7"]}, "details.addresses.0"),
    ({"addresses": [{**ADDRESS, "zipCode": "123456789012"}]}, "details.addresses.0.zipCode"),
    ({"addresses": [{**ADDRESS, "zipCode": 48155}]}, "details.addresses.0.zipCode"),
    ({"addresses": [{**ADDRESS, "country": ""}]}, "details.addresses.0.country"),
    ({"addresses": [ADDRESS, {"type": "HOME"}]}, "details.addresses.1.type"),
    ({"addresses": [{"type": ["SHIPPING"]}]}, "details.addresses.0.type"),
    ({"addresses": [{"street": "x" * 10_000}]}, "details.addresses.0.street"),
    ({"shipping": "free"}, "details.shipping"),
    ({"shipping": {"amount": -1}}, "details.shipping.amount"),
    ({"shipping": {"amount": "10"}}, "details.shipping.amount"),
    ({"shipping": {"amount": True}}, "details.shipping.amount"),
    ({"shipping": {"amount": 10**39}}, "details.shipping.amount"),
    ({"shipping": {"methodName": 5}}, "details.shipping.methodName"),
    ({"shipping": {"methodId": {}}}, "details.shipping.methodId"),
    ({"payment": []}, "details.payment"),
    ({"payment": {"paymentId": 1}}, "details.payment.paymentId"),
    ({"payment": {"customAttributes": "x"}}, "details.payment.customAttributes"),
    ({"paymentMethods": {}}, "details.paymentMethods"),
    ({"paymentMethods": ["invoice"]}, "details.paymentMethods.0"),
    ({"paymentMethods": [{"provider": 1}]}, "details.paymentMethods.0.provider"),
    ({"paymentMethods": [{"amount": "3"}]}, "details.paymentMethods.0.amount"),
    ({"paymentMethods": [{"customAttributes": 1}]}, "details.paymentMethods.0.customAttributes"),
    ({"note": "x" * 1_100_000}, "details"),
]


@pytest.mark.parametrize(("details", "field"), BAD_DETAILS)
def test_details_that_cannot_be_used_are_refused_by_their_field(
    rita: ApiClient, details: Any, field: str
) -> None:
    reply = rita.post(APPROVALS, json=cart_body(details=details))
    assert (refusal(reply), fields(reply)) == (VALIDATION, {field})
    assert rita.get("/cart/acme/carts/c500-rita").status_code == 200


# other bodies that are wrong, and the field that is named
BAD_BODIES: list[tuple[dict[str, Any], str]] = [
    ({"id": ""}, "id"),
    ({"id": "a/b"}, "id"),
    ({"id": "ä"}, "id"),
    ({"id": "x" * 67}, "id"),
    ({"id": 5}, "id"),
    ({"resourceId": None}, "resourceId"),
    ({"resourceId": ""}, "resourceId"),
    ({"resourceId": 5}, "resourceId"),
    ({"resourceId": f"a{NUL}"}, "resourceId"),
    ({"resourceType": "cart"}, "resourceType"),
    ({"resourceType": ["CART"]}, "resourceType"),
    ({"action": None}, "action"),
    ({"action": "checkout"}, "action"),
    ({"approver": "bob"}, "approver"),
    ({"approver": []}, "approver"),
    ({"approver": {}}, "approver.userId"),
    ({"approver": {"userId": 5}}, "approver.userId"),
    ({"approver": {"userId": ""}}, "approver.userId"),
    ({"comment": 5}, "comment"),
    ({"comment": "x" * 4001}, "comment"),
    ({"comment": f"a{NUL}b"}, "comment"),
    ({"comment": "a\x07b"}, "comment"),
    ({"comment": SURROGATE}, "comment"),
]


@pytest.mark.parametrize(("change", "field"), BAD_BODIES)
def test_a_body_that_is_wrong_is_refused_by_its_field(
    rita: ApiClient, change: dict[str, Any], field: str
) -> None:
    reply = rita.post(APPROVALS, json={**cart_body(), **change})
    assert (refusal(reply), fields(reply)) == (VALIDATION, {field})


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"5", b"null", b"\xff", b'{"a": NaN}', b"[" * 100_000, b"1" * 9999],
)
def test_what_is_no_json_object_is_refused(rita: ApiClient, body: bytes) -> None:
    reply = rita.post(APPROVALS, data=body, content_type="application/json")
    assert refusal(reply) == VALIDATION


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/json"])
def test_a_body_of_another_type_is_refused(rita: ApiClient, kind: str) -> None:
    reply = rita.post(APPROVALS, data=b"{}", content_type=kind)
    assert refusal(reply) == (415, None)


def test_every_problem_is_named_at_once(rita: ApiClient) -> None:
    reply = rita.post(APPROVALS, json={"action": "BUY", "details": {}})
    assert fields(reply) == {"resourceType", "resourceId", "action", "approver"}


# each is wrong in two ways; the answer is about the first in the order of section 3.1
ORDER_OF_CHECKS: list[tuple[str, dict[str, Any], str]] = [
    ("carl", cart_body("none", action="BUY"), "APPROVAL-400001"),
    ("carl", cart_body("none"), "APPROVAL-400011"),
    ("rita", cart_body("none", "rita"), "APPROVAL-404002"),
    ("ada", cart_body("c500-rita", "ada"), "APPROVAL-400008"),
    ("ada", cart_body("c500-ada", "ada"), "APPROVAL-400005"),
    ("rita", cart_body("c500-rita", "rob", id="taken"), "APPROVAL-400006"),
    ("rita", cart_body("c500-rita", "bob", id="taken"), "APPROVAL-409001"),
]


@pytest.mark.parametrize(("who", "body", "code"), ORDER_OF_CHECKS)
def test_of_two_faults_the_first_is_named(
    api: Api, who: str, body: dict[str, Any], code: str
) -> None:
    ask(api("rita"), "c1000-rita", id="taken")
    assert refusal(api(who).post(APPROVALS, json=body))[1] == code


def test_a_token_of_several_companies_has_to_choose_one(api: Api) -> None:
    assert refusal(post_a(api("mia", None), "c500-mia-le1")) == (404, "APPROVAL-404003")


def test_a_token_of_the_only_company_acts_for_it(api: Api) -> None:
    rita = api("rita", None)
    assert read(rita, ask(rita))["legalEntity"] == {"id": "le1"}


def test_a_cart_of_another_company_does_not_exist(api: Api) -> None:
    assert refusal(post_a(api("mia", "le1"), "c500-mia-le3")) == (404, "APPROVAL-404002")


def test_nothing_is_no_reason_to_ask(rita: ApiClient) -> None:
    made = rita.post("/cart/acme/carts", json={"currency": "EUR", "siteCode": "main", "type": "x"})
    cart_id = made.get_json()["cartId"]
    reply = post_a(rita, cart_id)
    assert (refusal(reply), reply.get_json()["message"]) == (
        *(VALIDATION, "There is nothing in it yet."),
    )
    assert rita.get(f"/cart/acme/carts/{cart_id}").status_code == 200


def test_a_quote_that_is_closed_cannot_be_asked_for(rita: ApiClient, desk: Desk) -> None:
    desk.sql("UPDATE quotes SET status = 'DECLINED' WHERE id = 'Q1'")
    assert refusal(rita.post(APPROVALS, json=quote_body())) == (400, "APPROVAL-400004")


@pytest.mark.parametrize("details", [None, {}])
def test_a_quote_without_details_may_say_so(rita: ApiClient, details: Any) -> None:
    assert rita.post(APPROVALS, json=quote_body(details=details)).status_code == 201


@pytest.mark.parametrize("comment", [None, "", "  "])
def test_who_says_nothing_leaves_no_comment(rita: ApiClient, comment: str | None) -> None:
    reply = rita.post(APPROVALS, json={**cart_body(), "comment": comment})
    assert "comment" not in read(rita, reply.get_json()["id"])


def test_the_id_of_a_client_is_kept_as_sent(rita: ApiClient) -> None:
    mine = "Order_2026-" + "x" * 55
    assert ask(rita, id=mine) == mine
    assert read(rita, mine)["id"] == mine
    assert refusal(rita.get(f"{APPROVALS}/{mine.lower()}")) == (404, "APPROVAL-404001")
    assert ask(rita, "c1000-rita", id=mine.lower()) == mine.lower()


def test_an_id_may_be_null(rita: ApiClient) -> None:
    assert ask(rita, id=None)
    reply = rita.post(APPROVALS, json={**cart_body("c1000-rita"), "id": None})
    assert len(reply.get_json()["id"]) == 24


def test_a_refused_request_takes_no_cart(rita: ApiClient, desk: Desk) -> None:
    assert post_a(rita, approver="rob").status_code == 400
    assert rita.get("/cart/acme/carts/c500-rita").status_code == 200
    assert desk.told() == []


def test_a_repeated_request_is_answered_as_before(rita: ApiClient, desk: Desk) -> None:
    headers = {"Idempotency-Key": "k1"}
    first = rita.post(APPROVALS, json=cart_body(), headers=headers)
    second = rita.post(APPROVALS, json=cart_body(), headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json() == second.get_json()
    assert desk.told() == [("submitted", "bob")]


def test_the_goods_can_be_asked_for_again_in_the_moment_in_which_the_first_time_is_over(
    api: Api, desk: Desk
) -> None:
    first = ask_for_quote(api("rita"))
    with time_machine.travel(utcnow() + timedelta(days=31)):
        rita = api("rita")
        ask_for_quote(rita)
        assert read(rita, first)["status"] == "EXPIRED"


def test_the_version_is_the_tag_of_the_document(rita: ApiClient) -> None:
    created = post_a(rita)
    path = f"{APPROVALS}/{created.get_json()['id']}"
    assert created.headers["ETag"] == '"1"'
    assert rita.get(path).headers["ETag"] == '"1"'
    for tag in ('"1"', 'W/"1"', '"7", "1"', "*"):
        reply = rita.get(path, headers={"If-None-Match": tag})
        assert (reply.status_code, reply.data, reply.headers["ETag"]) == (304, b"", '"1"')
    assert rita.get(path, headers={"If-None-Match": '"2"'}).status_code == 200


@pytest.mark.parametrize(
    "odd", ["a%2Fb", "%2F", "%2Fa", "a%2F%2Fb", "a%00b", "%ff", "a b", "x" * 3000, "%2e%2e", "a'--"]
)
def test_an_id_that_cannot_be_is_no_approval(rita: ApiClient, odd: str) -> None:
    path = f"{APPROVALS}/{odd}"
    change = [{"op": "add", "path": "/comment", "value": "x"}]
    for reply in (rita.get(path), rita.delete(path), rita.patch(path, json=change)):
        assert refusal(reply) == (404, "APPROVAL-404001")


def test_a_refusal_has_the_body_of_the_service(rita: ApiClient) -> None:
    reply = rita.post(APPROVALS, json={**cart_body(), "resourceType": None})
    assert reply.get_json() == {
        "code": 400,
        "status": "Bad Request",
        "message": "Problem with validation: resourceType cannot be null.",
        "errorCode": "APPROVAL-400001",
        "details": [{"field": "resourceType", "message": "resourceType: cannot be null"}],
    }


def test_what_bob_reads_is_what_rita_reads(rita: ApiClient, bob: ApiClient) -> None:
    approval_id = ask(rita)
    assert read(bob, approval_id) == read(rita, approval_id)


def test_two_carts_are_two_approvals(rita: ApiClient, desk: Desk) -> None:
    first, second = ask(rita), ask(rita, new_cart(desk))
    assert first != second
    assert read(rita, second)["resource"]["totalPrice"]["grossValue"] == 500.0


def test_what_was_asked_for_stays_as_it_was_sent(rita: ApiClient) -> None:
    body = deepcopy(cart_body())
    approval_id = rita.post(APPROVALS, json=body).get_json()["id"]
    assert body == cart_body()
    assert read(rita, approval_id)["details"] == body["details"]
