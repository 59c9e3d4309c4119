"""The requests of checkout, orders and quotes, as the conformance cases abbreviate them."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from werkzeug.test import TestResponse

from tests.emporix.conftest import ApiClient
from tests.support.cast import DETAILS
from webapp.extensions import db
from webapp.outbox.codec import decode
from webapp.outbox.models import Message

CHECKOUT = "/checkout/acme/checkouts/order"
ORDERS = "/order-v2/acme/orders"
QUOTES = "/quote/acme/quotes"


def cart_order(cart_id: str = "c500-rita", customer: str = "rita", **more: Any) -> dict[str, Any]:
    """The body of a checkout of a cart."""
    details = deepcopy(DETAILS)
    return {"cartId": cart_id, "customer": {"id": customer}, **details, **more}


def quote_order(quote_id: str = "Q1") -> dict[str, Any]:
    """The body of a checkout of a quote."""
    return {"quoteId": quote_id, "paymentMethods": deepcopy(DETAILS["paymentMethods"])}


def place(who: ApiClient, body: Mapping[str, Any], **options: Any) -> str:
    """The id of the order that is placed."""
    reply = who.post(CHECKOUT, json=body, **options)
    assert reply.status_code == 200, reply.text
    answer = reply.get_json()
    assert set(answer) == {"orderId", "paymentDetails", "checkoutId"}
    return str(answer["orderId"])


def refused(reply: TestResponse) -> tuple[int, str]:
    """Status and type of a refusal in the dialect of checkout."""
    body = reply.get_json()
    assert body["status"] == reply.status_code
    assert body["message"]
    assert "code" not in body
    assert "errorCode" not in body
    return reply.status_code, body["type"]


def named(reply: TestResponse) -> set[str]:
    """The fields that a refusal names."""
    details = reply.get_json().get("details", [])
    assert all(one["type"] and one["message"] for one in details)
    return {one["field"] for one in details}


def answer(who: ApiClient, quote_id: str, status: Any, **more: Any) -> TestResponse:
    """PATCH of the status of a quote."""
    value = {"value": status, **more}
    operation = {"op": "REPLACE", "path": "/status", "value": value}
    return who.patch(f"{QUOTES}/{quote_id}", json=[operation])


def order_count(client: ApiClient) -> int:
    """How many orders there are in the tenant."""
    with client.client.application.app_context(), db.reading() as session:
        return len(session.connection().exec_driver_sql("SELECT id FROM orders").all())


def ordered_in_outbox(client: ApiClient) -> set[str]:
    """The ids of the orders that messages in the outbox tell of."""
    with client.client.application.app_context(), db.reading() as session:
        waiting = session.query(Message).all()
        contexts = [decode(message.payload["context"]) for message in waiting]
    return {str(one["order_id"]) for one in contexts if one.get("order_id")}
