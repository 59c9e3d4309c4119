"""An order is placed once, from exactly what was approved; on both databases."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest

from tests.carts.conftest import BOB, CARL, RITA, person
from tests.support.app import load_acme
from webapp.carts import queries as carts
from webapp.carts import service as cart_service
from webapp.carts.domain import CartStatus, QuoteStatus, ResourceType
from webapp.carts.snapshot import freeze
from webapp.db import Database
from webapp.identity.domain import Actor
from webapp.kernel.errors import Conflict, NotFound
from webapp.kernel.money import Money
from webapp.orders import queries
from webapp.orders.domain import OrderDraft, OrderStatus
from webapp.orders.service import place

NOW = datetime(2026, 11, 17, 9, 12, tzinfo=UTC)
DETAILS = {
    "shipping": {"methodId": "express", "methodName": "Express", "amount": "24.90"},
    "paymentMethods": [{"provider": "none", "method": "invoice"}],
    "unknown": ["kept", {"as": None}],
}


def draft(
    database: Database, resource_id: str, kind: ResourceType = ResourceType.CART, **changes: Any
) -> OrderDraft:
    with database.reading() as session:
        resource = carts.resource(session, "acme", kind, resource_id)
    assert resource is not None
    values: dict[str, Any] = {
        "resource_type": kind,
        "resource_id": resource_id,
        "approval_id": None,
        "owner_id": resource.owner_id,
        "owner_name": "Rita Roe",
        "company_id": resource.company_id,
        "company_name": "Hafen Logistik GmbH",
        "site_code": "main",
        "snapshot": freeze(resource),
        "details": DETAILS,
        "delivery_window": {"id": "dw-morning", "slotId": "08-12"},
        "delivery_words": {
            "slot": "8 to 12 o'clock",
            "payment": "Invoice, 30 days",
            "listed": True,
        },
    }
    return OrderDraft(**{**values, **changes})


def submit(database: Database, cart_id: str) -> None:
    with database.transaction() as session:
        resource = carts.resource(session, "acme", ResourceType.CART, cart_id)
        assert resource is not None
        cart_service.consume(session, resource, CartStatus.SUBMITTED, now=NOW)


def ordered(database: Database, actor: Actor, order: OrderDraft, *, now: datetime = NOW) -> str:
    with database.transaction() as session:
        return place(session, actor, order, now=now)


def status_of(database: Database, resource_id: str, kind: ResourceType) -> str:
    with database.reading() as session:
        resource = carts.resource(session, "acme", kind, resource_id)
    assert resource is not None
    return resource.status


def test_an_order_holds_what_was_checked_out(acme: Database) -> None:
    placed = ordered(acme, RITA, draft(acme, "c500-rita"))
    with acme.reading() as session:
        order = queries.get(session, RITA, placed)
    assert order.row.status is OrderStatus.CREATED
    assert (order.row.owner_name, order.row.placed_by_name) == ("Rita Roe", "Rita Test")
    assert (order.row.title, order.row.item_count) == (
        "Cordless drill 18 V, Bit set, 40 pieces",
        2,
    )
    assert (order.net, order.tax) == (Money(41667, "EUR"), Money(8333, "EUR"))
    assert (order.shipping, order.row.total) == (Money(2490, "EUR"), Money(52490, "EUR"))
    assert order.raw_details == DETAILS
    assert order.details.shipping_name == "Express"
    assert order.delivery_window == {"id": "dw-morning", "slotId": "08-12"}
    assert [line.sku for line in order.snapshot.lines] == ["DR-18V", "BS-040"]
    assert (order.row.placed_at, order.row.approval_id) == (NOW, None)
    assert status_of(acme, "c500-rita", ResourceType.CART) == CartStatus.ORDERED


def test_an_order_without_choices_has_no_shipping(acme: Database) -> None:
    placed = ordered(acme, RITA, draft(acme, "Q1", ResourceType.QUOTE, details=None))
    with acme.reading() as session:
        order = queries.get(session, RITA, placed)
    assert (order.shipping, order.raw_details) == (Money(0, "EUR"), None)
    assert order.row.total == Money(50000, "EUR")
    assert status_of(acme, "Q1", ResourceType.QUOTE) == QuoteStatus.ACCEPTED


def test_an_order_that_is_paid_later_waits_for_it(acme: Database) -> None:
    details = {"paymentMethods": [{"provider": "custom", "method": "prepayment"}]}
    placed = ordered(acme, RITA, draft(acme, "c500-rita", details=details))
    with acme.reading() as session:
        assert queries.get(session, RITA, placed).row.status is OrderStatus.IN_CHECKOUT


def test_a_cart_is_ordered_once(acme: Database) -> None:
    order = draft(acme, "c500-rita")
    placed = ordered(acme, RITA, order)
    with acme.transaction() as session, pytest.raises(Conflict) as refused:
        place(session, RITA, order, now=NOW)
    assert refused.value.code == "ordered"
    assert placed in str(refused.value)


def test_a_submitted_cart_is_ordered_through_its_request_only(acme: Database) -> None:
    submit(acme, "c1500-rita")
    with acme.transaction() as session, pytest.raises(Conflict) as refused:
        place(session, RITA, draft(acme, "c1500-rita"), now=NOW)
    assert refused.value.code == "resource_taken"
    placed = ordered(acme, person("ada"), draft(acme, "c1500-rita", approval_id="a1"))
    for actor in (RITA, person("ada")):
        with acme.reading() as session:
            assert queries.get(session, actor, placed).row.approval_id == "a1"


def test_an_open_cart_is_not_ordered_through_a_request(acme: Database) -> None:
    with acme.transaction() as session, pytest.raises(Conflict) as refused:
        place(session, RITA, draft(acme, "c500-rita", approval_id="a1"), now=NOW)
    assert refused.value.code == "resource_taken"


def test_what_is_gone_cannot_be_ordered(acme: Database) -> None:
    order = draft(acme, "c500-rita")
    with acme.transaction() as session:
        cart_service.remove(session, RITA, "c500-rita", seen_version=1, now=NOW)
    with acme.transaction() as session, pytest.raises(Conflict) as refused:
        place(session, RITA, order, now=NOW)
    assert refused.value.code == "resource_taken"


def test_of_two_orders_at_the_same_moment_one_is_placed(own_database: Database) -> None:
    load_acme(own_database)
    order = draft(own_database, "c500-rita")
    together, outcomes = Barrier(4), []

    def try_it() -> None:
        together.wait()
        try:
            ordered(own_database, RITA, order)
            outcomes.append("placed")
        except Conflict as conflict:
            outcomes.append(conflict.code)

    threads = [Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ordered", "ordered", "ordered", "placed"]


@pytest.mark.parametrize(
    "stranger", [BOB, CARL, person("ada"), person("rita", "le3"), person("rita", None)]
)
def test_an_order_does_not_exist_for_anybody_else(acme: Database, stranger: Actor) -> None:
    placed = ordered(acme, RITA, draft(acme, "c500-rita"))
    with acme.reading() as session:
        with pytest.raises(NotFound):
            queries.get(session, stranger, placed)
        assert queries.list_orders(session, stranger).items == []
        kind = ResourceType.CART
        assert queries.id_of_visible(session, stranger, kind, "c500-rita") is None
        assert queries.id_of_visible(session, RITA, kind, "c500-rita") == placed
        assert queries.id_for_resource(session, "acme", kind, "c500-rita") == placed
        assert queries.id_for_resource(session, "other", kind, "c500-rita") is None


def test_orders_are_listed_page_by_page_newest_first(acme: Database) -> None:
    placed = []
    for n in range(25):
        with acme.transaction() as session:
            resource = carts.resource(session, "acme", ResourceType.CART, "c500-rob")
            assert resource is not None
            cart_id = cart_service.restore(
                session, RITA, snapshot=freeze(resource), details=None, delivery_window=None,
                resubmits_id=None, now=NOW,
            )  # fmt: skip
        at = NOW + timedelta(seconds=n // 2)
        placed.append(ordered(acme, RITA, draft(acme, cart_id), now=at))
    with acme.reading() as session:
        first = queries.list_orders(session, RITA)
        rest = queries.list_orders(session, RITA, first.next_cursor)
    assert (len(first.items), len(rest.items), rest.next_cursor) == (20, 5, None)
    assert first.items[0].id == placed[24]
    assert {order.id for order in (*first.items, *rest.items)} == set(placed)
