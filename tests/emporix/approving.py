"""The requests of the approval flow, as the conformance cases abbreviate them."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

from werkzeug.test import TestResponse

from tests.emporix.conftest import ApiClient
from tests.support.cast import DETAILS, RITA, Desk
from webapp.carts import service as carts
from webapp.carts.lines import NewLine
from webapp.identity.domain import Actor
from webapp.kernel.clock import utcnow

APPROVALS = "/approval/acme/approvals"
PERMITTED = "/approval/acme/approval/permitted"
SEARCH = "/approval/acme/search/users"
D: dict[str, Any] = DETAILS


def cart_body(cart: str = "c500-rita", approver: str | None = "bob", **more: Any) -> dict[str, Any]:
    """The body of a create request for a cart; what is None is left out."""
    body = {
        "resourceType": "CART",
        "resourceId": cart,
        "action": "CHECKOUT",
        "approver": {"userId": approver},
        "comment": "please",
        "details": deepcopy(D),
        **more,
    }
    return {name: value for name, value in body.items() if value is not None}


def quote_body(quote: str = "Q1", approver: str = "bob", **more: Any) -> dict[str, Any]:
    """The body of a create request for a quote."""
    return {
        "resourceType": "QUOTE",
        "resourceId": quote,
        "action": "CHECKOUT",
        "approver": {"userId": approver},
        **more,
    }


def post_a(
    who: ApiClient, cart: str = "c500-rita", approver: str = "bob", **more: Any
) -> TestResponse:
    """POST-A of the conformance cases."""
    return who.post(APPROVALS, json=cart_body(cart, approver, **more))


def ask(who: ApiClient, cart: str = "c500-rita", approver: str = "bob", **more: Any) -> str:
    """A new approval; its id."""
    reply = post_a(who, cart, approver, **more)
    assert reply.status_code == 201, reply.text
    return str(reply.get_json()["id"])


def ask_for_quote(who: ApiClient, quote: str = "Q1", approver: str = "bob") -> str:
    """A new approval of a quote; its id."""
    reply = who.post(APPROVALS, json=quote_body(quote, approver))
    assert reply.status_code == 201, reply.text
    return str(reply.get_json()["id"])


def read(who: ApiClient, approval_id: str) -> Any:
    """The document of an approval."""
    reply = who.get(f"{APPROVALS}/{approval_id}")
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def change(who: ApiClient, approval_id: str, *operations: Any) -> TestResponse:
    """PATCH with these operations, each (op, path) or (op, path, value)."""
    names = ("op", "path", "value")
    body = [dict(zip(names, one, strict=False)) for one in operations]
    return who.patch(f"{APPROVALS}/{approval_id}", json=body)


def decide(who: ApiClient, approval_id: str, status: str) -> None:
    """Set the status."""
    reply = change(who, approval_id, ("replace", "/status", status))
    assert reply.status_code == 204, reply.text


def about(resource: str, kind: str = "CART") -> dict[str, Any]:
    """The body of PERM and SRCH."""
    return {"resourceType": kind, "resourceId": resource, "action": "CHECKOUT"}


def permitted(who: ApiClient, resource: str, kind: str = "CART") -> Any:
    """The answer to PERM, without the reason that we add to it."""
    reply = who.post(PERMITTED, json=about(resource, kind))
    assert reply.status_code == 200, reply.text
    answer = reply.get_json()
    assert answer.pop("reason")
    return answer


def found(who: ApiClient, resource: str, kind: str = "CART") -> set[str]:
    """The ids that SRCH finds."""
    reply = who.post(SEARCH, json=about(resource, kind))
    assert reply.status_code == 200, reply.text
    people = reply.get_json()
    assert all(set(one) == {"userId", "firstName", "lastName"} for one in people)
    return {one["userId"] for one in people}


def refusal(reply: TestResponse) -> tuple[int, str | None]:
    """Status and `errorCode` of a refusal in the core dialect."""
    body = reply.get_json()
    assert body["code"] == reply.status_code
    assert body["status"]
    assert body["message"]
    return reply.status_code, body.get("errorCode")


def fields(reply: TestResponse) -> set[str]:
    """Which fields a refusal names, each with its problem."""
    details = reply.get_json().get("details", [])
    assert all(one["message"].startswith(f"{one['field']}: ") for one in details)
    return {one["field"] for one in details}


def new_cart(desk: Desk, actor: Actor = RITA) -> str:
    """A new open cart with the goods of `c500`; its id."""
    goods = (("drill-18v", "250.00"), ("bit-set-40", "166.67"))
    lines = [
        NewLine(
            product_id=product_id,
            sku=product_id,
            name=product_id,
            quantity=Decimal(1),
            unit_price=Decimal(price),
            tax_rate=Decimal("0.20"),
        )
        for product_id, price in goods
    ]
    return desk.run(carts.create, actor, name="", lines=lines, now=utcnow())
