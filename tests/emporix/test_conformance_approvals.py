"""The conformance cases of approvals by their numbers: asking, deciding, permission (A-C, F-H).

`AP` is Rita's request to Bob for 500 EUR; the shorthands are those of `approving`.
"""

import json
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.emporix.approving import (
    APPROVALS,
    PERMITTED,
    SEARCH,
    D,
    about,
    ask,
    ask_for_quote,
    cart_body,
    change,
    decide,
    fields,
    found,
    new_cart,
    permitted,
    post_a,
    quote_body,
    read,
    refusal,
)
from tests.emporix.conftest import Api, ApiClient
from tests.support.cast import WINDOW, Desk
from webapp.kernel.clock import utcnow

VALIDATION = (400, "APPROVAL-400001")
INVALID_TOKEN = "oauth.v2.InvalidAccessToken"
READ, MANAGE = "approval.approval_read_own", "approval.approval_manage_own"
HEADERS = {
    "X-Version": "v2",
    "saas-token": "whatever",
    "Emporix-Tenant": "acme",
    "Accept-Language": "en",
}
NUMBERS = (int, float)


@pytest.fixture
def rita(api: Api) -> ApiClient:
    return api("rita")


@pytest.fixture
def bob(api: Api) -> ApiClient:
    return api("bob")


@pytest.fixture
def ap(rita: ApiClient) -> str:
    return ask(rita)


# A. Authentication and general


def test_001_no_authorization(app: Flask) -> None:
    reply = FlaskClient(app).get(APPROVALS)
    body = reply.get_json()
    assert reply.status_code == 401
    assert body["fault"]["faultstring"]
    assert body["fault"]["detail"]["errorcode"] == INVALID_TOKEN
    assert "code" not in body


def test_002_nonsense_for_a_token(app: Flask) -> None:
    reply = FlaskClient(app).get(APPROVALS, headers={"Authorization": "Bearer nonsense"})
    assert reply.status_code == 401
    assert reply.get_json()["fault"]["detail"]["errorcode"] == INVALID_TOKEN


def test_003_an_expired_token(rita: ApiClient) -> None:
    with time_machine.travel(utcnow() + timedelta(days=31)):
        reply = rita.get(APPROVALS)
    assert reply.status_code == 401
    code = reply.get_json()["fault"]["detail"]["errorcode"]
    assert code == "keymanagement.service.access_token_expired"


def test_004_a_token_after_logout(rita: ApiClient) -> None:
    assert rita.get(f"/customer/acme/logout?accessToken={rita.token}").status_code == 204
    reply = rita.get(APPROVALS)
    assert reply.status_code == 401
    assert reply.get_json()["fault"]["detail"]["errorcode"] == INVALID_TOKEN


def test_005_a_service_token(app: Flask) -> None:
    client = FlaskClient(app)
    issued = client.post(
        "/oauth/token",
        data={
            "grant_type": "client_credentials",
            "client_id": "acme-service",
            "client_secret": "acme-service-secret",
        },
    )
    token = issued.get_json()["access_token"]
    reply = client.get(APPROVALS, headers={"Authorization": f"Bearer {token}"})
    assert reply.status_code == 401
    assert reply.get_json()["fault"]["detail"]["errorcode"] == INVALID_TOKEN


def test_006_an_anonymous_token(guest: ApiClient) -> None:
    reply = guest.get(APPROVALS)
    assert (reply.status_code, reply.get_json()["code"]) == (403, 403)
    assert reply.get_json()["status"] == "Forbidden"


def test_007_a_token_without_the_scope_to_read(api: Api) -> None:
    reply = api("rita", scopes=(MANAGE,)).get(APPROVALS)
    assert reply.status_code == 403
    assert "errorCode" not in reply.get_json()


def test_008_a_token_that_may_only_read(api: Api) -> None:
    assert post_a(api("rita", scopes=(READ,))).status_code == 403


@pytest.mark.parametrize("tenant", ["ACME", "a"])
def test_009_a_tenant_that_cannot_be(rita: ApiClient, tenant: str) -> None:
    assert rita.get(f"/approval/{tenant}/approvals").status_code == 400


def test_011_headers_of_old_clients_are_ignored(rita: ApiClient) -> None:
    assert rita.get(APPROVALS, headers=HEADERS).status_code == 200


# B. Creating


def test_013_rita_asks_bob(rita: ApiClient) -> None:
    reply = post_a(rita)
    assert reply.status_code == 201
    assert set(reply.get_json()) == {"id"}


def test_014_the_new_approval(rita: ApiClient, ap: str) -> None:
    document = read(rita, ap)
    assert document["status"] == "PENDING"
    assert document["requestor"]["userId"] == "rita"
    assert document["approver"] == {"userId": "bob", "firstName": "Bob", "lastName": "Buyer"}
    assert "approverComment" not in document
    assert "createdResource" not in document
    assert document["legalEntity"] == {"id": "le1"}
    assert document["metadata"]["version"] == 1
    assert document["metadata"]["createdAt"] == document["metadata"]["modifiedAt"]


def test_015_its_resource_and_details(rita: ApiClient, ap: str) -> None:
    document = read(rita, ap)
    assert document["resource"]["id"] == "c500-rita"
    assert document["resource"]["siteCode"] == "main"
    assert len(document["resource"]["items"]) == 2
    assert document["details"] == D


def test_016_its_items(rita: ApiClient, ap: str) -> None:
    for item in read(rita, ap)["resource"]["items"]:
        price = item["itemPrice"]
        values = price["calculatedPrice"]["price"]
        assert item["itemId"]
        assert item["itemYrn"]
        assert price["currency"] == "EUR"
        for number in (item["quantity"], price["amount"], price["unitPrice"], *values.values()):
            assert type(number) in NUMBERS
        assert set(values) == {"netValue", "grossValue", "taxValue"}


def test_017_its_totals(rita: ApiClient, ap: str) -> None:
    resource = read(rita, ap)["resource"]
    values = {"currency": "EUR", "netValue": 416.67, "grossValue": 500.0, "taxValue": 83.33}
    assert resource["totalPrice"] == resource["subTotalPrice"] == {**values, "amount": 416.67}
    assert resource["subtotalAggregate"] == values


def test_018_it_expires_after_thirty_days(rita: ApiClient, ap: str) -> None:
    document = read(rita, ap)
    created = datetime.fromisoformat(document["metadata"]["createdAt"])
    assert datetime.fromisoformat(document["expiryDate"]) == created + timedelta(days=30)


def test_021_an_id_that_is_taken(rita: ApiClient) -> None:
    assert ask(rita, id="mine") == "mine"
    assert refusal(post_a(rita, "c1000-rita", id="mine")) == (409, "APPROVAL-409001")


def test_022_the_same_cart_twice(rita: ApiClient, ap: str) -> None:
    assert refusal(post_a(rita)) == (409, "APPROVAL-409001")


def test_023_no_resource_type(rita: ApiClient) -> None:
    reply = rita.post(APPROVALS, json=cart_body(resourceType=None))
    assert refusal(reply) == VALIDATION
    assert reply.get_json()["status"] == "Bad Request"
    assert "resourceType" in reply.get_json()["details"][0]["message"]


def test_024_no_details_for_a_cart(rita: ApiClient) -> None:
    reply = rita.post(APPROVALS, json=cart_body(details=None))
    assert refusal(reply) == VALIDATION
    assert fields(reply) == {"details"}


def test_025_nobody_to_ask(rita: ApiClient) -> None:
    without = rita.post(APPROVALS, json={k: v for k, v in cart_body().items() if k != "approver"})
    assert (refusal(without), fields(without)) == (VALIDATION, {"approver"})
    unchosen = rita.post(APPROVALS, json=cart_body(approver=None))
    assert (refusal(unchosen), fields(unchosen)) == (VALIDATION, {"approver.userId"})


@pytest.mark.parametrize("more", [{"resourceType": "ORDER"}, {"action": "DELETE"}])
def test_026_words_that_are_none(rita: ApiClient, more: dict[str, str]) -> None:
    reply = rita.post(APPROVALS, json=cart_body(**more))
    assert (refusal(reply), fields(reply)) == (VALIDATION, set(more))


def test_027_the_nested_form(rita: ApiClient) -> None:
    nested = {"resource": {"resourceType": "CART", "resourceId": "c500-rita"}}
    body = {k: v for k, v in cart_body().items() if not k.startswith("resource")}
    assert refusal(rita.post(APPROVALS, json={**body, **nested})) == VALIDATION


def test_029_what_the_old_showcase_sends_along(rita: ApiClient) -> None:
    reply = rita.post(f"{APPROVALS}?siteCode=main", json=cart_body(), headers=HEADERS)
    assert reply.status_code == 201


def test_030_an_unknown_cart(rita: ApiClient) -> None:
    assert refusal(post_a(rita, "none")) == (404, "APPROVAL-404002")


def test_031_the_cart_of_a_colleague(rita: ApiClient) -> None:
    assert refusal(post_a(rita, "c500-rob")) == (400, "APPROVAL-400008")


def test_032_somebody_without_a_company(api: Api) -> None:
    assert refusal(post_a(api("carl"), "c500-carl")) == (400, "APPROVAL-400011")


def test_033_a_company_that_was_left(api: Api, desk: Desk) -> None:
    rita = api("rita")
    desk.sql("UPDATE memberships SET active = false WHERE id = 'ca-rita-le1'")
    assert refusal(post_a(rita)) == (404, "APPROVAL-404003")


def test_034_an_admin_needs_no_approval(api: Api) -> None:
    assert refusal(post_a(api("ada"), "c1500-ada", "alan")) == (400, "APPROVAL-400005")


def test_035_a_buyer_within_the_limit_needs_no_approval(bob: ApiClient) -> None:
    assert refusal(post_a(bob, "c500-bob", "ada")) == (400, "APPROVAL-400005")


def test_037_a_buyer_above_the_limit_asks_an_admin(bob: ApiClient) -> None:
    assert post_a(bob, "c1500-bob", "ada").status_code == 201


def test_038_a_buyer_above_the_limit_cannot_ask_a_buyer(bob: ApiClient) -> None:
    assert refusal(post_a(bob, "c1500-bob", "ben")) == (400, "APPROVAL-400006")


def test_040_a_requester_above_the_limit_asks_an_admin(rita: ApiClient) -> None:
    assert post_a(rita, "c1500-rita", "ada").status_code == 201


def test_041_a_requester_cannot_approve(rita: ApiClient) -> None:
    assert refusal(post_a(rita, approver="rob")) == (400, "APPROVAL-400006")


def test_042_somebody_of_another_company_cannot_approve(rita: ApiClient) -> None:
    assert refusal(post_a(rita, approver="olga")) == (400, "APPROVAL-400006")


def test_043_nobody_approves_their_own(rita: ApiClient) -> None:
    assert refusal(post_a(rita, approver="rita")) == (400, "APPROVAL-400006")


def test_046_the_cart_is_gone(rita: ApiClient, ap: str) -> None:
    reply = rita.get("/cart/acme/carts/c500-rita")
    assert reply.status_code == 404
    body = reply.get_json()
    assert (body["code"], bool(body["status"]), bool(body["message"])) == (404, True, True)


def test_047_the_cart_is_not_found_by_criteria(rita: ApiClient, desk: Desk, ap: str) -> None:
    desk.sql("DELETE FROM cart_items WHERE cart_id IN ('c1000-rita', 'c1500-rita')")
    desk.sql("DELETE FROM carts WHERE id IN ('c1000-rita', 'c1500-rita')")
    assert rita.get("/cart/acme/carts?siteCode=main").status_code == 404


def test_049_the_cart_takes_no_items(rita: ApiClient, ap: str) -> None:
    item = {
        "itemYrn": "urn:yaas:saasag:caasproduct:product:acme;drill-18v",
        "price": {
            "priceId": "p1",
            "originalAmount": 250,
            "effectiveAmount": 250,
            "currency": "EUR",
        },
        "quantity": 1,
    }
    assert rita.post("/cart/acme/carts/c500-rita/items", json=item).status_code == 404


def test_050_the_approver_is_told(rita: ApiClient, desk: Desk) -> None:
    ap = ask(rita)
    assert desk.told(ap) == [("submitted", "bob")]
    assert desk.told() == [("submitted", "bob")]


# C. Quote approvals


def test_051_a_quote(rita: ApiClient) -> None:
    assert rita.post(APPROVALS, json=quote_body()).status_code == 201


def test_052_the_approval_of_a_quote(rita: ApiClient) -> None:
    document = read(rita, ask_for_quote(rita))
    assert "details" not in document
    assert document["resource"]["id"] == "Q1"
    assert [item["itemId"] for item in document["resource"]["items"]] == ["Q1-1", "Q1-2"]
    for item in document["resource"]["items"]:
        price = item["itemPrice"]
        assert type(price["unitPrice"]) in NUMBERS
        assert type(price["newUnitPrice"]) in NUMBERS
        assert set(price["calculatedPrice"]["price"]) == {"netValue", "grossValue", "taxValue"}


def test_053_details_for_a_quote(rita: ApiClient) -> None:
    reply = rita.post(APPROVALS, json=quote_body(details=D))
    assert (refusal(reply), fields(reply)) == (VALIDATION, {"details"})


def test_055_quotes_are_not_approved_here(rita: ApiClient, desk: Desk) -> None:
    off = '{"approval.enableQuoteApprovalProcess": false}'
    desk.sql("UPDATE tenants SET settings = :off WHERE id = 'acme'", off=off)
    assert refusal(rita.post(APPROVALS, json=quote_body())) == (400, "APPROVAL-400004")


def test_056_an_unknown_quote(rita: ApiClient) -> None:
    assert refusal(rita.post(APPROVALS, json=quote_body("Q9"))) == (404, "APPROVAL-404002")


def test_058_permission_for_a_pending_quote(rita: ApiClient) -> None:
    made = ask_for_quote(rita)
    expected = {
        "action": "CHECKOUT",
        "permitted": False,
        "status": "PENDING",
        "approvalId": made,
    }
    assert permitted(rita, "Q1", "QUOTE") == expected


# F. Reading, deciding, patching


def test_092_an_unknown_id(rita: ApiClient) -> None:
    reply = rita.get(f"{APPROVALS}/none")
    assert refusal(reply) == (404, "APPROVAL-404001")
    assert reply.get_json()["status"] == "Not Found"


def test_093_somebody_who_is_not_assigned(api: Api, ap: str) -> None:
    assert refusal(api("ada").get(f"{APPROVALS}/{ap}")) == (404, "APPROVAL-404001")


def test_095_bob_approves(rita: ApiClient, bob: ApiClient, ap: str) -> None:
    before = read(rita, ap)["metadata"]
    with time_machine.travel(utcnow() + timedelta(minutes=1)):
        reply = change(bob, ap, ("replace", "/status", "APPROVED"))
    assert (reply.status_code, reply.data) == (204, b"")
    document = read(rita, ap)
    assert (document["status"], document["metadata"]["version"]) == ("APPROVED", 2)
    assert document["metadata"]["modifiedAt"] > before["modifiedAt"]
    assert document["metadata"]["createdAt"] == before["createdAt"]
    assert "createdResource" not in document


def test_096_operations_in_upper_case(bob: ApiClient, ap: str) -> None:
    assert change(bob, ap, ("REPLACE", "/status", "APPROVED")).status_code == 204


def test_097_bob_declines_with_words(rita: ApiClient, bob: ApiClient, ap: str) -> None:
    operations = (("replace", "/status", "DECLINED"), ("add", "/approverComment", "too many"))
    assert change(bob, ap, *operations).status_code == 204
    document = read(rita, ap)
    assert (document["status"], document["approverComment"]) == ("DECLINED", "too many")


def test_098_replacing_words_that_are_not_there(rita: ApiClient, bob: ApiClient, ap: str) -> None:
    operations = (("replace", "/status", "DECLINED"), ("replace", "/approverComment", "x"))
    reply = change(bob, ap, *operations)
    assert refusal(reply) == (400, "APPROVAL-400010")
    assert 'Missing field "approverComment"' in reply.get_json()["message"]
    document = read(rita, ap)
    assert (document["status"], document["metadata"]["version"]) == ("PENDING", 1)


def test_099_adding_words_twice(rita: ApiClient, bob: ApiClient, ap: str) -> None:
    assert change(bob, ap, ("add", "/approverComment", "first")).status_code == 204
    assert change(bob, ap, ("add", "/approverComment", "second")).status_code == 204
    assert read(rita, ap)["approverComment"] == "second"


def test_100_replacing_words_that_were_added(rita: ApiClient, bob: ApiClient, ap: str) -> None:
    change(bob, ap, ("add", "/approverComment", "first"))
    assert change(bob, ap, ("replace", "/approverComment", "second")).status_code == 204
    assert read(rita, ap)["approverComment"] == "second"


def test_102_rita_says_it_differently(rita: ApiClient, ap: str) -> None:
    assert change(rita, ap, ("REPLACE", "/comment", "new")).status_code == 204
    assert read(rita, ap)["comment"] == "new"


def test_103_rita_says_something_after_all(rita: ApiClient) -> None:
    ap = ask(rita, comment=None)
    assert "comment" not in read(rita, ap)
    assert change(rita, ap, ("add", "/comment", "please")).status_code == 204
    assert read(rita, ap)["comment"] == "please"


def test_104_replacing_a_comment_that_is_not_there(rita: ApiClient) -> None:
    ap = ask(rita, comment=None)
    assert refusal(change(rita, ap, ("replace", "/comment", "x"))) == (400, "APPROVAL-400010")


def test_106_other_details(rita: ApiClient, ap: str) -> None:
    other = {**D, "payment": {"paymentId": "p1"}}
    assert change(rita, ap, ("replace", "/details", other)).status_code == 204
    assert read(rita, ap)["details"] == other


def test_107_another_delivery_window(rita: ApiClient, desk: Desk) -> None:
    desk.sql(
        "UPDATE carts SET delivery_window = :window WHERE id = 'c500-rita'",
        window=json.dumps(WINDOW),
    )
    ap = ask(rita)
    assert read(rita, ap)["resource"]["deliveryWindow"] == WINDOW
    other = {"id": "dw-afternoon", "slotId": "12-17", "deliveryDate": "2026-03-10T00:00:00.000Z"}
    sent = {**other, "deliveryDayLabel": "Tuesday"}
    reply = change(rita, ap, ("replace", "/resource/deliveryWindow", sent))
    assert reply.status_code == 204, reply.text
    assert read(rita, ap)["resource"]["deliveryWindow"] == other


@pytest.mark.parametrize("op", ["move", "test"])
def test_109_operations_that_are_not_supported(rita: ApiClient, ap: str, op: str) -> None:
    assert refusal(change(rita, ap, (op, "/comment", "x"))) == (400, "APPROVAL-400007")


def test_111_a_status_that_is_none(bob: ApiClient, ap: str) -> None:
    reply = change(bob, ap, ("replace", "/status", "REJECTED"))
    assert refusal(reply) == (400, "APPROVAL-400003")


@pytest.mark.parametrize("status", ["APPROVED", "DECLINED"])
def test_113_rita_does_not_decide(rita: ApiClient, ap: str, status: str) -> None:
    reply = change(rita, ap, ("replace", "/status", status))
    assert refusal(reply) == (400, "APPROVAL-400002")
    document = read(rita, ap)
    assert (document["status"], document["metadata"]["version"]) == ("PENDING", 1)


def test_114_rita_closes(rita: ApiClient, ap: str) -> None:
    decide(rita, ap, "CLOSED")
    assert read(rita, ap)["status"] == "CLOSED"


@pytest.mark.parametrize("status", ["APPROVED", "DECLINED", "CLOSED", "EXPIRED"])
def test_115_nothing_changes_after_the_end(api: Api, bob: ApiClient, ap: str, status: str) -> None:
    if status == "EXPIRED":
        with time_machine.travel(utcnow() + timedelta(days=30)):
            reply = change(api("rita"), ap, ("replace", "/comment", "late"))
    else:
        decide(bob, ap, status)
        reply = change(api("rita"), ap, ("replace", "/comment", "late"))
    assert refusal(reply) == (400, "APPROVAL-400009")


@pytest.mark.parametrize("body", [[], {}, "x", [{"op": "add", "value": "x"}]])
def test_117_bodies_that_are_no_operations(rita: ApiClient, ap: str, body: object) -> None:
    assert refusal(rita.patch(f"{APPROVALS}/{ap}", json=body)) == VALIDATION


def test_119_changing_an_unknown_id(rita: ApiClient) -> None:
    assert refusal(change(rita, "none", ("add", "/comment", "x"))) == (404, "APPROVAL-404001")


# G. Deleting and expiry


def test_120_rita_withdraws(rita: ApiClient, ap: str) -> None:
    reply = rita.delete(f"{APPROVALS}/{ap}")
    assert (reply.status_code, reply.data) == (204, b"")
    assert read(rita, ap)["status"] == "CLOSED"


def test_121_withdrawing_twice(rita: ApiClient, ap: str) -> None:
    rita.delete(f"{APPROVALS}/{ap}")
    assert refusal(rita.delete(f"{APPROVALS}/{ap}")) == VALIDATION


@pytest.mark.parametrize("status", ["APPROVED", "DECLINED"])
def test_122_withdrawing_what_was_decided(
    rita: ApiClient, bob: ApiClient, ap: str, status: str
) -> None:
    decide(bob, ap, status)
    reply = rita.delete(f"{APPROVALS}/{ap}")
    assert refusal(reply) == VALIDATION
    assert reply.get_json()["status"] == "Bad Request"


def test_124_withdrawing_an_unknown_id(rita: ApiClient) -> None:
    assert refusal(rita.delete(f"{APPROVALS}/none")) == (404, "APPROVAL-404001")


def test_125_the_cart_is_not_given_back(rita: ApiClient, ap: str) -> None:
    rita.delete(f"{APPROVALS}/{ap}")
    assert rita.get("/cart/acme/carts/c500-rita").status_code == 404


def test_126_what_was_not_decided_in_time(api: Api, ap: str) -> None:
    with time_machine.travel(utcnow() + timedelta(days=30, seconds=1)):
        rita = api("rita")
        listed = rita.get(APPROVALS, query_string={"q": "status:EXPIRED"}).get_json()
        document = read(rita, ap)
    assert [one["id"] for one in listed] == [ap]
    assert (document["status"], document["metadata"]["version"]) == ("EXPIRED", 2)
    assert listed == [document]


@pytest.mark.parametrize("status", ["DECLINED", "CLOSED", "EXPIRED"])
def test_128_the_same_goods_again(api: Api, desk: Desk, ap: str, status: str) -> None:
    if status != "EXPIRED":
        decide(api("bob"), ap, status)
    days = 31 if status == "EXPIRED" else 0
    with time_machine.travel(utcnow() + timedelta(days=days)):
        assert post_a(api("rita"), new_cart(desk)).status_code == 201


# H. permitted and search


def test_129_an_admin_may(api: Api) -> None:
    assert permitted(api("ada"), "c1500-ada") == {"action": "CHECKOUT", "permitted": True}


def test_130_a_buyer_within_the_limit_may(bob: ApiClient) -> None:
    assert permitted(bob, "c500-bob") == {"action": "CHECKOUT", "permitted": True}


def test_131_the_limit_itself_is_within(bob: ApiClient) -> None:
    assert permitted(bob, "c1000-bob") == {"action": "CHECKOUT", "permitted": True}


def test_132_a_buyer_above_the_limit_may_not(bob: ApiClient) -> None:
    assert permitted(bob, "c1500-bob") == {"action": "CHECKOUT", "permitted": False}


def test_133_a_requester_may_not(rita: ApiClient) -> None:
    assert permitted(rita, "c500-rita") == {"action": "CHECKOUT", "permitted": False}


def test_135_the_requester_may_once_it_is_approved(
    rita: ApiClient, bob: ApiClient, ap: str
) -> None:
    decide(bob, ap, "APPROVED")
    expected = {"action": "CHECKOUT", "permitted": True, "status": "APPROVED", "approvalId": ap}
    assert permitted(rita, "c500-rita") == expected


def test_136_so_may_the_approver(bob: ApiClient, ap: str) -> None:
    decide(bob, ap, "APPROVED")
    assert permitted(bob, "c500-rita")["permitted"] is True


def test_138_not_after_a_decline(rita: ApiClient, bob: ApiClient, ap: str) -> None:
    decide(bob, ap, "DECLINED")
    assert permitted(rita, "c500-rita") == {"action": "CHECKOUT", "permitted": False}


def test_140_somebody_without_a_company_is_not_answered(api: Api) -> None:
    reply = api("carl").post(PERMITTED, json=about("c500-carl"))
    assert refusal(reply) == (400, "APPROVAL-400011")


def test_141_a_question_without_an_action(rita: ApiClient) -> None:
    body = {"resourceType": "CART", "resourceId": "c500-rita"}
    reply = rita.post(PERMITTED, json=body)
    assert (refusal(reply), fields(reply)) == (VALIDATION, {"action"})


def test_142_a_question_about_nothing(rita: ApiClient) -> None:
    assert refusal(rita.post(PERMITTED, json=about("none"))) == (404, "APPROVAL-404002")


def test_143_the_same_question_twice(rita: ApiClient, desk: Desk) -> None:
    first, second = permitted(rita, "c500-rita"), permitted(rita, "c500-rita")
    assert first == second
    assert desk.sql("SELECT version, status FROM carts WHERE id = 'c500-rita'") == [(1, "OPEN")]


def test_144_whom_rita_may_ask(rita: ApiClient) -> None:
    assert found(rita, "c500-rita") == {"ada", "alan", "bob", "ben"}


def test_145_whom_rita_may_ask_above_the_limit(rita: ApiClient) -> None:
    assert found(rita, "c1500-rita") == {"ada", "alan"}


def test_147_whom_rex_may_ask(api: Api) -> None:
    assert found(api("rex"), "c500-rex") == {"gus"}


def test_148_a_search_for_an_unknown_cart(rita: ApiClient) -> None:
    assert refusal(rita.post(SEARCH, json=about("none"))) == (404, "APPROVAL-404002")


def test_149_a_search_for_the_cart_of_a_colleague(rita: ApiClient) -> None:
    assert refusal(rita.post(SEARCH, json=about("c500-rob"))) == (400, "APPROVAL-400008")


def test_150_a_search_without_a_company(api: Api) -> None:
    assert refusal(api("carl").post(SEARCH, json=about("c500-carl"))) == (400, "APPROVAL-400011")
