"""The goods come back: a failed request is a cart again, with every choice (R27, law 7)."""

from datetime import timedelta

import pytest

from tests.support.cast import (
    ADA,
    BOB,
    DETAILS,
    EXPIRED,
    LATER,
    OLGA,
    RITA,
    ROB,
    WINDOW,
    Desk,
    cart,
    quote,
)
from webapp.carts import queries as carts
from webapp.carts import service as cart_service
from webapp.carts.queries import CartView
from webapp.identity.domain import Actor
from webapp.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from webapp.orders.terms import Terms

FAILED = ["decline", "withdraw", "expire"]


def failed(desk: Desk, end: str = "decline") -> str:
    made = desk.ask(RITA, cart("c500-rita", delivery_window=WINDOW))
    if end == "expire":
        desk.expire()
    else:
        getattr(desk, end)(made)
    return made


def view(desk: Desk, cart_id: str, actor: Actor = RITA) -> CartView:
    with desk.database.reading() as session:
        return carts.get(session, actor, cart_id)


@pytest.mark.parametrize("end", FAILED)
def test_the_goods_and_the_choices_come_back_as_an_open_cart(desk: Desk, end: str) -> None:
    made = failed(desk, end)
    before = desk.approval(made)
    again = view(desk, desk.resubmit(made, now=EXPIRED + timedelta(days=1)))
    assert (again.resource.status, again.resource.owner_id) == ("OPEN", "rita")
    assert again.resource.id != "c500-rita"
    assert [(line.sku, line.quantity, line.unit_price) for line in again.resource.lines] == [
        (line.sku, line.quantity, line.unit_price)
        for line in view(desk, "c500-rita").resource.lines
    ]
    assert again.totals.gross.minor == before.gross_minor
    assert (again.resource.details, again.resource.delivery_window) == (DETAILS, WINDOW)
    assert again.resubmits_id == made
    row = desk.approval(made)
    assert (row.status, row.decided_at, row.version) == (before.status, before.decided_at, 3)
    assert desk.history(made)[-1].data == {"cart": again.id}
    assert desk.broken(made) is None


def test_the_cart_that_came_back_can_be_handed_over_again(desk: Desk) -> None:
    again = desk.resubmit(failed(desk))
    second = desk.ask(RITA, cart(again, ADA), now=LATER)
    desk.approve(second, ADA, place_order=True)
    assert desk.approval(second).gross_minor == 50000
    assert len(desk.orders()) == 1


def test_what_was_changed_while_it_waited_comes_back_changed(desk: Desk) -> None:
    made = desk.ask()
    faster = {**DETAILS, "shipping": {**DETAILS["shipping"], "methodName": "Faster"}}
    desk.change(BOB, made, Terms(details=faster, delivery_window=WINDOW))
    desk.decline(made)
    again = view(desk, desk.resubmit(made))
    assert (again.resource.details, again.resource.delivery_window) == (faster, WINDOW)


def test_a_quote_comes_back_as_a_cart_at_the_prices_of_the_offer(desk: Desk) -> None:
    desk.sql("UPDATE quote_items SET new_unit_price = '200.00' WHERE id = 'Q1-1'")
    made = desk.ask(RITA, quote("Q1"))
    desk.decline(made)
    again = view(desk, desk.resubmit(made))
    assert [str(line.unit_price) for line in again.resource.lines] == ["200.00", "166.67"]
    assert again.resource.details is None


def test_pressing_twice_leads_to_the_same_cart(desk: Desk) -> None:
    made = failed(desk)
    first = desk.resubmit(made)
    assert desk.resubmit(made) == first
    assert desk.actions(made).count("RESUBMIT") == 1
    assert desk.sql("SELECT count(*) FROM carts WHERE resubmits_id IS NOT NULL") == [(1,)]


def test_a_cart_that_was_edited_meanwhile_is_still_the_one(desk: Desk) -> None:
    made = failed(desk)
    first = desk.resubmit(made)
    desk.sql("UPDATE carts SET name = 'Smaller', version = version + 1 WHERE id = :id", id=first)
    assert desk.resubmit(made) == first


def test_a_cart_that_was_thrown_away_comes_back_once_more(desk: Desk) -> None:
    made = failed(desk)
    first = desk.resubmit(made)
    desk.run(cart_service.remove, RITA, first, seen_version=1, now=LATER)
    second = desk.resubmit(made)
    assert second != first
    assert view(desk, second).resource.open
    assert desk.resubmit(made) == second


def test_a_cart_that_was_handed_over_again_comes_back_once_more(desk: Desk) -> None:
    made = failed(desk)
    first = desk.resubmit(made)
    desk.ask(RITA, cart(first))
    assert desk.resubmit(made) != first


def test_an_erased_entry_does_not_keep_the_goods_back(desk: Desk) -> None:
    made = failed(desk)
    first = desk.resubmit(made)
    desk.sql(
        "UPDATE ledger_entries SET content = NULL, salt = NULL "
        "WHERE stream_id = :made AND action = 'RESUBMIT'",
        made=made,
    )
    assert desk.resubmit(made) != first


@pytest.mark.parametrize(
    ("actor", "kind", "code"),
    [
        (BOB, Forbidden, "not_requester"),
        (ROB, NotFound, "no_approval"),
        (ADA, NotFound, "no_approval"),
        (OLGA, NotFound, "no_approval"),
    ],
)
def test_only_the_requester_gets_the_goods_back(
    desk: Desk, actor: Actor, kind: type[DomainError], code: str
) -> None:
    made = failed(desk)
    with pytest.raises(DomainError) as refused:
        desk.resubmit(made, actor)
    assert (type(refused.value), refused.value.code) == (kind, code)


def test_nothing_comes_back_while_it_waits_or_after_it_was_approved(desk: Desk) -> None:
    made = desk.ask()
    with pytest.raises(Conflict, match="waiting for a decision"):
        desk.resubmit(made)
    desk.approve(made)
    with pytest.raises(Conflict, match="Bob Buyer has approved this request"):
        desk.resubmit(made)
