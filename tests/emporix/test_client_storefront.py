"""The calls of a newer storefront (section 6.6)."""

from typing import Any

import pytest

from tests.emporix.conftest import Api, ApiClient
from tests.support.cast import DETAILS

APPROVALS = "/approval/acme/approvals"


def ask(client: ApiClient, about: dict[str, str], approver: str, **more: Any) -> str:
    """Look for a duplicate, look for the approver, then ask; the id of the request."""
    permitted = client.post("/approval/acme/approval/permitted", json=about).get_json()
    assert permitted["permitted"] is False
    assert "approvalId" not in permitted
    users = client.post("/approval/acme/search/users", json=about).get_json()
    assert approver in {user["userId"] for user in users}
    body = {**about, "approver": {"userId": approver}, **more}
    reply = client.post(APPROVALS, json=body)
    assert reply.status_code == 201, reply.text
    return str(reply.get_json()["id"])


CART = {"resourceType": "CART", "resourceId": "c500-rita", "action": "CHECKOUT"}
QUOTE = {"resourceType": "QUOTE", "resourceId": "Q1", "action": "CHECKOUT"}


def test_its_table_pages_sorts_and_searches(api: Api) -> None:
    rita, bob = api("rita"), api("bob")
    made = ask(rita, CART, "bob", details=DETAILS, comment="x")
    term = "ri"
    search = " OR ".join(
        f"({path}:~({text}))"
        for path, text in (
            ("id", term),
            ("status", term.upper()),
            ("requestor.firstName", term),
            ("requestor.lastName", term),
            ("approver.firstName", term),
            ("approver.lastName", term),
        )
    )
    for sort in (
        "metadata.modifiedAt:desc",
        "id",
        "status",
        "resourceType:desc",
        "requestor.firstName",
        "approver.firstName",
        "resource.subtotalAggregate.netValue:desc",
        "metadata.createdAt",
    ):
        reply = bob.get(
            APPROVALS,
            query_string={
                "pageNumber": 1,
                "pageSize": 60,
                "sort": sort,
                "q": f"compoundLogicalQuery:({search})",
            },
            headers={"X-Total-Count": "true"},
        )
        assert reply.status_code == 200, (sort, reply.text)
        assert [one["id"] for one in reply.get_json()] == [made]
        assert reply.headers["X-Total-Count"] == "1"


def test_a_duplicate_is_found_after_a_failed_create(api: Api) -> None:
    rita = api("rita")
    made = ask(rita, CART, "bob", details=DETAILS)
    body = {**CART, "approver": {"userId": "bob"}, "details": DETAILS}
    assert rita.post(APPROVALS, json=body).status_code == 409
    found = rita.post("/approval/acme/approval/permitted", json=CART).get_json()
    assert (found["approvalId"], found["status"]) == (made, "PENDING")


def test_comment_and_decision_come_in_two_requests(api: Api) -> None:
    rita, bob = api("rita"), api("bob")
    path = f"{APPROVALS}/{ask(rita, CART, 'bob', details=DETAILS)}"
    comment = [{"op": "add", "path": "/comment", "value": "added later"}]
    assert rita.patch(path, json=comment).status_code == 204
    note = [{"op": "add", "path": "/approverComment", "value": "too much"}]
    assert bob.patch(path, json=note).status_code == 204
    decline = [{"op": "replace", "path": "/status", "value": "DECLINED"}]
    assert bob.patch(path, json=decline).status_code == 204
    late = bob.patch(path, json=note)
    assert late.get_json()["errorCode"] == "APPROVAL-400009"
    read = rita.get(path).get_json()
    assert (read["comment"], read["approverComment"]) == ("added later", "too much")


def test_the_approver_checks_out_with_what_the_details_say(api: Api) -> None:
    rita, bob = api("rita"), api("bob")
    path = f"{APPROVALS}/{ask(rita, CART, 'bob', details=DETAILS)}"
    document = bob.get(path).get_json()
    requester = document["requestor"]
    body = {
        "cartId": document["resource"]["id"],
        "customer": {
            "id": requester["userId"],
            "email": requester["email"],
            "firstName": requester["firstName"],
            "lastName": requester["lastName"],
            "company": "Hafen Logistik GmbH",
            "guest": False,
        },
        "addresses": document["details"]["addresses"],
        "paymentMethods": document["details"]["paymentMethods"],
        "shipping": document["details"]["shipping"],
    }
    reply = bob.post("/checkout/acme/checkouts/order", json=body)
    assert reply.status_code == 200, reply.text
    done = bob.get(path).get_json()
    assert done["status"] == "APPROVED"
    assert done["createdResource"]["id"] == reply.get_json()["orderId"]


@pytest.mark.parametrize("comment", ["Please deliver", None])
def test_the_approver_accepts_the_quote(api: Api, comment: str | None) -> None:
    rita, bob = api("rita"), api("bob")
    path = f"{APPROVALS}/{ask(rita, QUOTE, 'bob')}"
    assert bob.get("/quote/acme/quotes/Q1").status_code == 200
    value = {"value": "ACCEPTED", "comment": comment}
    accepted = bob.patch(
        "/quote/acme/quotes/Q1", json=[{"op": "REPLACE", "path": "/status", "value": value}]
    )
    assert accepted.status_code in {200, 204}, accepted.text
    done = bob.get(path).get_json()
    assert done["status"] == "APPROVED"
    assert done["createdResource"]["id"]
    order = rita.get(f"/order-v2/acme/orders/{done['createdResource']['id']}").get_json()
    assert order["quoteId"] == "Q1"


def test_roles_are_read_from_groups(api: Api) -> None:
    groups = api("bob").get("/iam/acme/users/bob/groups").get_json()
    assert {"legalEntityId": "le1", "role": "Buyer"} in [group["b2b"] for group in groups]
    assert {group["code"] for group in groups} == {"B2B_BUYER"}
