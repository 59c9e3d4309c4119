"""Ordering as a shop does: after an approval, by approving, or alone (R24, R25, R28, R34)."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tests.support.cast import (
    ADA,
    BOB,
    CARL,
    EXPIRED,
    LATER,
    MIA,
    RITA,
    ROB,
    WINDOW,
    Desk,
    cart,
    details,
    quote,
)
from tests.support.threads import at_once
from webapp.approvals.domain import Action
from webapp.approvals.service import Decision
from webapp.approvals.timeline import tell
from webapp.carts.domain import QuoteStatus, ResourceType
from webapp.checkout.service import Checkout, answer_quote, check_out
from webapp.identity.domain import Actor
from webapp.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from webapp.orders.terms import Terms

CART, QUOTE = ResourceType.CART, ResourceType.QUOTE
SENT = Terms(details=details(), delivery_window=None)


def order(
    desk: Desk, actor: Actor, resource_id: str, kind: ResourceType = CART, **rest: Any
) -> str:
    values: dict[str, Any] = {"resource_type": kind, "resource_id": resource_id, "terms": SENT}
    checkout = Checkout(**values | rest)
    return desk.run(check_out, actor, checkout, now=LATER)


def refused(desk: Desk, actor: Actor, resource_id: str, kind: ResourceType = CART) -> str:
    before = desk.sql("SELECT id, status, version FROM carts ORDER BY id")
    with pytest.raises(DomainError) as caught:
        order(desk, actor, resource_id, kind)
    assert desk.sql("SELECT id, status, version FROM carts ORDER BY id") == before
    assert str(caught.value)
    return caught.value.code


@pytest.mark.parametrize("actor", [RITA, BOB])
def test_what_was_approved_is_ordered_for_the_requester_by_either_party(
    desk: Desk, actor: Actor
) -> None:
    made = desk.ask()
    desk.approve(made)
    placed = order(desk, actor, "c500-rita")
    [row] = desk.orders()
    assert (row.id, row.approval_id, row.owner_id) == (placed, made, "rita")
    assert (row.placed_by_id, row.gross_minor, row.total_minor) == (actor.person_id, 50000, 51000)
    assert desk.approval(made).order_id == placed
    other = "bob" if actor is RITA else "rita"
    assert desk.told(made)[-1] == ("ordered", other)
    assert desk.mails(made)[-1].context["order_id"] == placed


def test_the_approver_approves_by_ordering(desk: Desk) -> None:
    made = desk.ask()
    placed = order(desk, BOB, "c500-rita", note="Go ahead")
    row = desk.approval(made)
    assert (row.status, row.order_id, row.approver_comment) == ("APPROVED", placed, "Go ahead")
    assert desk.actions(made) == ["SUBMIT", "APPROVE", "ORDER"]
    assert desk.mails(made)[-1].context["order_id"] == placed


def test_while_it_is_pending_the_requester_waits(desk: Desk) -> None:
    made = desk.ask()
    assert refused(desk, RITA, "c500-rita") == "pending"
    assert desk.approval(made).version == 1
    assert not desk.orders()


def test_an_approver_who_may_no_longer_decide_orders_nothing(desk: Desk) -> None:
    made = desk.ask()
    desk.sql("UPDATE memberships SET role = 'B2B_REQUESTER' WHERE person_id = 'bob'")
    with pytest.raises(Forbidden, match="cannot approve"):
        order(desk, BOB, "c500-rita")
    assert (desk.approval(made).status, desk.orders()) == ("PENDING", [])


ENDS = {
    "DECLINED": lambda desk, made: desk.decline(made),
    "CLOSED": lambda desk, made: desk.withdraw(made),
    "EXPIRED": lambda desk, made: desk.expire(),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("actor", [RITA, BOB, ADA])
def test_what_ended_otherwise_is_ordered_by_nobody(desk: Desk, end: str, actor: Actor) -> None:
    made = desk.ask()
    ENDS[end](desk, made)
    assert desk.approval(made).status == end
    refused(desk, actor, "c500-rita")
    assert not desk.orders()


@pytest.mark.parametrize("actor", [RITA, BOB])
def test_time_that_is_over_is_over_before_it_is_noted(desk: Desk, actor: Actor) -> None:
    desk.ask()
    checkout = Checkout(resource_type=CART, resource_id="c500-rita", terms=SENT)
    with pytest.raises(Conflict, match="expired"):
        desk.run(check_out, actor, checkout, now=EXPIRED)


# who, what, and why not
NOT_ALONE = [
    (RITA, "c500-rita", "needs_approval"),
    (BOB, "c1500-bob", "needs_approval"),
    (BOB, "c500-rita", "not_owner"),
    (ADA, "c500-carl", "no_resource"),
    (ADA, "none", "no_resource"),
    (CARL, "c500-rita", "no_resource"),
    (replace(MIA, company_id=None, role=None), "c500-mia-le1", "no_resource"),
]


@pytest.mark.parametrize(("actor", "cart_id", "code"), NOT_ALONE)
def test_who_may_not_order_is_told_why_and_the_cart_stays(
    desk: Desk, actor: Actor, cart_id: str, code: str
) -> None:
    assert refused(desk, actor, cart_id) == code
    assert not desk.orders()


def test_somebody_of_several_companies_who_chose_none_is_no_private_customer(desk: Desk) -> None:
    desk.sql("UPDATE carts SET company_id = NULL WHERE id = 'c500-mia-le1'")
    assert refused(desk, replace(MIA, company_id=None, role=None), "c500-mia-le1") == "no_company"


def test_a_private_customer_orders_their_own_cart(desk: Desk) -> None:
    placed = order(desk, CARL, "c1500-carl")
    [row] = desk.orders()
    assert (row.id, row.owner_id, row.company_id) == (placed, "carl", None)


def test_a_second_checkout_names_the_first_order(desk: Desk) -> None:
    desk.ask()
    placed = order(desk, BOB, "c500-rita")
    for actor in (BOB, RITA):
        with pytest.raises(Conflict, match=placed) as caught:
            order(desk, actor, "c500-rita")
        assert caught.value.code == "ordered"
    alone = order(desk, BOB, "c500-bob")
    with pytest.raises(Conflict, match=alone) as caught:
        order(desk, BOB, "c500-bob")
    assert caught.value.code == "ordered"
    assert refused(desk, ROB, "c500-bob") == "no_resource"


def shipping(**changes: Any) -> dict[str, Any]:
    return {**details()["shipping"], **changes}


def test_shipping_of_the_list_costs_what_the_list_says(desk: Desk) -> None:
    sent = details(shipping=shipping(amount=0.01), currency="USD")
    order(desk, BOB, "c500-bob", terms=Terms(details=sent, delivery_window=WINDOW))
    [row] = desk.orders()
    assert (row.shipping_minor, row.details["shipping"]["amount"]) == (1000, 10.0)
    assert (row.delivery_words["listed"], row.details["currency"]) == (True, "EUR")
    assert row.delivery_window == WINDOW


def test_shipping_beyond_the_list_is_kept_and_marked(desk: Desk) -> None:
    sent = details(shipping=shipping(methodId="drone", amount=3.5))
    order(desk, BOB, "c500-bob", terms=Terms(details=sent, delivery_window=None))
    [row] = desk.orders()
    assert (row.shipping_minor, row.delivery_words["listed"]) == (350, False)


def told(desk: Desk, made: str, reader: Actor) -> Any:
    return tell(desk.history(made), reader.person_id)[-1]


def test_what_a_shop_sends_otherwise_is_told_and_changes_nothing(desk: Desk) -> None:
    made = desk.ask()
    sent = details(shipping=shipping(methodId="express", methodName="Express", amount=24.9))
    terms = Terms(details=sent, delivery_window=WINDOW)
    order(desk, BOB, "c500-rita", terms=terms, customer_id="somebody")
    [row] = desk.orders()
    assert (row.details, row.delivery_window, row.total_minor) == (details(), None, 51000)
    entry = told(desk, made, RITA)
    assert entry.sentence.plain() == (
        f"Bob Buyer placed the order {row.id}. The shop sent other terms than approved; "
        "what was approved is what was ordered."
    )
    assert [(one.label, one.old, one.new) for one in entry.changes][:3] == [
        ("Ordered for", "somebody", "Rita Roe"),
        ("Ship", "Express", "Standard, 2 to 4 days"),
        ("Price of shipping", "24.90 EUR", "10.00 EUR"),
    ]
    assert told(desk, made, BOB).sentence.plain().startswith("You placed the order")
    assert desk.broken(made) is None


@pytest.mark.parametrize("customer", [None, "rita", "bob"])
@pytest.mark.parametrize("sent", [None, {"currency": "EUR"}, details()])
def test_the_same_terms_or_fewer_are_no_difference(
    desk: Desk, customer: str | None, sent: dict[str, Any] | None
) -> None:
    made = desk.ask()
    terms = Terms(details=sent, delivery_window=None)
    order(desk, BOB, "c500-rita", terms=terms, customer_id=customer)
    assert told(desk, made, RITA).changes == []
    assert "The shop" not in told(desk, made, RITA).sentence.plain()


@pytest.mark.parametrize(("name", "count"), [("Standard", 0), ("Versand", 0), ("Express", 1)])
def test_a_name_in_one_language_is_no_difference(desk: Desk, name: str, count: int) -> None:
    names = {"en": "Standard", "de": "Versand"}
    made = desk.ask(RITA, cart("c500-rita", details=details(shipping=shipping(methodName=names))))
    sent = details(shipping=shipping(methodName=name))
    order(desk, BOB, "c500-rita", terms=Terms(details=sent, delivery_window=None))
    assert len(told(desk, made, RITA).changes) == count


def test_endless_differences_are_cut_in_the_history(desk: Desk) -> None:
    made = desk.ask()
    order(desk, BOB, "c500-rita", customer_id="x" * 100_000)
    assert len(told(desk, made, RITA).changes[0].old) == 300


def answer(desk: Desk, actor: Actor, quote_id: str, status: QuoteStatus, *words: str) -> None:
    desk.run(answer_quote, actor, quote_id, status, comment="".join(words), now=LATER)


def state(desk: Desk, quote_id: str) -> tuple[Any, ...]:
    return desk.sql("SELECT status, status_comment FROM quotes WHERE id = :id", id=quote_id)[0]


@pytest.mark.parametrize("status", [QuoteStatus.DECLINED, QuoteStatus.IN_PROGRESS])
def test_the_owner_answers_a_quote_once(desk: Desk, status: QuoteStatus) -> None:
    answer(desk, RITA, "Q1", status, " too dear ")
    assert state(desk, "Q1") == (status, "too dear")
    with pytest.raises(Conflict):
        answer(desk, RITA, "Q1", status)
    assert refused(desk, RITA, "Q1", QUOTE) == "resource_closed"


def test_only_its_owner_answers_a_quote(desk: Desk) -> None:
    for actor in (BOB, ADA, MIA):
        with pytest.raises(NotFound):
            answer(desk, actor, "Q1", QuoteStatus.DECLINED)
    assert state(desk, "Q1") == ("OPEN", None)


@pytest.mark.parametrize(
    "status",
    sorted(
        set(QuoteStatus) - {QuoteStatus.ACCEPTED, QuoteStatus.DECLINED, QuoteStatus.IN_PROGRESS}
    ),
)
def test_other_states_are_given_by_the_shop(desk: Desk, status: QuoteStatus) -> None:
    with pytest.raises(DomainError, match="Only the shop"):
        answer(desk, RITA, "Q1", status)
    assert state(desk, "Q1") == ("OPEN", None)


def test_accepting_a_quote_needs_what_ordering_needs(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        answer(desk, RITA, "Q1", QuoteStatus.ACCEPTED)
    desk.sql("UPDATE companies SET limit_minor = 150000 WHERE id = 'le1'")
    answer(desk, BOB, "Q3", QuoteStatus.ACCEPTED, "Fine")
    assert state(desk, "Q3") == ("ACCEPTED", "Fine")
    assert [row.resource_id for row in desk.orders()] == ["Q3"]


def test_the_approver_accepts_the_quote_they_decide_on(desk: Desk) -> None:
    made = desk.ask(RITA, quote("Q1"))
    with pytest.raises(Conflict, match="withdraw that first"):
        answer(desk, RITA, "Q1", QuoteStatus.DECLINED)
    with pytest.raises(Forbidden):
        answer(desk, RITA, "Q1", QuoteStatus.ACCEPTED)
    answer(desk, BOB, "Q1", QuoteStatus.ACCEPTED, "Good price")
    row = desk.approval(made)
    assert (row.status, row.approver_comment) == ("APPROVED", "Good price")
    assert [one.id for one in desk.orders()] == [row.order_id]
    assert state(desk, "Q1") == ("ACCEPTED", "Good price")


ROUNDS: list[tuple[Actor, Any, Actor, ResourceType, str]] = [
    (RITA, cart("c500-rita"), BOB, CART, "c500-rita"),
    (RITA, cart("c1500-rita", ADA), ADA, CART, "c1500-rita"),
    (ROB, cart("c500-rob"), BOB, CART, "c500-rob"),
    (RITA, quote("Q1"), BOB, QUOTE, "Q1"),
]


def test_checkouts_decisions_and_withdrawals_at_once_come_to_one_end(own_desk: Desk) -> None:
    for asker, what, decider, kind, resource_id in ROUNDS:
        made = own_desk.ask(asker, what)
        calls: list[Any] = [
            *[partial(order, own_desk, decider, resource_id, kind)] * 4,
            *[partial(order, own_desk, asker, resource_id, kind)] * 4,
            partial(own_desk.decide, decider, made, Decision(action=Action.APPROVE)),
            partial(own_desk.approve, made, decider, place_order=True),
            partial(own_desk.order, made, asker),
            partial(own_desk.withdraw, made, asker),
        ]
        losers = [one for one in at_once(calls) if isinstance(one, Exception)]
        unexpected = [one for one in losers if not isinstance(one, DomainError)]
        assert not unexpected, unexpected
        row = own_desk.approval(made)
        orders = [one.id for one in own_desk.orders() if one.resource_id == resource_id]
        assert orders == ([row.order_id] if row.order_id else [])
        assert (row.status, bool(orders)) in {
            ("APPROVED", True),
            ("APPROVED", False),
            ("CLOSED", False),
        }
        assert own_desk.broken(made) is None


def test_checkouts_of_an_approved_cart_at_once_place_one_order(own_desk: Desk) -> None:
    made = own_desk.ask()
    own_desk.approve(made)
    calls = [partial(order, own_desk, actor, "c500-rita") for actor in (RITA, BOB) * 5]
    answers = at_once(calls)
    [row] = own_desk.orders()
    losers = [one for one in answers if isinstance(one, Exception)]
    assert [one for one in answers if isinstance(one, str)] == [row.id]
    assert all(isinstance(one, Conflict) and one.code == "ordered" for one in losers), losers
